package sandbox

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// maxAliases is how many CNAME records one answer may lead through.
const maxAliases = 8

// zoneSet is everything the DNS server knows.
type zoneSet struct {
	byName    map[string]*zone
	authentic bool
	// moved holds the loopback address given out in place of a
	// documentation address; an invalid one withholds the record.
	moved map[netip.Addr]netip.Addr
}

func newZoneSet(spec Spec) (*zoneSet, error) {
	set := &zoneSet{byName: make(map[string]*zone), authentic: spec.Authentic}
	for _, s := range spec.Zones {
		z, err := newZone(s)
		if err != nil {
			return nil, fmt.Errorf("zone %q: %w", s.Name, err)
		}
		if set.byName[z.name] != nil {
			return nil, fmt.Errorf("zone %q: described twice", s.Name)
		}
		set.byName[z.name] = z
	}
	// What is not described does not exist under the names reserved for
	// tests (RFC 2606 section 2). The root answers, so that a client can see
	// that the resolver is alive; it is never searched for other names.
	signed := slices.ContainsFunc(spec.Zones, func(z Zone) bool { return z.Authentic })
	for _, name := range []string{".", "test.", "example.", "invalid."} {
		if set.byName[name] == nil {
			// A resolver that vouches for a name vouches for the root as well.
			z, err := newZone(Zone{Name: name, Authentic: signed && name == "."})
			if err != nil {
				return nil, err
			}
			set.byName[name] = z
		}
	}
	return set, nil
}

// find returns the zone a name belongs to, nil if none does.
func (s *zoneSet) find(name string) *zone {
	for up := name; up != "."; up = parent(up) {
		if z := s.byName[up]; z != nil {
			return z
		}
	}
	if name == "." {
		return s.byName["."]
	}
	return nil
}

// answer is what the zones say to a question.
type answer struct {
	rcode     int
	records   []dns.RR
	authority []dns.RR
	authentic bool
}

// resolve answers a question as a recursive resolver does: aliases are
// followed within the world.
func (s *zoneSet) resolve(question string, qtype uint16) answer {
	out := answer{authentic: true}
	name := question
	for range maxAliases + 1 {
		z := s.find(dns.CanonicalName(name))
		if z == nil {
			if out.records == nil {
				return answer{rcode: dns.RcodeRefused}
			}
			return answer{rcode: dns.RcodeServerFailure}
		}
		out.authentic = out.authentic && (z.authentic || s.authentic)
		owner, exists := z.node(dns.CanonicalName(name))
		if !exists {
			out.rcode, out.authority = dns.RcodeNameError, z.soa()
			return out
		}
		alias := z.get(owner, dns.TypeCNAME)
		if len(alias) == 0 || qtype == dns.TypeCNAME || qtype == dns.TypeANY {
			found := s.give(name, z.get(owner, qtype))
			if len(found) == 0 {
				out.authority = z.soa()
			}
			out.records = append(out.records, found...)
			return out
		}
		out.records = append(out.records, s.give(name, alias)...)
		name = alias[0].(*dns.CNAME).Target
	}
	return answer{rcode: dns.RcodeServerFailure}
}

// give returns copies of the records under the name asked for, with the
// addresses a client is to use.
func (s *zoneSet) give(name string, rrs []dns.RR) []dns.RR {
	var out []dns.RR
	for _, rr := range rrs {
		rr = dns.Copy(rr)
		rr.Header().Name = name
		if s.move(rr) {
			out = append(out, rr)
		}
	}
	return out
}

// move puts the loopback address into a record and reports whether the
// record may be given out.
func (s *zoneSet) move(rr dns.RR) bool {
	from, ok := addressOf(rr)
	if !ok || s.moved == nil {
		return true
	}
	to := s.moved[from]
	switch rr := rr.(type) {
	case *dns.A:
		rr.A = to.AsSlice()
	case *dns.AAAA:
		rr.AAAA = to.AsSlice()
	}
	return to.IsValid()
}

// addressesOf returns the addresses the zones have for a host.
func (s *zoneSet) addressesOf(host string) []netip.Addr {
	var out []netip.Addr
	z := s.find(dns.CanonicalName(host))
	if z == nil {
		return nil
	}
	for _, rr := range z.records[dns.CanonicalName(host)] {
		if a, ok := addressOf(rr); ok {
			out = append(out, a)
		}
	}
	return out
}

// domainsOf returns the domains with an MX record that names a host.
func (s *zoneSet) domainsOf(host string) []string {
	host = dns.CanonicalName(host)
	var out []string
	for _, z := range s.byName {
		for owner, rrs := range z.records {
			for _, rr := range rrs {
				if mx, ok := rr.(*dns.MX); ok && dns.CanonicalName(mx.Mx) == host {
					out = append(out, strings.TrimSuffix(owner, "."))
					break
				}
			}
		}
	}
	return out
}
