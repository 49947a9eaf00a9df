package dnsmx

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"mxprobe/internal/hostname"
)

const (
	// maxHosts is how many hosts of one domain are looked up.
	maxHosts = 100
	// hostsAtOnce is how many of them at the same time.
	hostsAtOnce = 16
)

// Route finds the mail hosts of a domain and all their addresses. The domain
// may be internationalised, end in a dot, or be an address literal.
//
// The error is an *Error. It is nil whenever the DNS says where the mail goes,
// even if no host can be used (see Route.Err) or the domain takes no mail. If
// there is an error, the Route has no hosts, but may have notes.
func (r *Resolver) Route(ctx context.Context, domain string) (Route, error) {
	p, err := parseDomain(domain)
	if err != nil {
		return Route{Domain: domain}, err
	}
	if p.addr.IsValid() {
		return Route{Domain: p.name, Origin: OriginLiteral, Hosts: []Host{literalHost(p)}, Notes: p.notes}, nil
	}
	q := question{p.name, dns.TypeMX}
	a := r.lookup(ctx, q)
	route := Route{Domain: p.name, Authentic: a.authentic, Server: a.server}
	if len(a.aliases) > 0 {
		route.note("%q is an alias (CNAME) for %q, whose MX records count (RFC 5321 5.1)", p.name, a.last(q))
	}
	switch {
	case a.err == nil:
		return route, r.explicit(ctx, &route, a)
	case a.err.Kind == NoData:
		r.implicit(ctx, &route, a.last(q))
		return route, nil
	}
	route.Authentic = false
	return route, a.err
}

func (r *Route) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// implicit makes the domain its own host. Only an empty answer leads here: a
// domain whose MX records cannot be had, or cannot be used, must not be taken
// for one that has none (RFC 5321, section 5.1).
func (r *Resolver) implicit(ctx context.Context, route *Route, name string) {
	route.Origin = OriginImplicit
	route.note("%q has no MX record, so it is its own mail host (RFC 5321 5.1)", name)
	h := Host{Name: name}
	if aliases := r.addresses(ctx, &h); len(aliases) > 0 {
		h.note("%q is an alias (CNAME) for %q", name, aliases[len(aliases)-1])
	}
	route.Hosts = []Host{h}
	r.outOfReach(ctx, route)
}

// explicit makes hosts of the MX records.
func (r *Resolver) explicit(ctx context.Context, route *Route, a *answer) error {
	route.Origin = OriginMX
	if len(a.found.mx) == 1 && a.found.mx[0] == (MX{}) { // RFC 7505, section 3
		route.Origin = OriginNull
		return nil
	}
	route.Hosts = mergeHosts(route.dropRoots(a.found.mx))
	Rank(route.Hosts, nil)
	if len(route.Hosts) == 0 {
		route.Authentic = false
		return &Error{
			Name: route.Domain, Type: "MX", Kind: NoHost, Server: a.server, Asked: []netip.AddrPort{a.server},
			Err: errors.New(`the records name no host but the root ".", and a null MX is a single record with preference 0 (RFC 7505 3)`),
		}
	}
	if n := len(route.Hosts); n > maxHosts {
		route.note("the MX records name %d hosts, only the first %d are used", n, maxHosts)
		route.Hosts, route.LeftOut = route.Hosts[:maxHosts], route.Hosts[maxHosts:]
	}
	r.fill(ctx, route)
	r.outOfReach(ctx, route)
	return nil
}

// dropRoots leaves out records that look like a null MX and are none.
func (r *Route) dropRoots(records []MX) []MX {
	kept := make([]MX, 0, len(records))
	for _, mx := range records {
		switch {
		case mx.Host != "":
			kept = append(kept, mx)
		case len(records) > 1:
			r.note(`an MX record with the root "." stands beside other MX records and is left out: a null MX stands alone (RFC 7505 3)`)
		default:
			r.note(`the MX record with the root "." has preference %d, a null MX has 0 (RFC 7505 3)`, mx.Preference)
		}
	}
	return kept
}

// mergeHosts makes one host of all records with the same name.
func mergeHosts(records []MX) []Host {
	slices.SortStableFunc(records, func(a, b MX) int {
		if c := strings.Compare(a.Host, b.Host); c != 0 {
			return c
		}
		return int(a.Preference) - int(b.Preference)
	})
	records = slices.Compact(records)
	hosts := make([]Host, 0, len(records))
	for _, mx := range records {
		if n := len(hosts); n > 0 && hosts[n-1].Name == mx.Host {
			hosts[n-1].note("the MX records name it again with preference %d; %d counts", mx.Preference, hosts[n-1].Preference)
			continue
		}
		hosts = append(hosts, Host{Name: mx.Host, Preference: mx.Preference})
	}
	return hosts
}

// fill looks up the addresses of all hosts, some at a time, each in its own
// place.
func (r *Resolver) fill(ctx context.Context, route *Route) {
	hosts := route.Hosts
	if len(hosts) == 1 {
		r.mailHost(ctx, &hosts[0], route.Domain)
		return
	}
	next := make(chan *Host)
	var wg sync.WaitGroup
	for range min(len(hosts), hostsAtOnce) {
		wg.Go(func() {
			for h := range next {
				r.mailHost(ctx, h, route.Domain)
			}
		})
	}
	for i := range hosts {
		next <- &hosts[i]
	}
	close(next)
	wg.Wait()
}

// mailHost looks up one host that an MX record names.
func (r *Resolver) mailHost(ctx context.Context, h *Host, domain string) {
	if err := checkExchange(h.Name); err != nil {
		h.Err = err
		return
	}
	if aliases := r.addresses(ctx, h); len(aliases) > 0 {
		h.note("%q is an alias (CNAME) for %q, RFC 5321 5.1 and RFC 2181 10.3 do not allow that",
			h.Name, aliases[len(aliases)-1])
	}
	if e, ok := errors.AsType[*Error](h.Err); ok && e.Kind == NoName {
		if short, ok := strings.CutSuffix(h.Name, "."+domain); ok && strings.Contains(short, ".") {
			h.note("the zone may lack the final dot behind %q", short)
		}
	}
}

// checkExchange returns an *Error if the name in an MX record cannot be that of
// a host.
func checkExchange(name string) error {
	bare := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if _, err := netip.ParseAddr(bare); err == nil {
		return badName(name, "is an address: an MX record has to name a host (RFC 1035 3.3.9)")
	}
	if err := hostname.Check(name); err != nil {
		return badName(name, "is not the name of a host: %w", err)
	}
	return nil
}
