package dnsmx

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Zone returns the zone that a name is in, which is the name itself or one
// above it; the root is empty. It asks for SOA records. The error is an
// *Error.
func (r *Resolver) Zone(ctx context.Context, name string) (string, error) {
	q, err := askable(name, TypeSOA)
	if err != nil {
		return "", err
	}
	for name = q.name; ; _, name, _ = strings.Cut(name, ".") {
		if name == "" {
			return "", nil
		}
		set, err := r.Records(ctx, name, TypeSOA)
		failed, _ := errors.AsType[*Error](err)
		switch {
		case err == nil && len(set.Aliases) == 0:
			return name, nil
		case err == nil: // an alias, so that it cannot begin a zone (RFC 1912, section 2.4)
		case !absent(err):
			return "", err
		case len(set.Aliases) == 0 && failed.Zone != "" && within(name, failed.Zone):
			return failed.Zone, nil
		}
	}
}

// within reports whether the name is the zone, or in it.
func within(name, zone string) bool {
	return name == zone || strings.HasSuffix(name, "."+zone)
}

// Delegation is how the zone above hands a zone over.
type Delegation struct {
	// Zone is handed over by Parent; the root is empty.
	Zone, Parent string
	// Servers are the name servers that the parent names.
	Servers []NameServer
	// By is the name server of the parent that said so, and At its address.
	By string
	At netip.AddrPort
	// Inside is true if that server holds the zone itself too: it answered
	// with the zone's own records instead of its parent's.
	Inside bool
}

// maxParents is how many servers of a parent are asked before it is given up.
const maxParents = 4

// Delegation asks the name servers of the zone above a zone whom they hand it
// over to. The error is an *Error: NoName if the parent does not know the
// zone, NoData if the name is not handed over, and that of the last server if
// none answered.
func (r *Resolver) Delegation(ctx context.Context, zone string) (Delegation, error) {
	q, err := askable(zone, TypeNS)
	d := Delegation{Zone: q.name}
	if err != nil {
		return d, err
	}
	_, above, _ := strings.Cut(q.name, ".")
	if above == "" {
		above = "."
	}
	if d.Parent, err = r.Zone(ctx, above); err != nil {
		return d, err
	}
	parents, err := r.Records(ctx, d.Parent+".", TypeNS)
	if err != nil {
		return d, err
	}
	return r.askParents(ctx, d, parents.Names)
}

// askParents asks the servers of the parent in turn, until one answers.
func (r *Resolver) askParents(ctx context.Context, d Delegation, names []string) (Delegation, error) {
	var last error = &Error{
		Name: d.Zone, Type: TypeNS.String(), Kind: NoHost,
		Err: fmt.Errorf("no name server of the zone above, %q, has an address", shown(d.Parent)),
	}
	for _, name := range names[:min(len(names), maxParents)] {
		h := r.Host(ctx, name)
		if len(h.Addrs) == 0 {
			continue
		}
		reply, err := r.Ask(ctx, netip.AddrPortFrom(h.Addrs[0], 53), d.Zone, TypeNS)
		d.By, d.At = name, reply.Server
		if failed, ok := errors.AsType[*Error](err); ok && !failed.Temporary() {
			return d, err
		}
		switch {
		case err != nil:
			last = err
		case reply.Referral != nil:
			d.Servers = reply.Referral
			return d, nil
		default:
			d.Inside = true
			for _, name := range reply.Names {
				d.Servers = append(d.Servers, NameServer{Name: name})
			}
			return d, nil
		}
		if ended(ctx) != nil {
			break
		}
	}
	return d, last
}
