package dnsmx

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const (
	someDS     = " 600 DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"
	someDNSKEY = " DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=="
)

// Each type comes with its data, its TTL and the state of DNSSEC.
func TestRecords(t *testing.T) {
	t.Parallel()
	zone := []string{
		"a.test. 120 A 192.0.2.1", "a.test. 60 A 192.0.2.2", "a.test. AAAA 2001:db8::1",
		"b.test. CNAME a.test.", "test. MX 0 .", "test. MX 20 A.test.", "test. NS ns1.test.", "test. NS ns2.test.",
		"test. 900 SOA ns1.test. host\\.master.test. 7 1 2 3 4", "test." + someDS, "test." + someDNSKEY,
		`a.test. TXT "v=spf1 " "-all"`, "_25._tcp.a.test. TLSA 3 1 1 abcd", "1.2.0.192.in-addr.arpa. PTR mx.test.",
		"2.2.0.192.in-addr.arpa. CNAME 2.0/25.2.0.192.in-addr.arpa.", "2.0/25.2.0.192.in-addr.arpa. PTR Two.test.",
	}
	tests := []struct {
		name string
		typ  Type
		want string // the records
		ttl  time.Duration
	}{
		{"a.test", TypeA, "[192.0.2.1 192.0.2.2]", time.Minute},
		{"A.test.", TypeAAAA, "[2001:db8::1]", 5 * time.Minute},
		{"b.test", TypeAAAA, "[2001:db8::1] by [a.test]", 5 * time.Minute},
		{"b.test", TypeCNAME, "[a.test]", 5 * time.Minute},
		{"test", TypeMX, "[{0 } {20 a.test}]", 5 * time.Minute},
		{"test", TypeNS, "[ns1.test ns2.test]", 5 * time.Minute},
		{"test", TypeSOA, `{ns1.test host\.master.test 7 1 2 3 4}`, 15 * time.Minute},
		{"test", TypeDS, "[{60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118}]", 10 * time.Minute},
		{"test", TypeDNSKEY, "256 3 13 64", 5 * time.Minute},
		{"a.test", TypeTXT, "[v=spf1 -all]", 5 * time.Minute},
		{"_25._tcp.a.test", TypeTLSA, "[{3 1 1 abcd}]", 5 * time.Minute},
		{"1.2.0.192.in-addr.arpa", TypePTR, "[mx.test]", 5 * time.Minute},
		{"2.2.0.192.in-addr.arpa", TypePTR, "[two.test] by [2.0/25.2.0.192.in-addr.arpa]", 5 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.typ.String()+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone...)
			w.spoil = signed
			got, err := w.resolver().Records(t.Context(), tt.name, tt.typ)
			if err != nil || recordsOf(got) != tt.want {
				t.Errorf("Records = %s, %v; want %s", recordsOf(got), err, tt.want)
			}
			if got.TTL != tt.ttl || !got.Authentic || !got.Trusted || !got.Server.IsValid() {
				t.Errorf("Records = %+v; want it told who says so, and a TTL of %v", got, tt.ttl)
			}
		})
	}
}

// recordsOf writes the records of a set down.
func recordsOf(s Set) string {
	text := ""
	switch s.Type {
	case TypeA, TypeAAAA:
		text = fmt.Sprint(s.Addrs)
	case TypeMX:
		text = fmt.Sprint(s.MX)
	case TypeNS, TypeCNAME, TypePTR:
		text = fmt.Sprint(s.Names)
	case TypeTXT:
		text = fmt.Sprint(s.Texts)
	case TypeSOA:
		text = fmt.Sprint(*s.SOA)
	case TypeDS:
		text = fmt.Sprintf("[{%d %d %d %x}]", s.DS[0].KeyTag, s.DS[0].Algorithm, s.DS[0].DigestType, s.DS[0].Digest)
	case TypeDNSKEY:
		text = fmt.Sprint(s.DNSKEY[0].Flags, s.DNSKEY[0].Protocol, s.DNSKEY[0].Algorithm, len(s.DNSKEY[0].Key))
	case TypeTLSA:
		text = fmt.Sprintf("[{%d %d %d %x}]", s.TLSA[0].Usage, s.TLSA[0].Selector, s.TLSA[0].Matching, s.TLSA[0].Data)
	}
	if len(s.Aliases) > 0 {
		text += fmt.Sprintf(" by %v", s.Aliases)
	}
	return text
}

