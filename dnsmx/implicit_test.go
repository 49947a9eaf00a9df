package dnsmx

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// A null MX is one record with the root and preference 0: no mail, and no
// look-up of addresses. RFC 7505, section 3.
func TestTrap55NullMX(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 0 .", "example.test. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "example.test")
	if route.Origin != OriginNull {
		t.Errorf("origin %q; want %q", route.Origin, OriginNull)
	}
	wantHosts(t, route)
	if err := route.Err(); err != nil {
		t.Errorf("Err() = %v; want none", err)
	}
	if got := w.questions(); !slices.Equal(got, []string{"MX example.test."}) {
		t.Errorf("asked %q; want the MX records only", got)
	}
}

func TestTrap55RootBesideOtherMX(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 0 .", "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "example.test")
	if route.Origin != OriginMX {
		t.Errorf("origin %q; want %q", route.Origin, OriginMX)
	}
	wantHosts(t, route, "10 mx.test 192.0.2.1")
	wantNote(t, route.Notes, "beside other MX records", "RFC 7505")
}

func TestTrap55RootWithPreference(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 .", "example.test. A 192.0.2.1")
	r := w.resolver()
	e := routeError(t, r, "example.test")
	if e.Kind != NoHost || e.Temporary() {
		t.Errorf("kind %v, temporary %v; want NoHost, permanent", e.Kind, e.Temporary())
	}
	route, _ := r.Route(t.Context(), "example.test")
	wantNote(t, route.Notes, "preference 10", "RFC 7505")
}

// A name that does not exist has no records, whatever the answer holds.
func TestTrap56NameErrorWithRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	w.spoil = func(_, r *dns.Msg) *dns.Msg {
		if r.Question[0].Name == "mx.test." {
			r.Rcode = dns.RcodeNameError
		}
		return r
	}
	wantHosts(t, mustRoute(t, w.resolver(), "example.test"), "10 mx.test NoName")
}

// Some resolvers put the name servers of the zone into an empty answer. It is
// no referral, for they do look up names.
func TestTrap56EmptyAnswerWithNameServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. A 192.0.2.1")
	w.spoil = only(dns.TypeMX, "example.test.", func(_, r *dns.Msg) *dns.Msg {
		ns, _ := dns.NewRR("test. 60 NS ns.test.")
		r.Ns = []dns.RR{ns}
		return r
	})
	wantHosts(t, mustRoute(t, w.resolver(), "example.test"), "0 example.test 192.0.2.1")
}

// A record cut short is neither a null MX nor the lack of MX records.
func TestTrap55HollowRecord(t *testing.T) {
	t.Parallel()
	for _, hollow := range []dns.RR{
		&dns.RFC3597{Hdr: dns.RR_Header{Name: "example.test.", Rrtype: dns.TypeMX, Class: dns.ClassINET}},
		&dns.RFC3597{Hdr: dns.RR_Header{Name: "example.test.", Rrtype: dns.TypeMX, Class: dns.ClassINET}, Rdata: "0000"},
		&dns.RFC3597{Hdr: dns.RR_Header{Name: "example.test.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}},
	} {
		w := newWorld(t, "example.test. A 192.0.2.1")
		w.spoil = func(_, r *dns.Msg) *dns.Msg {
			r.Answer, r.Ns = []dns.RR{hollow}, nil
			return r
		}
		e := routeError(t, w.resolver(), "example.test")
		if e.Kind != Malformed || !e.Temporary() || !strings.Contains(e.Error(), "a record without its data") {
			t.Errorf("%v: %v, kind %v; want it told, Malformed, temporary", hollow, e, e.Kind)
		}
	}
}

// Only an empty answer makes a domain its own mail host. RFC 5321, section 5.1.
func TestTrap56ImplicitMXOnNoData(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. A 192.0.2.1", "example.test. AAAA 2001:db8::1")
	route := mustRoute(t, w.resolver(), "example.test")
	if route.Origin != OriginImplicit {
		t.Errorf("origin %q; want %q", route.Origin, OriginImplicit)
	}
	wantHosts(t, route, "0 example.test 192.0.2.1 2001:db8::1")
	wantNote(t, route.Notes, "no MX record")
}

func TestTrap56ImplicitMXWithoutAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `example.test. TXT "no mail"`)
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "0 example.test NoData")
	wantText(t, route.Err(), `A or AAAA of "example.test": no such record (NODATA)`)
}

// A server that has neither the name nor looks names up says nothing of it.
func TestTrap56NoImplicitMXFromALameServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `other.test. TXT "x"`)
	w.spoil = func(_, r *dns.Msg) *dns.Msg {
		r.Rcode, r.Answer, r.Ns, r.RecursionAvailable = dns.RcodeSuccess, nil, nil, false
		return r
	}
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "0 example.test Refused")
	wantText(t, route.Err(), `A or AAAA of "example.test": 127.0.0.1:5353: it knows nothing of the name and does not look up names itself (no recursion)`)
}

func TestTrap56NoImplicitMXOnError(t *testing.T) {
	t.Parallel()
	silence := func(_, _ *dns.Msg) *dns.Msg { return nil }
	referral := func(_, r *dns.Msg) *dns.Msg {
		ns, _ := dns.NewRR("test. 60 NS ns.test.")
		r.Ns, r.RecursionAvailable = []dns.RR{ns}, false
		return r
	}
	tests := []struct {
		name      string
		spoil     func(m, r *dns.Msg) *dns.Msg
		kind      Kind
		temporary bool
	}{
		{"NXDOMAIN", rcode(dns.RcodeNameError), NoName, false},
		{"SERVFAIL", rcode(dns.RcodeServerFailure), ServFail, true},
		{"REFUSED", rcode(dns.RcodeRefused), Refused, true},
		{"NOTAUTH", rcode(dns.RcodeNotAuth), OtherRcode, true},
		{"silence", silence, Timeout, true},
		{"referral", referral, Refused, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "example.test. A 192.0.2.1")
			w.spoil = tt.spoil
			r := w.resolver()
			r.timeout = 1 // nanosecond: the world is silent, not slow
			e := routeError(t, r, "example.test")
			if e.Kind != tt.kind || e.Temporary() != tt.temporary {
				t.Errorf("kind %v, temporary %v; want %v, %v", e.Kind, e.Temporary(), tt.kind, tt.temporary)
			}
			if n := w.count("A example.test."); n != 0 {
				t.Errorf("the address of the domain was asked for %d times; want 0", n)
			}
		})
	}
}

// MX records that lead nowhere are no reason to send to the domain itself.
func TestTrap56NoImplicitMXBesideDeadHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 gone.test.", "example.test. MX 20 empty.test.",
		`empty.test. TXT "nothing"`, "example.test. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "example.test")
	if route.Origin != OriginMX {
		t.Errorf("origin %q; want %q", route.Origin, OriginMX)
	}
	wantHosts(t, route, "10 gone.test NoName", "20 empty.test NoData")
	if n := w.count("A example.test."); n != 0 {
		t.Errorf("the address of the domain was asked for %d times; want 0", n)
	}
	wantText(t, route.Hosts[0].Err, `A or AAAA of "gone.test": no such domain (NXDOMAIN)`)
}
