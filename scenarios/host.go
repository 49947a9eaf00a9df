package scenarios

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mxprobe/internal/glob"
	"mxprobe/internal/hostname"
)

// HostMatch chooses hosts: by a glob for the name, by an address, by a
// network, or by preference.
type HostMatch struct {
	Pos    Pos
	text   string
	glob   string // in lower case, without a final dot
	prefix netip.Prefix
	op     string
	pref   uint16
}

// String returns the match as written.
func (m *HostMatch) String() string { return m.text }

// Match reports whether the host is one of those chosen. Names are compared
// without case and without their final dot.
func (m *HostMatch) Match(name string, addr netip.Addr, pref uint16) bool {
	switch {
	case m.prefix.IsValid():
		return m.prefix.Contains(addr.Unmap().WithZone(""))
	case m.op == ">=":
		return pref >= m.pref
	case m.op == "<=":
		return pref <= m.pref
	case m.op == ">":
		return pref > m.pref
	case m.op == "<":
		return pref < m.pref
	case m.op == "=":
		return pref == m.pref
	default:
		return glob.Host(m.glob, name)
	}
}

// parseHostMatch reads a match.
func parseHostMatch(text string) (HostMatch, error) {
	m := HostMatch{text: text}
	if rest, ok := strings.CutPrefix(text, "pref"); ok {
		if rest = strings.TrimSpace(rest); rest != "" && strings.IndexByte("<>=", rest[0]) >= 0 {
			return m, m.parsePreference(rest)
		}
	}
	if addr, ok := hostname.Addr(text); ok {
		addr = addr.Unmap().WithZone("")
		m.prefix = netip.PrefixFrom(addr, addr.BitLen())
		return m, nil
	}
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return m, fmt.Errorf("%q is not a network (192.0.2.0/24, 2001:db8::/32)", text)
		}
		m.prefix = p.Masked()
		return m, nil
	}
	m.glob = text
	return m, checkGlob(text)
}

func (m *HostMatch) parsePreference(rest string) error {
	m.op = rest[:1]
	if len(rest) > 1 && rest[1] == '=' && rest[0] != '=' {
		m.op = rest[:2]
	}
	n, err := strconv.ParseUint(strings.TrimSpace(rest[len(m.op):]), 10, 16)
	if err != nil {
		return fmt.Errorf("%q does not compare the preference with a number from 0 to 65535 (pref>=20)", m.text)
	}
	m.pref = uint16(n)
	return nil
}

// checkGlob refuses globs that no host name can fit.
func checkGlob(text string) error {
	letters := false
	for _, r := range text {
		switch {
		case r == '*', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0x80:
			letters = letters || r != '*'
		case r >= '0' && r <= '9', r == '.', r == '-', r == '_', r == '?':
		case r == ':':
			return fmt.Errorf("%q is neither a host name nor an address: a port does not belong here", text)
		default:
			return fmt.Errorf("%q cannot be in a host name (mx1.example.org, *.example.org, 192.0.2.1, 192.0.2.0/24, pref>=20)", r)
		}
	}
	switch {
	case text == "":
		return errors.New("the match is empty (mx1.example.org, *.example.org, 192.0.2.1, 192.0.2.0/24, pref>=20)")
	case !letters && strings.Trim(text, "*?.") != "":
		return fmt.Errorf("%q fits no host name; networks are written 192.0.2.0/24", text)
	}
	return nil
}
