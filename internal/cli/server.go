package cli

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mxprobe/internal/hostname"
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
	if addr, ok := hostname.Addr(host); ok {
		return addr.String(), port, nil
	}
	if strings.ContainsAny(host, "[]:") && !strings.Contains(host, "://") {
		return "", 0, fmt.Errorf("%q is not a host name, an address, or [IPV6]:PORT", text)
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
	addr, ok := hostname.Addr(host)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%q is not an address (192.0.2.1, 192.0.2.1:53, [2001:db8::1]:53)", text)
	}
	if portText != "" {
		var err error
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

// domainFault says what is wrong with the name of a mail domain, or nothing.
// An address literal such as [192.0.2.1] is a domain as well.
func domainFault(name string) string {
	_, isAddr := hostname.Addr(name)
	if inner, _ := hostname.Unbracket(name); inner != name {
		if !isAddr {
			return "there is no address in the brackets"
		}
		return ""
	}
	if !utf8.ValidString(name) {
		return "it is not in UTF-8; if it is in Latin-1, iconv -f latin1 -t utf8 turns it round"
	}
	if local, domain, ok := strings.Cut(name, "@"); ok && local != "" && len(name) <= maxMailAddress && hostNameFault(domain) == "" {
		return "it is a mail address; write " + domain
	}
	if isAddr {
		return "an address is written in brackets ([" + name + "]), or given with --server"
	}
	return hostNameFault(name)
}

// maxMailAddress is the longest mail address (RFC 5321 section 4.5.3.1).
const maxMailAddress = 64 + 1 + 255

// hostNameFault says what is wrong with a host name, or nothing. Underscores
// and letters beyond ASCII are fine: the resolver knows what to do with them.
func hostNameFault(name string) string {
	switch {
	case strings.HasPrefix(name, "-"):
		return "it begins with a hyphen"
	case strings.Contains(name, "://"):
		return "it is a URL; write the name alone"
	}
	if err := hostname.Check(name); err != nil {
		return err.Error()
	}
	return ""
}

// parsePorts reads a port, or several with commas between them, each once.
func parsePorts(text string) ([]uint16, error) {
	var all []uint16
	for word := range strings.SplitSeq(text, ",") {
		port, err := parsePort(strings.TrimSpace(word))
		switch {
		case err != nil && strings.Contains(text, ","):
			return nil, fmt.Errorf("%w, in %q", err, text)
		case err != nil:
			return nil, err
		case slices.Contains(all, port):
			return nil, fmt.Errorf("%q names port %d twice", text, port)
		}
		all = append(all, port)
	}
	return all, nil
}

// portList is the reverse of parsePorts.
func portList(ports []uint16) string {
	words := make([]string, len(ports))
	for i, port := range ports {
		words[i] = strconv.Itoa(int(port))
	}
	return strings.Join(words, ",")
}
