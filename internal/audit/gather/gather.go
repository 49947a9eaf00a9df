// Package gather finds out what there is to know of a mail domain: from the DNS,
// and from sessions that were played. It fills in package facts and judges
// nothing.
package gather

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
)

// Resolver looks names up; *dnsmx.Resolver is one. It keeps answers, so that
// each question is asked once.
type Resolver interface {
	Records(ctx context.Context, name string, t dnsmx.Type) (dnsmx.Set, error)
	Reverse(ctx context.Context, addr netip.Addr) (dnsmx.Set, error)
	TLSA(ctx context.Context, host string, port uint16) (dnsmx.TLSASet, error)
	Validates(ctx context.Context) (bool, error)
	Zone(ctx context.Context, name string) (string, error)
	Delegation(ctx context.Context, zone string) (dnsmx.Delegation, error)
	Ask(ctx context.Context, server netip.AddrPort, name string, t dnsmx.Type) (dnsmx.Reply, error)
	ListedAddr(ctx context.Context, list string, addr netip.Addr) (dnsmx.Listing, error)
	ListedName(ctx context.Context, list, name string) (dnsmx.Listing, error)
}

// Dialer opens connections to the hosts of MTA-STS policies.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Gatherer finds facts. Set the fields before the first use.
type Gatherer struct {
	Resolver Resolver
	// Web connects to the hosts of policies, Roots are the authorities that
	// their certificates may be from; nil stands for the system's.
	Web   Dialer
	Roots *x509.CertPool
	Now   func() time.Time
	// Selectors are the DKIM selectors to look at.
	Selectors []string
	// Lists are the block lists to ask, by their zones, NameLists those of
	// names. Nothing is asked where both are empty.
	Lists, NameLists []string
	// Self asks for our own side; HELO and From are what we say of us.
	Self       bool
	HELO, From string
	// Port is where mail is delivered to, for TLSA records; 0 stands for 25.
	Port uint16
	// NameServers are the servers that were named with their ports: one of them
	// that serves a zone is asked at its port, and all others at 53.
	NameServers []netip.AddrPort
}

// limits on what is looked at of one domain.
const (
	maxHosts      = 100
	maxAddresses  = 64
	maxReverse    = 5
	maxServers    = 13
	maxServerAddr = 2
)

// DNS finds what the DNS, and the web server of an MTA-STS policy, say of a
// domain. It returns when all of it is known, or ctx has ended.
func (g *Gatherer) DNS(ctx context.Context, domain string) *facts.Domain {
	d := &facts.Domain{Name: strings.ToLower(strings.TrimSuffix(dnsmx.ASCII(domain), ".")), Now: g.Now()}
	g.validates(ctx, d)
	together(
		func() { g.mail(ctx, d) },
		func() { g.zone(ctx, d) },
		func() { g.sts(ctx, d) },
		func() { d.TLSRPT = g.text(ctx, "_smtp._tls."+d.Name) },
		func() { g.spf(ctx, d) },
		func() { g.dmarc(ctx, d) },
		func() { g.dkim(ctx, d) },
		func() { d.BIMI = g.text(ctx, "default._bimi."+d.Name) },
	)
	if d.MX.State == facts.NoName {
		// Nothing else is to be said of a name that does not exist.
		return &facts.Domain{Name: d.Name, Now: d.Now, MX: facts.MX{Lookup: d.MX.Lookup}}
	}
	g.lists(ctx, d)
	return d
}

// together calls functions at the same time and waits for all of them.
func together(all ...func()) {
	var group sync.WaitGroup
	for _, f := range all {
		group.Go(f)
	}
	group.Wait()
}

// eachOf calls f for each element at the same time, and waits for all.
func eachOf[T any](all []T, f func(*T)) {
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { f(&all[i]) })
	}
	group.Wait()
}

func (g *Gatherer) validates(ctx context.Context, d *facts.Domain) {
	switch ok, err := g.Resolver.Validates(ctx); {
	case err != nil:
		d.DNSSEC.Resolver, d.DNSSEC.Why = facts.Failed, err.Error()
	case ok:
		d.DNSSEC.Resolver, d.DNSSEC.Why = facts.Found, "the resolver validates, and its word counts"
		if len(g.NameServers) > 0 {
			d.DNSSEC.Why = fmt.Sprintf("%s validates, and its word (the AD bit) counts", g.NameServers[0])
		}
	default:
		d.DNSSEC.Resolver, d.DNSSEC.Why = facts.NoData, "the resolver does not validate, or is not on this machine"
	}
}

