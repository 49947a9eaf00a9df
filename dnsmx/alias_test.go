package dnsmx

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// The MX records of the name behind the alias count. RFC 5321, section 5.1.
func TestTrap58DomainIsAlias(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "www.test. CNAME example.test.", "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "www.test")
	wantHosts(t, route, "10 mx.test 192.0.2.1")
	wantNote(t, route.Notes, `"www.test" is an alias (CNAME) for "example.test"`)
}

func TestTrap58AliasWithoutMXIsImplicit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "www.test. CNAME example.test.", "example.test. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "www.test")
	if route.Origin != OriginImplicit {
		t.Errorf("origin %q; want %q", route.Origin, OriginImplicit)
	}
	wantHosts(t, route, "0 example.test 192.0.2.1")
	if n := w.count("MX example.test."); n != 0 {
		t.Errorf("the target was asked for %d times although the SOA record settles it; want 0", n)
	}
}

func TestTrap58AliasToNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "www.test. CNAME gone.test.")
	wantText(t, routeError(t, w.resolver(), "www.test"),
		`MX of "www.test" (an alias of "gone.test"): no such domain (NXDOMAIN)`)
}

func TestTrap58DomainIsLoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a.test. CNAME b.test.", "b.test. CNAME a.test.")
	if e := routeError(t, w.resolver(), "a.test"); e.Kind != Loop || e.Temporary() {
		t.Errorf("%v: kind %v, temporary %v; want Loop, permanent", e, e.Kind, e.Temporary())
	}
}

// firstLink makes the world answer as a server that knows one zone only: with
// the first alias and nothing behind it.
func firstLink(_, r *dns.Msg) *dns.Msg {
	if len(r.Answer) > 1 && r.Answer[0].Header().Rrtype == dns.TypeCNAME {
		r.Answer, r.Ns, r.Rcode = r.Answer[:1], nil, dns.RcodeSuccess
	}
	return r
}

func TestTrap58AliasNeedsFurtherQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "www.test. CNAME example.test.", "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	w.spoil = firstLink
	wantHosts(t, mustRoute(t, w.resolver(), "www.test"), "10 mx.test 192.0.2.1")
	if w.count("MX www.test.") != 1 || w.count("MX example.test.") != 1 {
		t.Errorf("asked %q; want one question for each name", w.questions())
	}
}

func TestTrap58FurtherQueryFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "www.test. CNAME example.test.", "example.test. MX 10 mx.test.")
	sick := only(dns.TypeMX, "example.test.", rcode(dns.RcodeServerFailure))
	w.spoil = func(m, r *dns.Msg) *dns.Msg { return sick(m, firstLink(m, r)) }
	e := routeError(t, w.resolver(), "www.test")
	wantText(t, e, `MX of "www.test" (an alias of "example.test"): SERVFAIL from 127.0.0.1:5353`)
}

// An alias with nothing behind it and no SOA record says nothing about the
// target, so a domain must not become its own host by it.
func TestTrap58OpenAliasIsNotEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "www.test. CNAME example.test.", "example.test. A 192.0.2.1")
	w.spoil = func(m, r *dns.Msg) *dns.Msg {
		if m.Question[0].Name == "www.test." {
			r.Ns = nil
		}
		return r
	}
	route := mustRoute(t, w.resolver(), "www.test")
	if n := w.count("MX example.test."); n != 1 || route.Origin != OriginImplicit {
		t.Errorf("the target was asked for %d times, origin %q; want 1, implicit", n, route.Origin)
	}
}

// Nor does the SOA record of the alias's own zone.
func TestTrap58AliasIntoAnotherZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "www.test. CNAME example.invalid.", "example.invalid. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "www.test")
	if n := w.count("MX example.invalid."); n != 1 || route.Origin != OriginImplicit {
		t.Errorf("the target was asked for %d times, origin %q; want 1, implicit", n, route.Origin)
	}
}

// chain returns n aliases from 0.test and an MX record at the end.
func chain(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("%d.test. CNAME %d.test.", i, i+1))
	}
	return append(lines, fmt.Sprintf("%d.test. MX 10 mx.test.", n), "mx.test. A 192.0.2.1")
}

