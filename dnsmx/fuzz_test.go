package dnsmx

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// echo is an exchanger that answers every query with the same bytes, under the
// ID of the query and, if asked to, with its question.
type echo struct {
	b        []byte
	question bool
}

func (e echo) exchange(_ context.Context, _ netip.AddrPort, q query, _ time.Duration) (received, error) {
	asked := newQuery(q)
	b := slices.Clone(e.b)
	if len(b) >= 12 {
		b[0], b[1] = byte(asked.Id>>8), byte(asked.Id)
		b[2] |= 0x80
	}
	if e.question {
		m := new(dns.Msg)
		if m.Unpack(b) == nil {
			m.Question = asked.Question
			if again, err := m.Pack(); err == nil {
				b = again
			}
		}
	}
	m, err := readMessage(b, asked.Id, q.question)
	if err != nil {
		return received{}, &malformedError{err}
	}
	return received{m: m}, nil
}

// FuzzAnswer plays foreign bytes as the answer to every question of a route.
func FuzzAnswer(f *testing.F) {
	seed := func(spoil func(m, r *dns.Msg) *dns.Msg, zone ...string) {
		w := newWorld(f, zone...)
		w.spoil = spoil
		b, err := w.respond(newQuery(query{question: question{"a.test", dns.TypeMX}})).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, true)
		f.Add(b, false)
	}
	seed(nil, "a.test. MX 10 a.test.")                          // an answer
	seed(nil, "a.test. MX 0 .")                                 // null MX
	seed(nil, "a.test. CNAME b.test.", "b.test. MX 1 c.b.")     // with an alias
	seed(nil, "a.test. CNAME b.test.", "b.test. CNAME a.test.") // in a circle
	seed(nil, `a.test. MX 1 a\000\.\"b.test.`)                  // a strange name
	seed(nil)                                                   // NXDOMAIN with an SOA record
	seed(rcode(dns.RcodeServerFailure))                         // a failure
	f.Fuzz(func(t *testing.T, b []byte, question bool) {
		r := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}, Attempts: 1})
		r.wire = echo{b, question}
		route, err := r.Route(t.Context(), "a.test")
		if err != nil {
			asError(t, err)
			if len(route.Hosts) > 0 || route.Authentic {
				t.Fatalf("route %+v beside the error %v", route, err)
			}
			return
		}
		checkRoute(t, route)
	})
}

// FuzzLookups plays foreign bytes as the answer to a question of any type, of a
// resolver and of a name server.
func FuzzLookups(f *testing.F) {
	types := []Type{TypeA, TypeAAAA, TypeCNAME, TypeDNSKEY, TypeDS, TypeMX, TypeNS, TypePTR, TypeSOA, TypeTLSA, TypeTXT}
	zone := newWorld(f, "a.test. DS 1 5 1 AB", "a.test. NS ns.test.", "a.test. SOA a. b. 1 2 3 4 5", "a.test. PTR b.test.", `a.test. TXT "x"`, "a.test."+someDNSKEY)
	for i, typ := range types {
		b, err := zone.respond(newQuery(query{question: question{"a.test", uint16(typ)}})).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(i))
	}
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		at, typ := netip.MustParseAddrPort("127.0.0.1:53"), types[int(which)%len(types)]
		r := mustNew(t, Config{Servers: []netip.AddrPort{at}, Attempts: 1})
		r.wire = echo{b, true}
		set, err := r.Records(t.Context(), "a.test", typ)
		reply, replyErr := r.Ask(t.Context(), at, "a.test", typ)
		for i, s := range []Set{set, reply.Set} {
			n := len(s.Addrs) + len(s.MX) + len(s.Names) + len(s.Texts) + len(s.DS) + len(s.DNSKEY) + len(s.TLSA)
			if s.SOA != nil {
				n++
			}
			if failed := []error{err, replyErr}[i]; failed != nil && n > 0 || failed == nil && n == 0 && len(s.Aliases) == 0 && reply.Referral == nil {
				t.Fatalf("%+v beside the error %v", s, failed)
			}
		}
	})
}

// checkRoute holds what must be true of every route.
func checkRoute(t *testing.T, route Route) {
	t.Helper()
	if (route.Origin == OriginNull) != (len(route.Hosts) == 0) || len(route.Hosts) > maxHosts {
		t.Fatalf("origin %q with %d hosts", route.Origin, len(route.Hosts))
	}
	seen := make(map[string]bool)
	for i, h := range route.Hosts {
		if h.Name == "" || seen[h.Name] || (h.Err == nil) != (len(h.Addrs) > 0) || len(h.Addrs) > maxAddrs {
			t.Fatalf("host %+v", h)
		}
		seen[h.Name] = true
		if i > 0 && h.Preference < route.Hosts[i-1].Preference {
			t.Fatalf("hosts out of order: %v", hostLines(route.Hosts))
		}
		if !slices.IsSortedFunc(h.Addrs, netip.Addr.Compare) || len(slices.Compact(h.Addrs)) != len(h.Addrs) {
			t.Fatalf("addresses %v", h.Addrs)
		}
	}
}
