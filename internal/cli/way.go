package cli

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"mxprobe/internal/transport"
	"mxprobe/probe"
)

// way is what the flags say of the way to the servers.
type way struct {
	proxy         string // socks5://[USER@]HOST:PORT
	proxyProtocol string // v1, v2 or empty
	proxySource   netip.AddrPort
	password      string // for the proxy, from the environment
}

func (w *way) options() []option {
	return []option{
		{
			name: "proxy", again: true, arg: "URL", env: "MXPROBE_PROXY", set: checked(setText(&w.proxy), checkProxy),
			help: "connect through a SOCKS5 proxy, socks5://[USER@]HOST:PORT; the password is taken from MXPROBE_PROXY_PASSWORD",
		},
		{
			name: "proxy-protocol", again: true, arg: "v1|v2", set: setChoice(&w.proxyProtocol, "v1", "v2"),
			help: "begin each connection with a header of the PROXY protocol, as a load balancer does",
		},
		{
			name: "proxy-source", again: true, arg: "ADDR[:PORT]", set: w.setSource, def: "this machine's",
			help: "address of the client in that header",
		},
	}
}

func (w *way) setSource(value string) (err error) {
	w.proxySource, err = parseAddrPort(value, 40000)
	return err
}

// contradiction says which flags cannot stand together, nil if none do.
func (w *way) contradiction() error {
	if w.proxySource.IsValid() && w.proxyProtocol == "" {
		return usagef("--proxy-source is the client in a header of the PROXY protocol: add --proxy-protocol v1 or v2")
	}
	return nil
}

// over puts what the flags ask for before a dialer.
func (w *way) over(d probe.Dialer) (probe.Dialer, error) {
	if w.proxy != "" {
		server, user, err := parseProxy(w.proxy)
		if err != nil {
			return nil, usagef("--proxy: %s", err)
		}
		if d, err = transport.ThroughSOCKS(server, user, w.password, d); err != nil {
			return nil, usagef("--proxy: %s", err)
		}
	}
	switch w.proxyProtocol {
	case "v1":
		d = transport.Announce(1, w.proxySource, d)
	case "v2":
		d = transport.Announce(2, w.proxySource, d)
	}
	return d, nil
}

func checkProxy(value string) error {
	_, _, err := parseProxy(value)
	return err
}

// parseProxy reads socks5://[USER@]HOST[:PORT]. A password in it would stand
// in the list of processes, and is not repeated in an error.
func parseProxy(text string) (server, user string, err error) {
	rest, ok := strings.CutPrefix(text, "socks5://")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		user, rest = rest[:at], rest[at+1:]
	}
	if strings.Contains(user, ":") {
		return "", "", errors.New("other users of this machine see a password here: put it into MXPROBE_PROXY_PASSWORD")
	}
	host, port, hostErr := parseServer(strings.TrimSuffix(rest, "/"))
	if !ok || hostErr != nil {
		return "", "", errors.New("this is not a proxy: write socks5://HOST:PORT")
	}
	if port == 0 {
		port = 1080 // RFC 1928 section 3
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port))), user, nil
}
