package dnsmx

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/miekg/dns"
)

// An MX record must not name an alias, but most senders follow it. RFC 2181,
// section 10.3.
func TestTrap57MXIsAlias(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx.test.", "mx.test. CNAME a.test.", "a.test. CNAME b.test.",
		"b.test. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 mx.test 192.0.2.1")
	wantNote(t, route.Hosts[0].Notes, `"mx.test" is an alias (CNAME) for "b.test"`, "RFC 5321 5.1", "RFC 2181 10.3")
	if n := len(route.Hosts[0].Notes); n != 1 {
		t.Errorf("%d notes %q; want 1 for both families", n, route.Hosts[0].Notes)
	}
}

func TestTrap57MXIsLoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx.test.", "example.test. MX 20 self.test.",
		"mx.test. CNAME a.test.", "a.test. CNAME mx.test.", "self.test. CNAME self.test.")
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 mx.test Loop", "20 self.test Loop")
	wantText(t, route.Hosts[0].Err, `A of "mx.test": the aliases (CNAME) turn in a circle: a.test, mx.test`)
	if asError(t, route.Err()).Temporary() {
		t.Error("a loop is temporary; want permanent")
	}
}

func TestTrap57MXIsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 192.0.2.1.", `example.test. MX 20 2001:db8::1.`, "example.test. MX 30 [192.0.2.1].",
		"192.0.2.1. A 192.0.2.1")
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 192.0.2.1 BadName", "20 2001:db8::1 BadName", "30 [192.0.2.1] BadName")
	wantText(t, route.Hosts[0].Err, `"192.0.2.1" is an address: an MX record has to name a host (RFC 1035 3.3.9)`)
	if got := w.questions(); !slices.Equal(got, []string{"MX example.test."}) {
		t.Errorf("asked %q; want the MX records only", got)
	}
}

func TestTrap57MXWithUnderscore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ex_ample.test. MX 10 mx_1.test.", "mx_1.test. A 192.0.2.1")
	wantHosts(t, mustRoute(t, w.resolver(), "ex_ample.test"), "10 mx_1.test 192.0.2.1")
}

func TestTrap57MXIsNoHostName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `example.test. MX 10 mx\032one.test.`, "example.test. MX 20 mx.test.", "mx.test. A 192.0.2.1")
	wantHosts(t, mustRoute(t, w.resolver(), "example.test"), `10 mx\ one.test BadName`, "20 mx.test 192.0.2.1")
}

// A name without its final dot in the zone file gets the zone appended.
func TestMXWithoutFinalDotInZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx.example.test.example.test.", "example.test. MX 20 mx.example.test.")
	route := mustRoute(t, w.resolver(), "example.test")
	wantNote(t, route.Hosts[0].Notes, `final dot behind "mx.example.test"`)
	if n := len(route.Hosts[1].Notes); n != 0 {
		t.Errorf("notes %q on an ordinary name; want none", route.Hosts[1].Notes)
	}
}

// Equal preferences are a set: any order as a sender, one order for reports.
// RFC 5321, section 5.1.
func TestTrap59EqualPreferences(t *testing.T) {
	t.Parallel()
	hosts := []Host{{Name: "c", Preference: 10}, {Name: "z", Preference: 5}, {Name: "a", Preference: 10}}
	Rank(hosts, nil)
	if got := hostLines(hosts); !slices.Equal(got, []string{"5 z", "10 a", "10 c"}) {
		t.Errorf("Rank without randomness = %q", got)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	first := make(map[string]int)
	for range 200 {
		Rank(hosts, rnd)
		if hosts[0].Name != "z" {
			t.Fatalf("Rank = %q; want the lowest preference first", hostLines(hosts))
		}
		first[hosts[1].Name]++
	}
	if first["a"] < 50 || first["c"] < 50 {
		t.Errorf("200 shuffles put %v first; want about half each", first)
	}
}

func TestTrap59AllAddressesInFixedOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx.test.",
		"mx.test. AAAA 2001:db8::2", "mx.test. A 192.0.2.10", "mx.test. A 192.0.2.9",
		"mx.test. A 192.0.2.9", "mx.test. AAAA 2001:db8::1", "mx.test. AAAA ::ffff:192.0.2.11")
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 mx.test 192.0.2.9 192.0.2.10 192.0.2.11 2001:db8::1 2001:db8::2")
	wantNote(t, route.Hosts[0].Notes, "IPv4-mapped", "192.0.2.11")
}

