package sandbox

import (
	"testing"

	"github.com/miekg/dns"
)

// TestSurroundings: the world has the names of its addresses and the addresses of
// its name servers, and speaks for its zones where no recursion is asked for.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	w := startLoopback(t, Spec{Loopback: true, Zones: []Zone{
		{Name: "a.test", Text: "@ MX 10 mx\nmx A 192.0.2.1\nother A 192.0.2.9\n"},
		{Name: "1.0.127.in-addr.arpa", Text: "1 PTR mine.a.test.\n"},
	}, Servers: []Server{{Name: "mx.a.test"}}})
	reverse, err := dns.ReverseAddr(w.Doors()[0].Listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, qtype, want string }{
		{reverse, "PTR", "NOERROR | " + reverse + " PTR mx.a.test."},
		{"9.9.9.127.in-addr.arpa.", "PTR", "NXDOMAIN | (SOA in-addr.arpa.)"},
		{"1.1.0.127.in-addr.arpa.", "PTR", "NOERROR | 1.1.0.127.in-addr.arpa. PTR mine.a.test."}, // described
		{"a.test.", "NS", "NOERROR | a.test. NS ns.sandbox.test. | a.test. NS ns2.sandbox.test."},
		{"ns.sandbox.test.", "A", "NOERROR | ns.sandbox.test. A 127.0.0.1"},
		{"ns2.sandbox.test.", "A", "NOERROR | ns2.sandbox.test. A 127.0.0.1"},
	} {
		for _, recursive := range []bool{true, false} {
			q := new(dns.Msg)
			q.SetQuestion(tt.name, dns.StringToType[tt.qtype])
			q.RecursionDesired = recursive
			m, err := dns.Exchange(q, w.DNS().String())
			if err != nil {
				t.Fatal(err)
			}
			if got := sum(m); got != tt.want {
				t.Errorf("%s %s: %q; want %q", tt.name, tt.qtype, got, tt.want)
			}
			if m.Authoritative == recursive {
				t.Errorf("%s, recursion %t: authoritative %t", tt.name, recursive, m.Authoritative)
			}
		}
	}
}
