package gather

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
)

// zone finds the zone of the domain, its name servers by itself and by the zone
// above, and what each of them says.
func (g *Gatherer) zone(ctx context.Context, d *facts.Domain) {
	z := &d.Zone
	name, err := g.Resolver.Zone(ctx, d.Name)
	if err != nil {
		z.SOA.Name = d.Name
		z.SOA.State, z.SOA.Why = state(err)
		return
	}
	var parent dnsmx.Delegation
	together(
		func() { g.soa(ctx, z, name) },
		func() {
			l, set := g.records(ctx, name, dnsmx.TypeNS)
			z.NS = facts.NameServers{Lookup: l, Names: lower(set.Names)}
		},
		func() {
			if facts.SpecialUse(name) {
				return // there is no zone above that anybody serves
			}
			parent, err = g.Resolver.Delegation(ctx, name)
			z.Parent.Name = name
			z.Parent.State, z.Parent.Why = state(err)
			if parent.Inside { // it serves both zones, and never speaks for the one above
				z.Parent.State = facts.NotAsked
			}
		},
		func() { d.DNSSEC.DS, _ = g.records(ctx, name, dnsmx.TypeDS) },
		func() { d.DNSSEC.Keys, _ = g.records(ctx, name, dnsmx.TypeDNSKEY) },
	)
	for _, s := range parent.Servers {
		z.Parent.Names = append(z.Parent.Names, s.Name)
	}
	z.Parent.Names = lower(z.Parent.Names)
	g.servers(ctx, d, name)
}

// lower returns names in lower case, sorted, each once.
func lower(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (g *Gatherer) soa(ctx context.Context, z *facts.Zone, name string) {
	l, set := g.records(ctx, name, dnsmx.TypeSOA)
	z.SOA = facts.SOA{Lookup: l, Zone: name}
	if s := set.SOA; s != nil {
		z.SOA.Primary, z.SOA.Contact = s.Primary, s.Mailbox
		z.SOA.Serial, z.SOA.Refresh, z.SOA.Retry, z.SOA.Expire, z.SOA.NegativeMinimum = s.Serial, s.Refresh, s.Retry, s.Expire, s.Minimum
	}
}

// servers asks each name server for the zone and for the MX records. Who serves
// the zone of the root or of a top level is not for us to look at.
func (g *Gatherer) servers(ctx context.Context, d *facts.Domain, zone string) {
	if !strings.Contains(zone, ".") && !facts.SpecialUse(zone) {
		return
	}
	for _, name := range lower(slices.Concat(d.Zone.NS.Names, d.Zone.Parent.Names)) {
		if len(d.Zone.Servers) < maxServers {
			d.Zone.Servers = append(d.Zone.Servers, facts.Server{Name: name})
		}
	}
	eachOf(d.Zone.Servers, func(s *facts.Server) {
		var v4, v6 dnsmx.Set
		var other facts.Lookup
		together(
			func() { s.Addresses, v4 = g.records(ctx, s.Name, dnsmx.TypeA) },
			func() { other, v6 = g.records(ctx, s.Name, dnsmx.TypeAAAA) },
		)
		s.V6 = other
		if s.Addresses.State != facts.Found && (other.State == facts.Found || other.State == facts.Failed) {
			s.Addresses = other
		}
		for _, addrs := range [][]netip.Addr{sorted(v4.Addrs), sorted(v6.Addrs)} {
			for _, a := range addrs[:min(len(addrs), maxServerAddr)] {
				s.Asked = append(s.Asked, facts.ServerAnswer{IP: a.Unmap()})
			}
		}
		eachOf(s.Asked, func(a *facts.ServerAnswer) { g.ask(ctx, a, zone, d.Name) })
	})
}

// ask asks one address of a name server.
func (g *Gatherer) ask(ctx context.Context, a *facts.ServerAnswer, zone, domain string) {
	at := netip.AddrPortFrom(a.IP, 53)
	for _, named := range g.NameServers {
		if named.Addr().Unmap() == a.IP {
			at = named
		}
	}
	began := time.Now()
	reply, err := g.Resolver.Ask(ctx, at, zone, dnsmx.TypeSOA)
	a.Took = time.Since(began)
	a.SOA = lookup(zone, &reply.Set, err)
	a.Authoritative = reply.Authoritative
	if reply.SOA != nil {
		a.Serial = reply.SOA.Serial
	}
	if a.SOA.State == facts.Failed {
		return
	}
	began = time.Now()
	reply, err = g.Resolver.Ask(ctx, at, domain, dnsmx.TypeMX)
	a.Took = max(a.Took, time.Since(began))
	a.MX = lookup(domain, &reply.Set, err)
	for _, mx := range reply.MX {
		a.Hosts = append(a.Hosts, fmt.Sprintf("%d %s", mx.Preference, strings.ToLower(mx.Host)))
	}
	slices.Sort(a.Hosts)
}