// mail finds the mail hosts with all that hangs on them.
func (g *Gatherer) mail(ctx context.Context, d *facts.Domain) {
	set, err := g.Resolver.Records(ctx, d.Name, dnsmx.TypeMX)
	d.MX.Lookup = lookup(d.Name, &set, err)
	for _, mx := range set.MX {
		d.MX.Records = append(d.MX.Records, facts.MXRecord{Preference: mx.Preference, Host: strings.ToLower(mx.Host)})
	}
	if isBogus(err) {
		d.DNSSEC.Unvalidated = facts.Lookup{Name: d.Name, State: facts.Found}
	}
	switch d.MX.State {
	case facts.Found:
		d.Hosts = hosts(d.MX.Records)
		d.MX.Wildcard, _ = g.records(ctx, "mxprobe-nobody-has-this-name."+d.Name, dnsmx.TypeMX)
	case facts.NoData:
		d.Hosts = []facts.Host{{Name: d.Name}}
	}
	eachOf(d.Hosts, func(h *facts.Host) { g.host(ctx, h) })
	if d.MX.State == facts.NoData {
		h := &d.Hosts[0]
		d.MX.Implicit = h.V4
		if h.V4.State != facts.Found && (h.V6.State == facts.Found || h.V6.State == facts.Failed) {
			d.MX.Implicit = h.V6
		}
		if d.MX.Implicit.Missing() {
			d.Hosts = nil
		}
	}
}

// hosts are the hosts of MX records in the order of preference, each once.
func hosts(records []facts.MXRecord) []facts.Host {
	var all []facts.Host
	for _, r := range records {
		i := slices.IndexFunc(all, func(h facts.Host) bool { return h.Name == r.Host })
		switch {
		case r.Host == "": // the null MX
		case i < 0:
			all = append(all, facts.Host{Name: r.Host, Preference: r.Preference})
		case all[i].Preference > r.Preference:
			all[i].Preference = r.Preference
		}
	}
	slices.SortFunc(all, func(a, b facts.Host) int {
		if a.Preference != b.Preference {
			return int(a.Preference) - int(b.Preference)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all[:min(len(all), maxHosts)]
}

// host finds the addresses of a host with their names, and its TLSA records.
func (g *Gatherer) host(ctx context.Context, h *facts.Host) {
	var v4, v6 dnsmx.Set
	together(
		func() { h.V4, v4 = g.records(ctx, h.Name, dnsmx.TypeA) },
		func() { h.V6, v6 = g.records(ctx, h.Name, dnsmx.TypeAAAA) },
	)
	for _, addr := range slices.Concat(sorted(v4.Addrs), sorted(v6.Addrs)) {
		addr = addr.Unmap()
		known := slices.ContainsFunc(h.Addresses, func(a facts.Address) bool { return a.IP == addr })
		if !known && len(h.Addresses) < maxAddresses {
			h.Addresses = append(h.Addresses, facts.Address{IP: addr})
		}
	}
	together(
		func() { g.tlsa(ctx, h) },
		func() { eachOf(h.Addresses, func(a *facts.Address) { a.PTR = g.ptr(ctx, a.IP) }) },
	)
}

func sorted(addrs []netip.Addr) []netip.Addr {
	addrs = slices.Clone(addrs)
	slices.SortFunc(addrs, netip.Addr.Compare)
	return addrs
}

// ptr finds the names of an address, and whether they lead back to it.
func (g *Gatherer) ptr(ctx context.Context, addr netip.Addr) facts.PTR {
	set, err := g.Resolver.Reverse(ctx, addr)
	p := facts.PTR{Lookup: lookup(dnsmx.ReverseName(addr), &set, err)}
	for _, name := range set.Names[:min(len(set.Names), maxReverse)] {
		p.Names = append(p.Names, facts.Reverse{Name: strings.ToLower(name)})
	}
	eachOf(p.Names, func(r *facts.Reverse) {
		family := dnsmx.TypeAAAA
		if addr.Is4() {
			family = dnsmx.TypeA
		}
		var forward dnsmx.Set
		r.Forward, forward = g.records(ctx, r.Name, family)
		r.Confirms = slices.ContainsFunc(forward.Addrs, func(a netip.Addr) bool { return a.Unmap() == addr })
	})
	return p
}
