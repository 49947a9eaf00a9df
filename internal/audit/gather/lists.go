package gather

import (
	"context"
	"net/netip"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

// lists asks the block lists for the addresses of the mail hosts and for their
// names.
func (g *Gatherer) lists(ctx context.Context, d *facts.Domain) {
	for _, zone := range g.Lists {
		l := facts.List{
			Zone: zone, Listed: facts.Listing{Subject: "127.0.0.2"}, Unlisted: facts.Listing{Subject: "127.0.0.1"},
		}
		for i := range d.Hosts {
			for _, a := range d.Hosts[i].Addresses {
				l.Answers = append(l.Answers, facts.Listing{Subject: a.IP.String(), Host: d.Hosts[i].Name})
			}
		}
		d.Lists = append(d.Lists, l)
	}
	for _, zone := range g.NameLists {
		// RFC 5782 section 5 has these two names.
		l := facts.List{
			Zone: zone, Domains: true, Listed: facts.Listing{Subject: "test"}, Unlisted: facts.Listing{Subject: "invalid"},
			Answers: []facts.Listing{{Subject: d.Name}}, // of ours, where we are looked at alone
		}
		for i := range d.Hosts {
			l.Answers = append(l.Answers, facts.Listing{Subject: d.Hosts[i].Name, Host: d.Hosts[i].Name})
		}
		d.Lists = append(d.Lists, l)
	}
	eachOf(d.Lists, func(l *facts.List) {
		together(func() { g.listed(ctx, l, &l.Listed) }, func() { g.listed(ctx, l, &l.Unlisted) })
		if l.Listed.State == facts.Failed {
			return // one that does not answer need not be asked again and again
		}
		eachOf(l.Answers, func(e *facts.Listing) { g.listed(ctx, l, e) })
	})
}

// listed asks a list for one address or name.
func (g *Gatherer) listed(ctx context.Context, l *facts.List, e *facts.Listing) {
	var answer dnsmx.Listing
	var err error
	if l.Domains {
		answer, err = g.Resolver.ListedName(ctx, l.Zone, e.Subject)
	} else {
		addr, bad := netip.ParseAddr(e.Subject)
		if bad != nil {
			return
		}
		answer, err = g.Resolver.ListedAddr(ctx, l.Zone, addr)
	}
	e.Name = answer.Name
	if e.Name == "" {
		e.Name = e.Subject + "." + l.Zone
	}
	if e.State, e.Why = state(err); err == nil && len(answer.Codes) == 0 {
		e.State = facts.NoData
	}
	e.Codes = answer.Codes
	for _, text := range answer.Texts {
		e.Reasons = append(e.Reasons, result.Printable([]byte(text), result.MaxShown))
	}
}
