package dnsmx

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"mxprobe/internal/ascii"
	"mxprobe/internal/hostname"
)

// Names inside this package are in lower case, of letters, digits, hyphens and
// underscores, and without the final dot; the root is the empty string. They
// get their final dot when they are put into a question, so that no search
// suffix can ever be added.

// place is a domain or host as the user wrote it: a name or an address.
type place struct {
	name  string
	addr  netip.Addr // valid for an address; name is then its literal
	notes []string
}

// parseDomain reads a mail domain: a name or an address literal.
func parseDomain(s string) (place, error) {
	if strings.HasPrefix(s, "[") {
		return parseLiteral(s)
	}
	if addr, err := netip.ParseAddr(strings.TrimSuffix(s, ".")); err == nil {
		return place{}, badName(s, "is an address, not a domain: write %s, or name it as the server (--server)", hostname.Literal(addr.WithZone("")))
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return place{}, badName(s, "is a mail address, not a domain: the domain is behind the @")
	}
	name, err := parseName(s)
	return place{name: name}, err
}

// parseHost reads what a user may name as a server: a name, an address
// literal or a bare address.
func parseHost(s string) (place, error) {
	if strings.HasPrefix(s, "[") {
		return parseLiteral(s)
	}
	if addr, err := netip.ParseAddr(s); err == nil {
		if zone := addr.Zone(); zone != "" && hostname.Check(zone) != nil {
			return place{}, badName(s, "is not an address: its zone %q is not the name of an interface", zone)
		}
		return place{name: hostname.Literal(addr), addr: addr.Unmap()}, nil
	}
	name, err := parseName(s)
	return place{name: name}, err
}

// parseLiteral reads an address literal, RFC 5321, section 4.1.3.
func parseLiteral(s string) (place, error) {
	inner, tagged := hostname.Unbracket(s)
	if inner == s {
		return place{}, badName(s, "is not an address literal: the closing bracket is missing")
	}
	addr, err := netip.ParseAddr(inner)
	switch {
	case err != nil:
		return place{}, badName(s, "is not an address literal: it has to look like [192.0.2.1] or [IPv6:2001:db8::1]")
	case tagged && addr.Is4():
		return place{}, badName(s, "is not an address literal: an IPv4 address has no tag, write [%s]", addr)
	case addr.Zone() != "":
		return place{}, badName(s, "is not an address literal: a zone (%q) is not allowed in it", addr.Zone())
	}
	p := place{name: hostname.Literal(addr), addr: addr.Unmap()}
	if addr.Is6() && !tagged {
		p.notes = append(p.notes, fmt.Sprintf("%q lacks the tag, RFC 5321 4.1.3 asks for %s", s, p.name))
	}
	if addr.Is4In6() {
		p.notes = append(p.notes, mappedNote(addr))
	}
	return p, nil
}

func mappedNote(addr netip.Addr) string {
	return fmt.Sprintf("%s is an IPv4 address in IPv6 form (IPv4-mapped), used as %s", addr, addr.Unmap())
}

// parseName reads a name, with or without a final dot, and turns U-labels
// into A-labels.
func parseName(s string) (string, error) {
	wire := s
	if !ascii.Only(s) {
		var err error
		if wire, err = toASCII(s); err != nil {
			return "", badName(s, "is not a domain name: %w", err)
		}
	}
	name := strings.ToLower(strings.TrimSuffix(wire, "."))
	if err := hostname.Check(wire); err != nil {
		return "", badName(s, "is not a domain name: %w", err)
	}
	return name, nil
}

// toASCII converts with the rules of a look-up (RFC 5891, section 5) but lets
// underscores pass. The profile is made here, for few runs need one.
func toASCII(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", errors.New("it is not in UTF-8")
	}
	profile := idna.New(
		idna.MapForLookup(),
		idna.BidiRule(),
		idna.Transitional(false),
		idna.StrictDomainName(false),
	)
	return profile.ToASCII(s)
}

// fromWire takes a name as the codec returns it, with its final dot.
func fromWire(s string) string {
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

func badName(name, format string, args ...any) *Error {
	return &Error{Name: name, Kind: BadName, Err: fmt.Errorf(format, args...)}
}
