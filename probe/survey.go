package probe

import (
	"context"
	"sync"

	"mxprobe/dnsmx"
	"mxprobe/probe/result"
)

// DomainCheck is something to be found out once for a domain, beside what is
// found out of each address. It is used by many goroutines at once.
type DomainCheck interface {
	// Name is the name in the report.
	Name() string
	// Domain is called once for each request, as soon as its hosts are known,
	// while the addresses are being spoken to. The function it returns, unless
	// nil, is called after that with all that was seen; what it finds is added to
	// the findings of the domain, and counts in its verdict. Both may take time,
	// until ctx ends.
	Domain(ctx context.Context, t DomainTarget) func(d *result.Domain) []result.Finding
}

// HostCheck is something to be found out once for a host. It is used by many
// goroutines at once.
type HostCheck interface {
	// Name is the name in the report.
	Name() string
	// Host is called once for each host that was chosen, while its addresses are
	// being spoken to. What it finds is added to the findings of the domain.
	Host(ctx context.Context, t HostTarget) []result.Finding
}

// DomainTarget is a domain, or a server that was named, as it was looked up.
type DomainTarget struct {
	Domain, Server string
	// Route has the hosts, also those that were not chosen; it is zero where Err
	// says why there are none.
	Route dnsmx.Route
	Err   error
}

// HostTarget is one host of a domain.
type HostTarget struct {
	Domain string
	Host   dnsmx.Host
}

// survey is what is found out beside the addresses of one domain.
type survey struct {
	run     *run
	under   sync.WaitGroup
	domains []func(*result.Domain) []result.Finding // by DomainCheck
	hosts   [][]result.Finding                      // by host and HostCheck
}

// survey begins to find out what is asked beside the addresses, nil for
// nothing.
func (r *run) survey(ctx context.Context, req *Request, route *dnsmx.Route, err error) *survey {
	if len(req.DomainChecks) == 0 && len(req.HostChecks) == 0 {
		return nil
	}
	return r.newSurvey(ctx, req, route, err)
}

func (r *run) newSurvey(ctx context.Context, req *Request, route *dnsmx.Route, err error) *survey {
	s := &survey{run: r, domains: make([]func(*result.Domain) []result.Finding, len(req.DomainChecks))}
	target := DomainTarget{Domain: req.Domain, Server: req.Server, Route: *route, Err: err}
	for i, c := range req.DomainChecks {
		s.begin(func() { s.domains[i] = c.Domain(ctx, target) })
	}
	if route.Origin == dnsmx.OriginNull {
		return s
	}
	s.hosts = make([][]result.Finding, len(route.Hosts)*len(req.HostChecks))
	for i := range route.Hosts {
		t := HostTarget{Domain: req.Domain, Host: route.Hosts[i]}
		for j, c := range req.HostChecks {
			if r.choosesHost(&t.Host) {
				s.begin(func() { s.hosts[i*len(req.HostChecks)+j] = c.Host(ctx, t) })
			}
		}
	}
	return s
}

func (s *survey) begin(f func()) {
	s.under.Go(func() {
		defer s.run.catch()
		f()
	})
}

// end waits for what was begun, and lets d have what was found.
func (s *survey) end(d *result.Domain) {
	if s == nil {
		return
	}
	s.under.Wait()
	for _, found := range s.hosts {
		d.Findings = append(d.Findings, found...)
	}
	for _, conclude := range s.domains {
		if conclude != nil {
			d.Findings = append(d.Findings, conclude(d)...)
		}
	}
}
