package gather

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/spf"
)

// OurSide finds what a receiver would hold against mail from here, where it was
// asked for, or where a server refused us for what we are. It is called after
// the sessions, in which servers may have told our address.
func (g *Gatherer) OurSide(ctx context.Context, d *facts.Domain) {
	if !g.Self && !refusesUs(d) {
		return
	}
	g.ourSide(ctx, d, ownAddresses(d))
}

// Preflight finds our own side alone, as servers anywhere would see it. Nothing
// is sent to any of them.
func (g *Gatherer) Preflight(ctx context.Context) *facts.Domain {
	_, domain, ok := strings.Cut(g.From, "@")
	if !ok {
		domain = g.HELO
	}
	d := &facts.Domain{Name: strings.ToLower(domain), Now: g.Now()}
	g.lists(ctx, d)
	var own []facts.SelfAddress
	for _, far := range []string{farIPv4, farIPv6} {
		if ip, ok := SourceTo(netip.MustParseAddr(far)); ok {
			own = append(own, facts.SelfAddress{IP: ip, Private: !isPublic(ip)})
		}
	}
	g.ourSide(ctx, d, own)
	return d
}

// Addresses far away, to ask the routing table which address of ours is used
// towards them: those of a root name server, which every table has a way to.
const (
	farIPv4 = "198.41.0.4"
	farIPv6 = "2001:503:ba3e::2:30"
)

// ourSide finds what there is to know of our own addresses.
func (g *Gatherer) ourSide(ctx context.Context, d *facts.Domain, own []facts.SelfAddress) {
	d.Self = &facts.Self{HELO: g.HELO, From: g.From, Addresses: own}
	if strings.HasPrefix(g.HELO, "[") || g.HELO == "" {
		d.Self.Named = facts.Lookup{Name: g.HELO}
	}
	var named []netip.Addr
	if g.HELO != "" && !strings.HasPrefix(g.HELO, "[") {
		named = g.named(ctx, d.Self)
	}
	eachOf(d.Self.Addresses, func(a *facts.SelfAddress) {
		a.PTR = g.ptr(ctx, a.IP)
		a.HELOAgrees = slices.Contains(named, a.IP)
		if g.From != "" {
			o := spf.Check(ctx, spfResolver{g}, spf.Sender{IP: a.IP, HELO: g.HELO, From: g.From})
			a.SPF, a.SPFWhy = string(o.Result), o.Why
		}
	})
	g.ownListings(ctx, d)
}

// named looks up the addresses of the name we give.
func (g *Gatherer) named(ctx context.Context, s *facts.Self) []netip.Addr {
	v4, a := g.records(ctx, g.HELO, dnsmx.TypeA)
	v6, aaaa := g.records(ctx, g.HELO, dnsmx.TypeAAAA)
	s.Named = v4
	if v4.State != facts.Found && (v6.State == facts.Found || v6.State == facts.Failed) {
		s.Named = v6
	}
	return slices.Concat(a.Addrs, aaaa.Addrs)
}

// refusesUs reports whether a server refused us for what we are.
func refusesUs(d *facts.Domain) bool {
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			m := &d.Hosts[i].Addresses[j].Main
			if m.Greeting.Ours || m.Hello.Ours || slices.ContainsFunc(m.Probes, func(p facts.Probe) bool { return p.Ours }) {
				return true
			}
		}
	}
	return false
}

// ownAddresses are those that servers told, and those that connections come
// from. One that is translated on the way counts only where nobody told another.
func ownAddresses(d *facts.Domain) []facts.SelfAddress {
	var all []facts.SelfAddress
	add := func(ip netip.Addr, told bool) {
		ip = ip.Unmap().WithZone("")
		if !slices.ContainsFunc(all, func(a facts.SelfAddress) bool { return a.IP == ip }) {
			all = append(all, facts.SelfAddress{IP: ip, Told: told, Private: !isPublic(ip)})
		}
	}
	told := map[bool]bool{} // by whether it is IPv4
	for i := range d.Hosts {
		for _, a := range d.Hosts[i].Addresses {
			if ip, err := netip.ParseAddr(a.Main.Hello.Address); err == nil {
				add(ip, true)
				told[ip.Unmap().Is4()] = true
			}
		}
	}
	for i := range d.Hosts {
		for _, a := range d.Hosts[i].Addresses {
			if ip, ok := SourceTo(a.IP); ok && !told[ip.Is4()] {
				add(ip, false)
			}
		}
	}
	return all
}

func isPublic(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !netip.MustParsePrefix("100.64.0.0/10").Contains(ip)
}

// SourceTo is the address that connections to another one come from. A UDP
// socket is connected, which asks the routing table and sends nothing.
func SourceTo(to netip.Addr) (netip.Addr, bool) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, 25)))
	if err != nil {
		return netip.Addr{}, false
	}
	defer conn.Close()
	local, ok := conn.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	return local.AddrPort().Addr().Unmap(), true
}

// ownListings asks the block lists for our own addresses.
func (g *Gatherer) ownListings(ctx context.Context, d *facts.Domain) {
	for i := range d.Lists {
		l := &d.Lists[i]
		if l.Domains || l.Listed.State == facts.Failed {
			continue
		}
		for _, a := range d.Self.Addresses {
			if a.Private && !a.Told {
				continue
			}
			e := facts.Listing{Subject: a.IP.String(), Ours: true}
			g.listed(ctx, l, &e)
			l.Answers = append(l.Answers, e)
		}
	}
}
