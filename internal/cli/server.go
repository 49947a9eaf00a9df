package cli

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// parsePort reads a port number, 1 to 65535.
func parsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a port (1 to 65535)", text)
	}
	return uint16(n), nil
}

// parseServer reads HOST[:PORT]; the port is 0 where none is given. HOST is
// a name or an address; an IPv6 address with a port stands in brackets, as
// in [2001:db8::1]:25 (RFC 3986 section 3.2.2).
func parseServer(text string) (host string, port uint16, err error) {
	host, portText := splitPort(text)
	if portText != "" {
		if port, err = parsePort(portText); err != nil {
			return "", 0, fmt.Errorf("in %q: %w", text, err)
		}
	}
	if bare := unbracket(host); bare != host || strings.Contains(host, ":") {
		addr, err := netip.ParseAddr(bare)
		if err != nil {
			return "", 0, fmt.Errorf("%q is not a host name, an address, or [IPV6]:PORT", text)
		}
		return addr.String(), port, nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.String(), port, nil
	}
	if why := hostNameFault(host); why != "" {
		return "", 0, fmt.Errorf("%q is not a host name: %s", host, why)
	}
	return host, port, nil
}

// parseSpokenTo reads what a dialogue can speak to: a server as parseServer
// reads it, or unix: and the path of a socket.
func parseSpokenTo(text string) (host string, port uint16, err error) {
	path, ok := strings.CutPrefix(text, "unix:")
	switch {
	case !ok:
		return parseServer(text)
	case !strings.HasPrefix(path, "/") || strings.ContainsRune(path, 0):
		return "", 0, fmt.Errorf("%q is not a socket: write unix: and its whole path, as in unix:/run/lmtp", text)
	}
	return text, 0, nil
}

// parseAddrPort reads ADDR[:PORT] with the port to take where none is given.
func parseAddrPort(text string, port uint16) (netip.AddrPort, error) {
	host, portText := splitPort(text)
	addr, err := netip.ParseAddr(unbracket(host))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q is not an address (192.0.2.1, 192.0.2.1:53, [2001:db8::1]:53)", text)
	}
	if portText != "" {
		if port, err = parsePort(portText); err != nil {
			return netip.AddrPort{}, fmt.Errorf("in %q: %w", text, err)
		}
	}
	return netip.AddrPortFrom(addr, port), nil
}

// splitPort cuts off :PORT. An IPv6 address without brackets has no port.
func splitPort(text string) (host, port string) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 || strings.HasSuffix(text, "]") {
		return text, ""
	}
	if strings.Contains(text[:i], ":") && !strings.HasSuffix(text[:i], "]") {
		return text, ""
	}
	if i == len(text)-1 {
		return text[:i], " " // a colon with nothing after it is not a port
	}
	return text[:i], text[i+1:]
}

// unbracket takes [ADDR] and the [IPv6:ADDR] of RFC 5321 section 4.1.3 apart.
func unbracket(host string) string {
	inner, ok := strings.CutPrefix(host, "[")
	if !ok || !strings.HasSuffix(inner, "]") {
		return host
	}
	inner = strings.TrimSuffix(inner, "]")
	if len(inner) > 5 && strings.EqualFold(inner[:5], "IPv6:") {
		inner = inner[5:]
	}
	return inner
}

// domainFault says what is wrong with the name of a mail domain, or nothing.
// An address literal such as [192.0.2.1] is a domain as well.
func domainFault(name string) string {
	if inner := unbracket(name); inner != name {
		if _, err := netip.ParseAddr(inner); err != nil {
			return "there is no address in the brackets"
		}
		return ""
	}
	if len(name) > maxHostName {
		return "it is too long"
	}
	if local, domain, ok := strings.Cut(name, "@"); ok && local != "" && hostNameFault(domain) == "" {
		return "it is a mail address; write " + domain
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "an address is written in brackets ([" + name + "]), or given with --server"
	}
	return hostNameFault(name)
}

// maxHostName is beyond any name, also in the UTF-8 of its labels.
const maxHostName = 1000

// hostNameFault says what is wrong with a host name, or nothing. Underscores
// and letters beyond ASCII are fine: the resolver knows what to do with them.
func hostNameFault(name string) string {
	switch name = strings.TrimSuffix(name, "."); {
	case name == "":
		return "it is empty"
	case len(name) > maxHostName:
		return "it is too long"
	case strings.HasPrefix(name, "-"):
		return "it begins with a hyphen"
	case strings.Contains(name, "://"):
		return "it is a URL; write the name alone"
	}
	for i, r := range name {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`/\@:,;"'()<>[]{}|*?=#%&!$^`+"`", r) {
			return fmt.Sprintf("there is a %q in it", r)
		}
		if r == '.' && (i == 0 || name[i-1] == '.') {
			return "a label is empty"
		}
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) > 63 && isASCII(label) {
			return "a label is longer than 63 characters"
		}
	}
	return ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
