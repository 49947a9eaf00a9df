package dnsmx

import (
	"slices"
	"testing"

	"github.com/miekg/dns"
)

// invalid answers as a validating resolver does for a name whose signatures are
// broken.
func invalid(m, r *dns.Msg) *dns.Msg {
	if m.CheckingDisabled {
		return r
	}
	return rcode(dns.RcodeServerFailure)(m, r)
}

// A name whose signatures are broken is told from one whose servers are dead:
// the resolver has an answer once it need not validate.
func TestBogusIsNotServFail(t *testing.T) {
	t.Parallel()
	noName := func(m, _ *dns.Msg) *dns.Msg {
		if m.CheckingDisabled {
			return new(dns.Msg).SetRcode(m, dns.RcodeNameError)
		}
		return new(dns.Msg).SetRcode(m, dns.RcodeServerFailure)
	}
	tests := []struct {
		name  string
		spoil func(m, r *dns.Msg) *dns.Msg
		kind  Kind
		want  string
	}{
		{"bogus", invalid, Bogus, `MX of "example.test": DNSSEC does not validate: SERVFAIL from 127.0.0.1:5353, yet an answer where validation is switched off`},
		{"bogus denial", noName, Bogus, `MX of "example.test": DNSSEC does not validate: SERVFAIL from 127.0.0.1:5353, yet an answer where validation is switched off`},
		{"dead", rcode(dns.RcodeServerFailure), ServFail, `MX of "example.test": SERVFAIL from 127.0.0.1:5353`},
		{"refused", rcode(dns.RcodeRefused), Refused, `MX of "example.test": REFUSED from 127.0.0.1:5353`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := exampleWorld(t)
			w.spoil = tt.spoil
			e := routeError(t, w.resolver(), "example.test")
			wantText(t, e, tt.want)
			if e.Kind != tt.kind || !e.Temporary() {
				t.Errorf("kind %v, temporary %v; want %v, temporary", e.Kind, e.Temporary(), tt.kind)
			}
		})
	}
}

// Servers that come back while the resolver is asked for the unvalidated answer
// have no broken signatures.
func TestBogusIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	back := false
	w.spoil = func(m, r *dns.Msg) *dns.Msg {
		if back = back || m.CheckingDisabled; back {
			return r
		}
		return new(dns.Msg).SetRcode(m, dns.RcodeServerFailure)
	}
	wantHosts(t, mustRoute(t, w.resolver(), "example.test"), exampleHost)
}

// A host whose addresses do not validate is told of as such.
func TestBogusAddresses(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	w.spoil = func(m, r *dns.Msg) *dns.Msg {
		if m.Question[0].Name == "mx.test." {
			return invalid(m, r)
		}
		return r
	}
	route := mustRoute(t, w.resolver(), "example.test")
	if e := asError(t, route.Hosts[0].Err); e.Kind != Bogus {
		t.Errorf("host: %v, kind %v; want Bogus", e, e.Kind)
	}
	if !slices.Contains(w.questions(), "AAAA mx.test.") {
		t.Error("the other family was not asked for")
	}
}
