package dnsmx

import (
	"net/netip"
	"strings"
	"testing"

	"mxprobe/internal/hostname"
)

func TestParseDomain(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	tests := []struct{ in, name string }{
		{"example.test", "example.test"},
		{"Example.TEST.", "example.test"},
		{"localhost", "localhost"},
		{"_dmarc.ex_ample.test", "_dmarc.ex_ample.test"},
		{"-a-.test", "-a-.test"},
		{"1.2.3", "1.2.3"},
		{"xn--bcher-kva.test", "xn--bcher-kva.test"},
		{"bücher.test", "xn--bcher-kva.test"},
		{"BÜCHER.test.", "xn--bcher-kva.test"},
		{"bücher。test", "xn--bcher-kva.test"},
		{"straße.test", "xn--strae-oqa.test"},
		{"_x.bücher.test", "_x.xn--bcher-kva.test"},
		{long + ".test", long + ".test"},
		{strings.Repeat("a.", 126) + "b", strings.Repeat("a.", 126) + "b"},
		{strings.Repeat("a.", 126) + "b.", strings.Repeat("a.", 126) + "b"},
	}
	for _, tt := range tests {
		p, err := parseDomain(tt.in)
		if err != nil || p.name != tt.name || p.addr.IsValid() {
			t.Errorf("parseDomain(%q) = %q, %v, %v; want %q", tt.in, p.name, p.addr, err, tt.name)
		}
	}
}

func TestParseDomainErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", "it is empty"},
		{".", "it is empty"},
		{"a..test", "empty label"},
		{".test", "empty label"},
		{"a.test..", "empty label"},
		{"exa mple.test", `it contains " "`},
		{"example.test ", `it contains " "`},
		{"example.test\r\nRCPT TO:", `it contains "\r"`},
		{"exam\x00ple", `it contains "\x00"`},
		{"https://example.test", `it contains ":"`},
		{`a\.b`, `it contains "\\"`},
		{strings.Repeat("a", 64) + ".test", "64 characters, 63 are allowed"},
		{strings.Repeat("a.", 127) + "b", "255 characters, 253 are allowed"},
		{"kate@example.test", "the domain is behind the @"},
		{"192.0.2.1", "write [192.0.2.1], or name it as the server (--server)"},
		{"192.0.2.1.", "write [192.0.2.1]"},
		{"2001:db8::1", "write [IPv6:2001:db8::1]"},
		{"[192.0.2.1", "closing bracket"},
		{"[]", "has to look like"},
		{"[example.test]", "has to look like"},
		{"[192.0.2.256]", "has to look like"},
		{"[IPv6:192.0.2.1]", "an IPv4 address has no tag, write [192.0.2.1]"},
		{"[IPv6:fe80::1%eth0]", "a zone (\"eth0\") is not allowed"},
		{"a\u2488b", "is not a domain name"}, // maps to "1." inside a label
		{"\xff\xfe.test", "not in UTF-8"},
		{"bü cher.test", `it contains " "`},
	}
	for _, tt := range tests {
		p, err := parseDomain(tt.in)
		if err == nil {
			t.Errorf("parseDomain(%q) = %q; want an error with %q", tt.in, p.name, tt.want)
			continue
		}
		e := asError(t, err)
		if e.Kind != BadName || e.Temporary() || !strings.Contains(e.Error(), tt.want) {
			t.Errorf("parseDomain(%q) = %v; want %q, BadName, permanent", tt.in, e, tt.want)
		}
	}
}

// The tag is written in any case, and needed for IPv6. RFC 5321, section 4.1.3.
func TestTrap19AddressLiterals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in, name, addr string
		notes          []string
	}{
		{"[192.0.2.1]", "[192.0.2.1]", "192.0.2.1", nil},
		{"[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]", "2001:db8::1", nil},
		{"[ipV6:2001:DB8:0::1]", "[IPv6:2001:db8::1]", "2001:db8::1", nil},
		{"[2001:db8::1]", "[IPv6:2001:db8::1]", "2001:db8::1", []string{"lacks the tag"}},
		{"[IPv6:::ffff:192.0.2.1]", "[IPv6:::ffff:192.0.2.1]", "192.0.2.1", []string{"IPv4-mapped"}},
	}
	w := newWorld(t)
	r := w.resolver()
	for _, tt := range tests {
		route := mustRoute(t, r, tt.in)
		if route.Origin != OriginLiteral || route.Domain != tt.name || len(route.Hosts) != 1 {
			t.Errorf("Route(%q) = %+v; want the literal %q", tt.in, route, tt.name)
			continue
		}
		h := route.Hosts[0]
		if h.Name != tt.name || len(h.Addrs) != 1 || h.Addrs[0] != netip.MustParseAddr(tt.addr) {
			t.Errorf("Route(%q) has the host %+v; want %s", tt.in, h, tt.addr)
		}
		if len(route.Notes) != len(tt.notes) {
			t.Errorf("Route(%q) has the notes %q; want %q", tt.in, route.Notes, tt.notes)
		} else if tt.notes != nil {
			wantNote(t, route.Notes, tt.notes...)
		}
	}
	if got := w.questions(); len(got) > 0 {
		t.Errorf("asked %q; want no question for an address", got)
	}
}

// A bad name is refused before any question.
func TestBadNameIsNotAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := routeError(t, w.resolver(), "a..test")
	wantText(t, e, `"a..test" is not a domain name: it has an empty label (two dots in a row, or one at the start)`)
	if got := w.questions(); len(got) > 0 {
		t.Errorf("asked %q; want nothing", got)
	}
}

func TestInternationalDomainIsAskedInASCII(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "xn--bcher-kva.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "Bücher.test")
	wantHosts(t, route, "10 mx.test 192.0.2.1")
	if route.Domain != "xn--bcher-kva.test" {
		t.Errorf("domain %q; want the A-label form", route.Domain)
	}
}

// FuzzParseDomain holds that what is accepted can be asked, and is accepted
// again with the same meaning.
func FuzzParseDomain(f *testing.F) {
	f.Add("example.test.")             // the usual
	f.Add("bücher.test")               // needs A-labels
	f.Add("a。b")                       // another full stop
	f.Add("xn--a")                     // broken A-label
	f.Add("[IPv6:2001:db8::1%1]")      // literal with a zone
	f.Add("[::ffff:192.0.2.1]")        // IPv4 in IPv6 form
	f.Add("\u2488\u200d.\u0644\u200c") // mapped and joined
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parseDomain(s)
		if err != nil {
			if e := asError(t, err); e.Kind != BadName || strings.ContainsAny(e.Error(), "\r\n\x00") {
				t.Fatalf("parseDomain(%q): error %q", s, e)
			}
			return
		}
		if p.addr.IsValid() {
			if p.addr.Is4In6() || p.addr.Zone() != "" {
				t.Fatalf("parseDomain(%q) = %v", s, p.addr)
			}
		} else if err := hostname.Check(p.name); err != nil {
			t.Fatalf("parseDomain(%q) = %q: %v", s, p.name, err)
		}
		if h, err := parseHost(s); err != nil || h.name != p.name {
			t.Fatalf("parseHost(%q) = %q, %v; but parseDomain = %q", s, h.name, err, p.name)
		}
		again, err := parseDomain(p.name)
		if err != nil || again.name != p.name || again.addr != p.addr {
			t.Fatalf("parseDomain(%q) = %q, but again %q, %v", s, p.name, again.name, err)
		}
	})
}