func TestTrap58AliasLimit(t *testing.T) {
	t.Parallel()
	for _, spoil := range []func(m, r *dns.Msg) *dns.Msg{nil, firstLink} {
		t.Run(fmt.Sprintf("further queries %v", spoil != nil), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, chain(maxAliases)...)
			w.spoil = spoil
			wantHosts(t, mustRoute(t, w.resolver(), "0.test"), "10 mx.test 192.0.2.1")

			w = newWorld(t, chain(maxAliases+1)...)
			w.spoil = spoil
			e := routeError(t, w.resolver(), "0.test")
			if e.Kind != Loop || !strings.Contains(e.Error(), "more than 8 aliases") {
				t.Errorf("%v, kind %v; want the limit, Loop", e, e.Kind)
			}
		})
	}
}

func TestTrap58LoopOverFurtherQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a.test. CNAME b.test.", "b.test. CNAME a.test.")
	w.spoil = firstLink
	e := routeError(t, w.resolver(), "a.test")
	wantText(t, e, `MX of "a.test": the aliases (CNAME) turn in a circle: b.test, a.test`)
	if got := w.questions(); !slices.Equal(got, []string{"MX a.test.", "MX b.test."}) {
		t.Errorf("asked %q; want each name once", got)
	}
}

func TestAliasOfNoName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "root.test. CNAME .", `odd.test. CNAME a\032b.test.`, "example.test. MX 10 root.test.", ". A 192.0.2.1")
	r := w.resolver()
	wantText(t, routeError(t, r, "root.test"), `MX of "root.test": it is an alias (CNAME) for ".", which is not the name of a host`)
	if e := routeError(t, r, "odd.test"); e.Kind != BadName || e.Temporary() {
		t.Errorf("%v, kind %v; want BadName, permanent", e, e.Kind)
	}
	wantHosts(t, mustRoute(t, r, "example.test"), "10 root.test BadName")
}

// Records of other names in the answer are none of our business.
func TestForeignRecordsIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	w.spoil = func(_, r *dns.Msg) *dns.Msg {
		for _, s := range []string{"evil.test. MX 0 evil.test.", "evil.test. A 192.0.2.66"} {
			rr, _ := dns.NewRR(s)
			r.Answer = append([]dns.RR{rr}, r.Answer...)
		}
		return r
	}
	wantHosts(t, mustRoute(t, w.resolver(), "example.test"), "10 mx.test 192.0.2.1")
}

func TestHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mx.test. A 192.0.2.1", "www.test. CNAME mx.test.")
	r := w.resolver()
	tests := []struct{ in, want string }{
		{"mx.test", "0 mx.test 192.0.2.1"},
		{"MX.test.", "0 mx.test 192.0.2.1"},
		{"www.test", "0 www.test 192.0.2.1"},
		{"gone.test", "0 gone.test NoName"},
		{"192.0.2.7", "0 [192.0.2.7] 192.0.2.7"},
		{"[192.0.2.7]", "0 [192.0.2.7] 192.0.2.7"},
		{"2001:db8::1", "0 [IPv6:2001:db8::1] 2001:db8::1"},
		{"[IPv6:2001:db8::1]", "0 [IPv6:2001:db8::1] 2001:db8::1"},
		{"a..b", "0 a..b BadName"},
	}
	for _, tt := range tests {
		if got := hostLines([]Host{r.Host(t.Context(), tt.in)})[0]; got != tt.want {
			t.Errorf("Host(%q) = %q; want %q", tt.in, got, tt.want)
		}
	}
	if h := r.Host(t.Context(), "fe80::1%a\r\nb"); h.Err == nil {
		t.Errorf("Host with line ends in the zone = %q; want an error", h.Name)
	}
	if h := r.Host(t.Context(), "fe80::1%eth0"); h.Err != nil || h.Addrs[0].Zone() != "eth0" {
		t.Errorf("Host with a zone = %+v; want the zone kept", h)
	}
	wantNote(t, r.Host(t.Context(), "www.test").Notes, `"www.test" is an alias (CNAME) for "mx.test"`)
}
