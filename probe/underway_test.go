package probe

import (
	"slices"
	"testing"
	"unsafe"
)

// Ten thousand domains wait at once for their servers, each with one of these. The
// bounds are size classes that the runtime has.
func TestWhatIsUnderWayIsSmall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		what    string
		n, most uintptr
	}{
		{"a domain under way", unsafe.Sizeof(underWay{}), 448},
		{"a lane", unsafe.Sizeof(lane{}), 160},
	} {
		if tt.n > tt.most {
			t.Errorf("%s takes %d bytes; want at most %d", tt.what, tt.n, tt.most)
		}
	}
}

// A domain of which the same is asked as of the one before has no copy of it, and
// one of which something else is asked has its own.
func TestWhatIsAskedIsKeptOnce(t *testing.T) {
	t.Parallel()
	checks, ports := []Check{nil, nil}, []uint16{25}
	text := newPool()
	first := newUnderWay(&Request{Domain: "a.example", Checks: checks, Ports: ports}, text, nil)
	for _, tt := range []struct {
		what string
		req  Request
		same bool
	}{
		{"the same", Request{Domain: "b.example", Server: "mx.example", Checks: checks, Ports: ports}, true},
		{"fewer checks", Request{Domain: "b.example", Checks: checks[:1], Ports: ports}, false},
		{"a copy of the checks", Request{Domain: "b.example", Checks: slices.Clone(checks), Ports: ports}, false},
		{"no ports", Request{Domain: "b.example", Checks: checks}, false},
		{"a check of the domain", Request{Domain: "b.example", Checks: checks, Ports: ports, DomainChecks: []DomainCheck{nil}}, false},
		{"a check of the host", Request{Domain: "b.example", Checks: checks, Ports: ports, HostChecks: []HostCheck{nil}}, false},
	} {
		one := newUnderWay(&tt.req, text, first)
		if same := one.asked == first.asked; same != tt.same {
			t.Errorf("%s is asked: shared %v; want %v", tt.what, same, tt.same)
		}
		got := one.request()
		if got.Domain != tt.req.Domain || got.Server != tt.req.Server || !got.asksAs(&tt.req) || got.allowance != one.allowance {
			t.Errorf("%s is asked: the request is %+v; want %+v", tt.what, got, tt.req)
		}
	}
}