func TestDuplicateHostsMerged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 20 mx.test.", "example.test. MX 10 MX.test.", "example.test. MX 15 other.test.",
		"mx.test. A 192.0.2.1", "other.test. A 192.0.2.2")
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 mx.test 192.0.2.1", "15 other.test 192.0.2.2")
	wantNote(t, route.Hosts[0].Notes, "again with preference 20", "10 counts")

	w = newWorld(t, "example.test. MX 10 mx.test.", "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	route = mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 mx.test 192.0.2.1")
	if n := route.Hosts[0].Notes; len(n) > 0 {
		t.Errorf("notes %q on a record that is there twice; want none", n)
	}
}

// A host with one family only is a good host.
func TestTrap60OneFamilyOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx4.test.", "example.test. MX 20 mx6.test.",
		"mx4.test. A 192.0.2.1", "mx6.test. AAAA 2001:db8::1")
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 mx4.test 192.0.2.1", "20 mx6.test 2001:db8::1")
	for _, h := range route.Hosts {
		if len(h.Notes) > 0 {
			t.Errorf("notes of %q: %q; want none", h.Name, h.Notes)
		}
	}
}

func TestOneFamilyFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
	w.spoil = only(dns.TypeAAAA, "mx.test.", rcode(dns.RcodeServerFailure))
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "10 mx.test 192.0.2.1")
	wantNote(t, route.Hosts[0].Notes, `AAAA of "mx.test": SERVFAIL from 127.0.0.1:5353`)
}

// What may be better later outweighs what will not. RFC 5321, section 5.1.
func TestTrap72TemporaryOutweighsPermanent(t *testing.T) {
	t.Parallel()
	t.Run("among families", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "example.test. MX 10 mx.test.")
		w.spoil = only(dns.TypeAAAA, "mx.test.", rcode(dns.RcodeServerFailure))
		route := mustRoute(t, w.resolver(), "example.test")
		wantHosts(t, route, "10 mx.test ServFail")
	})
	t.Run("among hosts", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "example.test. MX 10 gone.test.", "example.test. MX 20 sick.test.", "sick.test. A 192.0.2.1")
		sick := rcode(dns.RcodeServerFailure)
		w.spoil = func(m, r *dns.Msg) *dns.Msg {
			if m.Question[0].Name == "sick.test." {
				return sick(m, r)
			}
			return r
		}
		route := mustRoute(t, w.resolver(), "example.test")
		wantHosts(t, route, "10 gone.test NoName", "20 sick.test ServFail")
		if e := asError(t, route.Err()); e.Kind != ServFail {
			t.Errorf("Err() = %v; want the temporary error", e)
		}
	})
}

func TestManyHosts(t *testing.T) {
	t.Parallel()
	lines := []string{}
	for i := range 120 {
		name := string(rune('a'+i/26)) + string(rune('a'+i%26)) + ".test."
		lines = append(lines, "example.test. MX 10 "+name, name+" A 192.0.2.1")
	}
	route := mustRoute(t, newWorld(t, lines...).resolver(), "example.test")
	if n := len(route.Hosts); n != maxHosts {
		t.Errorf("%d hosts; want %d", n, maxHosts)
	}
	wantNote(t, route.Notes, "120 hosts", "first 100")
	if n := len(route.LeftOut); n != 20 || route.LeftOut[0].Preference < route.Hosts[maxHosts-1].Preference {
		t.Errorf("%d hosts left out: %v; want the last 20", n, route.LeftOut)
	}
	for _, h := range route.Hosts {
		if len(h.Addrs) != 1 {
			t.Errorf("host %q has addresses %v", h.Name, h.Addrs)
		}
	}
}
