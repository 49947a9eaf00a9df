package cli

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/ascii"
	"mxprobe/internal/hostname"
)

// ownNameTimeout bounds the look-up of this machine's own name.
const ownNameTimeout = 3 * time.Second

// records is what the DNS says, whatever the hosts file of this machine does;
// *dnsmx.Resolver has it.
type records interface {
	Records(ctx context.Context, name string, t dnsmx.Type) (dnsmx.Set, error)
}

// ownName returns the name to give in EHLO: this machine's full name if the
// DNS knows it, else the literal of its address, as RFC 5321 section 4.1.4
// has it. A name that nobody else can look up, "localhost" above all, makes
// servers refuse or drop the session. The note says why the name is none.
func ownName(ctx context.Context, dns records, source netip.Addr) (name, note string) {
	host, _ := os.Hostname()
	full := fullName(host, "/etc/hosts")
	why := "this machine's name " + shown(host) + " is not a full domain name"
	if full != "" {
		ctx, cancel := context.WithTimeout(ctx, ownNameTimeout)
		defer cancel()
		if mayHaveAddress(ctx, dns, full) {
			return full, ""
		}
		why = "this machine's name " + shown(full) + " is not in the DNS"
	}
	literal := hostname.Literal(ownAddr(source))
	return literal, why + ", so EHLO says " + literal + "; --helo gives a better name"
}

// mayHaveAddress reports whether the DNS has an address of the name, or does not
// say that it has none.
func mayHaveAddress(ctx context.Context, dns records, name string) bool {
	for _, t := range []dnsmx.Type{dnsmx.TypeA, dnsmx.TypeAAAA} {
		_, err := dns.Records(ctx, name, t)
		failed, _ := errors.AsType[*dnsmx.Error](err)
		if err == nil || failed != nil && failed.Temporary() {
			return true
		}
	}
	return false
}

// fullName returns host if it is a full domain name, else the full name that
// the hosts file has for it, else nothing.
func fullName(host, hostsFile string) string {
	if isFull(host) {
		return strings.TrimSuffix(host, ".")
	}
	file, err := os.Open(hostsFile)
	if err != nil || host == "" {
		return ""
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) < 2 || !slices.Contains(fields[1:], host) {
			continue
		}
		for _, name := range fields[1:] {
			if isFull(name) && strings.HasPrefix(name, host+".") {
				return name
			}
		}
	}
	return ""
}

func isFull(name string) bool {
	name = strings.TrimSuffix(name, ".")
	return strings.Contains(name, ".") && hostNameFault(name) == "" && ascii.Only(name) &&
		!strings.HasPrefix(name, "localhost.") && !strings.HasSuffix(name, ".localdomain")
}

// ownAddr returns the address that connections to the outside come from. No
// packet is sent to find it: the kernel is asked for the way only.
func ownAddr(source netip.Addr) netip.Addr {
	if source.IsValid() {
		return source
	}
	for _, outside := range []string{"192.0.2.1:25", "[2001:db8::1]:25"} {
		conn, err := net.Dial("udp", outside)
		if err != nil {
			continue
		}
		local, _ := conn.LocalAddr().(*net.UDPAddr)
		_ = conn.Close()
		if local != nil {
			return local.AddrPort().Addr().Unmap()
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}
