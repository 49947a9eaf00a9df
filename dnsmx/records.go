package dnsmx

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// Type is a type of record, by its number in the DNS.
type Type uint16

// The types that can be looked up.
const (
	TypeA      = Type(dns.TypeA)
	TypeAAAA   = Type(dns.TypeAAAA)
	TypeCNAME  = Type(dns.TypeCNAME)
	TypeDNSKEY = Type(dns.TypeDNSKEY)
	TypeDS     = Type(dns.TypeDS)
	TypeMX     = Type(dns.TypeMX)
	TypeNS     = Type(dns.TypeNS)
	TypePTR    = Type(dns.TypePTR)
	TypeSOA    = Type(dns.TypeSOA)
	TypeTLSA   = Type(dns.TypeTLSA)
	TypeTXT    = Type(dns.TypeTXT)
)

// String returns the usual name of the type, such as "MX".
func (t Type) String() string {
	if name, ok := dns.TypeToString[uint16(t)]; ok {
		return name
	}
	return fmt.Sprintf("TYPE%d", uint16(t)) // RFC 3597, section 5
}

// known reports whether records of the type can be read.
func (t Type) known() bool {
	switch t {
	case TypeA, TypeAAAA, TypeCNAME, TypeDNSKEY, TypeDS, TypeMX, TypeNS, TypePTR, TypeSOA, TypeTLSA, TypeTXT:
		return true
	}
	return false
}

// Set are the records of one name and type, as they stand in the DNS: nothing
// of them was checked, and their order is that of the answer. An answer has
// less than 64 KiB, which bounds their number.
type Set struct {
	// Name was looked up, in lower case, with A-labels (RFC 5890) and without
	// a final dot; the root is empty.
	Name string
	Type Type
	// Aliases are the names that aliases (CNAME) lead to, in order. The
	// records are those of the last.
	Aliases []string
	// TTL is the lowest that was told of the records. A server that looks up
	// names for others tells what is left of it.
	TTL time.Duration
	// Authentic is true if the answer was validated with DNSSEC, by the rule
	// of Route.Authentic. It may be so beside an error: that there is no
	// record was validated then.
	Authentic bool
	// Server is the DNS server that answered, and Trusted whether its word on
	// DNSSEC counts; see Config.Trusted.
	Server  netip.AddrPort
	Trusted bool

	// The records, in the field for the type.

	Addrs  []netip.Addr // A and AAAA
	MX     []MX
	Names  []string // CNAME, NS and PTR
	Texts  []string // TXT: each the strings of one record put together; any octets
	SOA    *SOA
	DS     []DS
	DNSKEY []DNSKEY
	TLSA   []TLSA // the first 64
}

// Records looks up the records of one name and type, aliases followed. The
// name may be internationalised and end in a dot; "." is the root. The error
// is an *Error: NoName or NoData if there are none. Beside it the Set says who
// answered and whether that was validated.
func (r *Resolver) Records(ctx context.Context, name string, t Type) (Set, error) {
	q, err := askable(name, t)
	if err != nil {
		return Set{Name: name, Type: t}, err
	}
	a := r.lookup(ctx, q)
	if a.err != nil {
		return a.set(q), a.err
	}
	return a.set(q), nil
}

// askable makes a question of a name and a type.
func askable(name string, t Type) (question, error) {
	if !t.known() {
		return question{}, &Error{Name: name, Type: t.String(), Kind: BadName, Err: fmt.Errorf("records of type %v cannot be read", t)}
	}
	if name == "." {
		return question{"", uint16(t)}, nil
	}
	name, err := parseName(name)
	return question{name, uint16(t)}, err
}

// set hands the answer out.
func (a *answer) set(q question) Set {
	others := a.found.others()
	return Set{
		Name: q.name, Type: Type(q.typ), Aliases: a.aliases, TTL: time.Duration(a.told) * time.Second,
		Authentic: a.authentic, Server: a.server, Trusted: a.trusted,
		Addrs: a.found.addrs, MX: a.found.mx, Names: others.names, Texts: others.txt,
		SOA: others.soa, DS: others.ds, DNSKEY: others.dnskey, TLSA: others.tlsa,
	}
}