// A lack of records is an error that says so, and who says so.
func TestRecordsThatAreNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a.test. A 192.0.2.1")
	w.spoil = signed
	for name, want := range map[string]Kind{"a.test": NoData, "none.test": NoName} {
		got, err := w.resolver().Records(t.Context(), name, TypeDS)
		e := asError(t, err)
		if e.Kind != want || e.Zone != "test" || !got.Authentic || !got.Server.IsValid() {
			t.Errorf("Records(%q) = %+v, %v of the zone %q; want %v, said by the zone test and validated", name, got, e, e.Zone, want)
		}
	}
	for name, typ := range map[string]Type{"a b": TypeA, "a.test": Type(dns.TypeANY), "": TypeA} {
		if _, err := w.resolver().Records(t.Context(), name, typ); asError(t, err).Kind != BadName {
			t.Errorf("Records(%q, %v) = %v; want BadName", name, typ, err)
		}
	}
}

// An address literal is not an alias, an empty rdata no record.
func TestReverse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.2.0.192.in-addr.arpa. PTR a.test.", "1.2.0.192.in-addr.arpa. PTR b.test.",
		"1."+strings.Repeat("0.", 23)+"8.b.d.0.1.0.0.2.ip6.arpa. PTR six.test.")
	for addr, want := range map[string]string{
		"192.0.2.1": "a.test b.test", "::ffff:192.0.2.1": "a.test b.test", "2001:db8::1": "six.test", "2001:db8::1%eth0": "six.test",
	} {
		got, err := w.resolver().Reverse(t.Context(), netip.MustParseAddr(addr))
		slices.Sort(got.Names)
		if text := strings.Join(got.Names, " "); err != nil || text != want {
			t.Errorf("Reverse(%s) = %q, %v; want %q", addr, text, err, want)
		}
	}
	if _, err := w.resolver().Reverse(t.Context(), netip.MustParseAddr("192.0.2.9")); asError(t, err).Kind != NoName {
		t.Errorf("Reverse of an address without names = %v; want NoName", err)
	}
	if _, err := w.resolver().Reverse(t.Context(), netip.Addr{}); asError(t, err).Kind != BadName {
		t.Errorf("Reverse of no address = %v; want BadName", err)
	}
}

// RFC 5782, sections 2.1, 2.4 and 5.
func TestListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2.0.0.127.list.test. A 127.0.0.2", `2.0.0.127.list.test. TXT "listed for a test"`,
		"bad.test.names.test. A 127.0.1.2", "1.0.0.127.broken.test. A 192.0.2.1")
	w.spoil = only(dns.TypeA, "2.0.0.127.dead.test.", rcode(dns.RcodeServerFailure))
	r := w.resolver()
	for _, tt := range []struct{ addr, list, want string }{
		{"127.0.0.2", "list.test", "2.0.0.127.list.test [127.0.0.2] [listed for a test]"},
		{"127.0.0.1", "list.test", "1.0.0.127.list.test [] []"},
		{"127.0.0.1", "broken.test", "1.0.0.127.broken.test [192.0.2.1] []"},
		{"::1", "list.test", "1." + strings.Repeat("0.", 31) + "list.test [] []"},
	} {
		l, err := r.ListedAddr(t.Context(), tt.list, netip.MustParseAddr(tt.addr))
		if text := fmt.Sprint(l.Name, " ", l.Codes, " ", l.Texts); err != nil || text != tt.want {
			t.Errorf("ListedAddr(%s, %s) = %s, %v; want %s", tt.list, tt.addr, text, err, tt.want)
		}
	}
	if l, err := r.ListedName(t.Context(), "names.test", "Bad.test"); err != nil || len(l.Codes) != 1 {
		t.Errorf("ListedName = %+v, %v; want one code", l, err)
	}
	if _, err := r.ListedAddr(t.Context(), "dead.test", netip.MustParseAddr("127.0.0.2")); !asError(t, err).Temporary() {
		t.Errorf("ListedAddr of a list that does not answer = %v; want a temporary error", err)
	}
}
