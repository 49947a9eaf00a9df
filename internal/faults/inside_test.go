//go:build linux

package faults

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// playInside lets the engine play the fault in this process.
func (f *fault) playInside(ctx context.Context, w *sandbox.World) (*outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*f.limit())
	defer cancel()
	parsed, err := scenarios.Parse("fault.yaml", []byte(steps(ask)))
	if err != nil {
		return nil, err
	}
	set := &dialogue.Settings{
		Dialer: offline{w}, HELO: "probe.example.net", From: "probe@example.net", To: "kate@example.test", RunID: "run1",
	}
	check, err := dialogue.New(ctx, parsed[0], dialogue.NewRun(set))
	if err != nil {
		return nil, err
	}
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{w.DNS()}})
	if err != nil {
		return nil, err
	}
	runner := &probe.Runner{Resolver: resolver}
	o, begun := &outcome{reported: true, exit: f.want.exit}, time.Now()
	for d := range runner.Run(ctx, slices.Values([]probe.Request{{Domain: "example.test", Checks: []probe.Check{check}}})) {
		o.run.Domains = append(o.run.Domains, d)
	}
	o.took, o.run.End = time.Since(begun), result.End{Exit: o.exit}
	return o, nil
}

// offline is a dialer of a machine without a route.
type offline struct{ probe.Dialer }

// HasRoute is what the engine asks it.
func (offline) HasRoute(netip.AddrPort) bool { return false }
