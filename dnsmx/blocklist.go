package dnsmx

import (
	"context"
	"errors"
	"net/netip"
)

// Listing is what a block list in the DNS says of an address or a domain (RFC
// 5782).
type Listing struct {
	// Name was asked for, such as "2.0.0.127.list.example".
	Name string
	// Codes are the A records, which say by the custom of the list why it
	// lists: none if it does not.
	Codes []netip.Addr
	// Texts are its TXT records, if it lists and has them. They may hold any
	// octets.
	Texts  []string
	Server netip.AddrPort
}

// ListedAddr asks a block list for an address. Not to be listed is no error.
// The error is an *Error: it is not known whether the list has the address.
func (r *Resolver) ListedAddr(ctx context.Context, list string, addr netip.Addr) (Listing, error) {
	if !addr.IsValid() {
		return Listing{}, badName("", "is not an address, so that no list has it")
	}
	return r.listed(ctx, reversed(addr)+"."+list)
}

// ListedName asks a block list of names for a domain or host, as ListedAddr
// does.
func (r *Resolver) ListedName(ctx context.Context, list, name string) (Listing, error) {
	name, err := parseName(name)
	if err != nil {
		return Listing{}, err
	}
	return r.listed(ctx, name+"."+list)
}

func (r *Resolver) listed(ctx context.Context, name string) (Listing, error) {
	set, err := r.Records(ctx, name, TypeA)
	l := Listing{Name: set.Name, Codes: set.Addrs, Server: set.Server}
	if err != nil {
		if absent(err) {
			return l, nil
		}
		return l, err
	}
	text, err := r.Records(ctx, name, TypeTXT) // RFC 5782, section 2.1: optional
	if err == nil {
		l.Texts = text.Texts
	}
	return l, nil
}

// absent reports whether the DNS says that there is no such record.
func absent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Kind == NoName || e.Kind == NoData)
}
