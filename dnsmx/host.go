package dnsmx

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/miekg/dns"
)

// maxAddrs is how many addresses of one host are used.
const maxAddrs = 64

// Host looks up all addresses of a host that a person named. The name may also
// be an address, bare or as a literal. What the hosts file says of a name comes
// before the DNS, as for every program of the machine; see Config.HostsFile. If
// there is no address to use, the Err of the host is set.
func (r *Resolver) Host(ctx context.Context, name string) Host {
	p, err := parseHost(name)
	if err != nil {
		return Host{Name: name, Err: err}
	}
	if p.addr.IsValid() {
		return literalHost(p)
	}
	h := Host{Name: p.name}
	if addrs := r.hosts.of(p.name); len(addrs) > 0 {
		h.setAddrs(addrs)
		return h
	}
	if aliases := r.addresses(ctx, &h); len(aliases) > 0 {
		h.note("%q is an alias (CNAME) for %q", h.Name, aliases[len(aliases)-1])
	}
	return h
}

func literalHost(p place) Host {
	return Host{Name: p.name, Addrs: []netip.Addr{p.addr}}
}

func (h *Host) note(format string, args ...any) {
	h.Notes = append(h.Notes, fmt.Sprintf(format, args...))
}

// addresses looks up the addresses of h.Name, both families at once, and sets
// Addrs, Authentic, Err and Notes. It returns the aliases on the way.
func (r *Resolver) addresses(ctx context.Context, h *Host) []string {
	q4, q6 := question{h.Name, dns.TypeA}, question{h.Name, dns.TypeAAAA}
	var a4, a6 *answer
	if a6 = r.cached(q6); a6 == nil || a6.open {
		done := make(chan struct{})
		go func() {
			defer close(done)
			a6 = r.lookup(ctx, q6)
		}()
		a4 = r.lookup(ctx, q4)
		<-done
	} else {
		a4 = r.lookup(ctx, q4)
	}
	h.take(a4, a6)
	if len(a4.aliases) > 0 {
		return a4.aliases
	}
	return a6.aliases
}

// take puts the answers for the two families together.
func (h *Host) take(a4, a6 *answer) {
	addrs := make([]netip.Addr, 0, len(a4.found.addrs)+len(a6.found.addrs))
	addrs = append(addrs, a4.found.addrs...)
	for _, addr := range a6.found.addrs {
		if addr.Is4In6() {
			h.note("AAAA record: %s", mappedNote(addr))
		}
		addrs = append(addrs, addr.Unmap())
	}
	h.setAddrs(addrs)
	h.Authentic = a4.authentic && a6.authentic
	if len(h.Addrs) == 0 {
		h.Err = noAddress(h.Name, a4.err, a6.err)
		return
	}
	for _, err := range []*Error{a4.err, a6.err} {
		if err != nil && err.Kind != NoData {
			h.note("%v; addresses of this family may be missing", err)
			if err.Temporary() {
				h.Missing = err
			}
		}
	}
}

// setAddrs sorts: servers turn the order of records round, reports must not.
func (h *Host) setAddrs(addrs []netip.Addr) {
	slices.SortFunc(addrs, netip.Addr.Compare)
	addrs = slices.Compact(addrs)
	if n := len(addrs); n > maxAddrs {
		h.note("%q has %d addresses, only the first %d are used", h.Name, n, maxAddrs)
		addrs, h.LeftOut = addrs[:maxAddrs], n-maxAddrs
	}
	h.Addrs = addrs
}

// noAddress chooses the error of a host without addresses. What may be better
// later takes precedence, so that nothing is called final that is not.
func noAddress(name string, e4, e6 *Error) error {
	best := e4
	if best == nil || (e6 != nil && rank(e6) > rank(best)) {
		best = e6
	}
	if best == nil { // an answer holds records or an error
		return &Error{Name: name, Type: bothTypes, Kind: NoData}
	}
	if best.Kind == NoData || best.Kind == NoName {
		e := *best
		if e4 != nil && e6 != nil && errors.Is(e4.Err, errLame) && errors.Is(e6.Err, errLame) {
			e.Kind = Refused // by a server that is no resolver: nothing is known of the name
		}
		e.Type = bothTypes
		return &e
	}
	return best
}

const bothTypes = "A or AAAA"

func rank(e *Error) int {
	switch {
	case e.Temporary():
		return 2
	case e.Kind != NoData:
		return 1
	}
	return 0
}
