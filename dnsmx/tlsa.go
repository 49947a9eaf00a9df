package dnsmx

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/miekg/dns"

	"mxprobe/internal/hostname"
)

// maxTLSA is how many TLSA records of one name are used.
const maxTLSA = 64

// TLSA is one TLSA record (RFC 6698, section 2.1), as it stands in the DNS:
// nothing of it was checked.
type TLSA struct {
	Usage, Selector, Matching uint8
	Data                      []byte
}

// TLSAState says whether the TLSA records of a host count.
type TLSAState uint8

// The states.
const (
	// TLSANone: there is no TLSA record.
	TLSANone TLSAState = iota
	// TLSASecure: there are records, validated with DNSSEC.
	TLSASecure
	// TLSAInsecure: there are records, not validated.
	TLSAInsecure
	// TLSAUnsigned: the addresses of the host are not validated. Its TLSA
	// records do not count then and are not asked for (RFC 7672, section
	// 2.2.2).
	TLSAUnsigned
)

// TLSASet are the TLSA records of a service of one host.
type TLSASet struct {
	State TLSAState
	// Base is the TLSA base domain (RFC 7672, section 2.2.2), the host or the
	// name it is an alias of.
	Base string
	// Name is where the records stand, such as "_25._tcp.mx.example.com".
	Name    string
	Records []TLSA
	// More is how many there are beside these, of which 64 are used.
	More int
	// Server is the DNS server that answered, and Trusted whether its word on
	// DNSSEC counts; see Config.Trusted.
	Server  netip.AddrPort
	Trusted bool
}

// TLSA looks up the TLSA records of a TCP port of a host that is not an
// address. If the host is an alias, RFC 7672, section 2.2.2 says whose records
// count. The error is an *Error: a sender must not deliver then.
func (r *Resolver) TLSA(ctx context.Context, host string, port uint16) (TLSASet, error) {
	p, err := parseHost(host)
	if err != nil {
		return TLSASet{}, err
	}
	if p.addr.IsValid() {
		return TLSASet{}, badName(host, "is an address, and TLSA records are those of a name")
	}
	set := TLSASet{State: TLSAUnsigned, Base: p.name, Name: serviceName(port, p.name)}
	bases, err := r.tlsaBases(ctx, p.name, &set)
	if err != nil || len(bases) == 0 {
		return set, err
	}
	set.State = TLSANone
	for _, base := range bases {
		name := serviceName(port, base)
		if hostname.Check(name) != nil {
			continue // too long, so that nothing can stand there
		}
		a := r.lookup(ctx, question{name, dns.TypeTLSA})
		switch {
		case a.err == nil && a.authentic:
			set.State, set.Base, set.Name = TLSASecure, base, name
			set.Records, set.More = a.found.others().tlsa, a.found.others().more
			return set, nil
		case a.err == nil:
			set.State, set.Base, set.Name = TLSAInsecure, base, name
		case a.err.Kind != NoData && a.err.Kind != NoName:
			set.Name = name
			return set, a.err
		}
	}
	return set, nil
}

func serviceName(port uint16, base string) string { return fmt.Sprintf("_%d._tcp.%s", port, base) }

// tlsaBases returns the names whose TLSA records may count, the better first:
// none where the host's addresses are not validated. RFC 7672, section 2.2.2.
func (r *Resolver) tlsaBases(ctx context.Context, host string, set *TLSASet) ([]string, error) {
	a4 := r.lookup(ctx, question{host, dns.TypeA})
	a6 := r.lookup(ctx, question{host, dns.TypeAAAA})
	if failed(a4.err) && failed(a6.err) {
		return nil, noAddress(host, a4.err, a6.err)
	}
	secure, last := true, host
	for _, a := range []*answer{a4, a6} {
		if failed(a.err) {
			continue
		}
		secure, last = secure && a.authentic, a.last(question{name: host})
		set.Server, set.Trusted = a.server, a.trusted
	}
	switch {
	case secure && last != host:
		return []string{last, host}, nil
	case secure:
		return []string{host}, nil
	case last == host:
		return nil, nil
	}
	// The way to the addresses is not validated as a whole, but its first
	// step may be.
	alias := r.lookup(ctx, question{host, dns.TypeCNAME})
	switch {
	case failed(alias.err):
		return nil, alias.err
	case alias.authentic:
		return []string{host}, nil
	}
	return nil, nil
}

// takeTLSA takes a TLSA record. Data that is not hexadecimal cannot come from
// the codec.
func (r *rest) takeTLSA(rr *dns.TLSA) bool {
	data, err := hex.DecodeString(rr.Certificate)
	if err != nil {
		return false
	}
	if len(r.tlsa) == maxTLSA {
		r.more++
		return true
	}
	r.tlsa = append(r.tlsa, TLSA{rr.Usage, rr.Selector, rr.MatchingType, data})
	return true
}

// Validates reports whether the word of the DNS servers on DNSSEC counts: they
// are trusted, and vouch for the root, which is signed. One that does not
// says nothing of other names either. The error is an *Error.
func (r *Resolver) Validates(ctx context.Context) (bool, error) {
	a := r.lookup(ctx, question{name: "", typ: dns.TypeNS})
	if failed(a.err) {
		return false, a.err
	}
	return a.authentic, nil
}
