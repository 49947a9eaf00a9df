package probe_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// itself is a resolver of a domain whose exchange has an address that leads
// every sender to itself, beside others.
type itself struct {
	probe.Resolver
	others []netip.Addr
}

func (i itself) Route(context.Context, string) (dnsmx.Route, error) {
	h := dnsmx.Host{Name: "mx1.example.test", Addrs: i.others, Itself: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	if len(i.others) == 0 {
		h.Err = &dnsmx.Error{Name: h.Name, Kind: dnsmx.Loopback, Err: context.Canceled}
	}
	return dnsmx.Route{Origin: dnsmx.OriginMX, Hosts: []dnsmx.Host{h}}, nil
}

// Such a domain does not pass, and only the other addresses are spoken to.
func TestExchangeThatLeadsToItself(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{})
	set := settings(w)
	for _, others := range [][]netip.Addr{nil, {netip.MustParseAddr("192.0.2.10")}} {
		r := &probe.Runner{Resolver: itself{runner(t, w).Resolver, others}}
		for d := range r.Run(t.Context(), slices.Values([]probe.Request{{Domain: "example.test", Checks: checks(t, set, ask)}})) {
			h := d.Hosts[0]
			if d.Status != result.Fail || h.Status != result.Fail || h.Reason != result.DNS || !strings.Contains(h.Hint, "--allow-loopback") {
				t.Errorf("with %v: domain %v, host %v, %q (%s); want a failure of the record", others, d.Status, h.Status, h.Reason, h.Hint)
			}
			if len(h.Addresses) != len(others) || len(others) > 0 && h.Addresses[0].Checks[0].Status != result.Pass {
				t.Errorf("with %v: spoke to %+v; want the other addresses alone", others, h.Addresses)
			}
		}
	}
}
