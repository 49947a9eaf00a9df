package dnsmx

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Where Unix systems keep the addresses of their DNS servers, and of hosts.
const (
	resolvConf = "/etc/resolv.conf"
	hostsPath  = "/etc/hosts"
)

// System returns a Resolver that asks the DNS servers of this machine; see
// SystemConfig.
func System() (*Resolver, error) {
	c, err := SystemConfig()
	if err != nil {
		return nil, err
	}
	return New(c)
}

// SystemConfig returns the settings of this machine. Its DNS servers are read
// from resolv.conf(5) now; later changes are not noticed. Of its options,
// timeout, attempts, rotate, use-vc and trust-ad have an effect. On a system
// without that file the error says how to name a server.
func SystemConfig() (Config, error) { return fromFile(resolvConf) }

func fromFile(path string) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("the DNS servers of this system (%s) are not known: %w; name one with --dns ADDRESS",
			runtime.GOOS, err)
	}
	c := parseResolvConf(b)
	c.HostsFile = hostsPath
	return c, nil
}

// Limits of the C library, resolv.conf(5).
const (
	maxServers  = 3
	maxTimeout  = 30 * time.Second
	maxAttempts = 5
)

// parseResolvConf reads the file as the C library does: what it does not
// understand is passed over, and without a server this machine is the server.
func parseResolvConf(b []byte) Config {
	var c Config
	trustAll := false
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		switch fields[0] {
		case "nameserver":
			addr, err := netip.ParseAddr(fields[1])
			if err == nil && len(c.Servers) < maxServers {
				c.Servers = append(c.Servers, netip.AddrPortFrom(addr, 53))
			}
		case "options":
			for _, o := range fields[1:] {
				trustAll = setOption(&c, o) || trustAll
			}
		}
	}
	if len(c.Servers) == 0 {
		c.Servers = []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 53)}
	}
	if trustAll {
		for _, s := range c.Servers {
			c.Trusted = append(c.Trusted, s.Addr())
		}
	}
	return c
}

// setOption obeys one option and reports whether it was trust-ad.
func setOption(c *Config, option string) bool {
	name, value, _ := strings.Cut(option, ":")
	n, err := strconv.Atoi(value)
	number := err == nil && n > 0
	switch {
	case name == "timeout" && number:
		c.Timeout = min(time.Duration(min(n, 1000))*time.Second, maxTimeout)
	case name == "attempts" && number:
		c.Attempts = min(n, maxAttempts)
	case name == "rotate":
		c.Rotate = true
	case name == "use-vc" || name == "usevc" || name == "tcp":
		c.TCP = true
	case name == "trust-ad":
		return true
	}
	return false
}
