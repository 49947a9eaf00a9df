package dnsmx

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// question is what is asked: a name without its final dot and a type.
type question struct {
	name string
	typ  uint16
}

func (q question) typeName() string { return dns.TypeToString[q.typ] }

// shown returns the name as people write it.
func shown(name string) string {
	if name == "" {
		return "."
	}
	return name
}

// answer is what one question gave, as it is kept in the cache. Nobody changes
// it once it is made.
type answer struct {
	aliases   []string // the names that aliases (CNAME) lead to, in order
	open      bool     // the last alias is still to be asked for
	found     records
	authentic bool
	trusted   bool // the server is trusted to say so
	server    netip.AddrPort
	ttl       uint32 // how long to keep it, in seconds; 0 is not kept
	told      uint32 // the lowest TTL of the records found, as it was told
	err       *Error
}

// records are those found, of the type asked for. What most answers do not
// have stands apart, for many are kept.
type records struct {
	mx    []MX
	addrs []netip.Addr
	rest  *rest
}

// rest are records that are neither MX nor addresses.
type rest struct {
	txt    []string
	names  []string // of NS, CNAME and PTR
	soa    *SOA
	ds     []DS
	dnskey []DNSKEY
	tlsa   []TLSA
	more   int // TLSA records that are not in tlsa
}

// others returns the records that are neither MX nor addresses, not to be
// changed.
func (r *records) others() *rest {
	if r.rest == nil {
		return new(rest)
	}
	return r.rest
}

// maxAliases is how many aliases (CNAME) are followed.
const maxAliases = 8

// last returns the name at the end of the aliases.
func (a *answer) last(q question) string {
	if len(a.aliases) == 0 {
		return q.name
	}
	return a.aliases[len(a.aliases)-1]
}

// readAnswer takes what concerns the question from a message with the response
// code NOERROR or NXDOMAIN. Records of other names are left alone.
func readAnswer(m *dns.Msg, q question, s *server) *answer {
	a := &answer{
		authentic: m.AuthenticatedData && s.trusted,
		trusted:   s.trusted,
		server:    s.addr,
		ttl:       maxTTL,
	}
	name := q.name
	for !a.takeRecords(m.Answer, name, q.typ) {
		alias, ok := a.takeAlias(m.Answer, name)
		if !ok {
			a.close(m, q)
			return a
		}
		if kind, err := checkAliases(q, a.aliases); err != nil {
			a.fail(q, kind, err)
			return a
		}
		name = alias
	}
	if m.Rcode == dns.RcodeNameError { // records of a name that does not exist
		a.found = records{}
		a.close(m, q)
	}
	return a
}

// by completes a plain answer with the server who gave it.
func (a *answer) by(s *server) *answer {
	a.authentic = a.authentic && s.trusted
	a.trusted, a.server = s.trusted, s.addr
	return a
}

// takeRecords adds the records of the name and type and reports whether there
// were any.
func (a *answer) takeRecords(records []dns.RR, name string, typ uint16) bool {
	found := false
	for _, rr := range records {
		h := rr.Header()
		if h.Rrtype != typ || h.Class != dns.ClassINET || !isName(h.Name, name) {
			continue
		}
		if !a.takeRecord(rr) {
			continue
		}
		if ttl := usualTTL(h.Ttl); !found || ttl < a.told {
			a.told = ttl
		}
		found = true
		a.ttl = min(a.ttl, a.told)
	}
	return found
}

func (a *answer) takeRecord(rr dns.RR) bool {
	switch rr := rr.(type) {
	case *dns.MX:
		a.found.mx = append(a.found.mx, MX{rr.Preference, fromWire(rr.Mx)})
	case *dns.A:
		return a.takeAddr(rr.A)
	case *dns.AAAA:
		return a.takeAddr(rr.AAAA)
	default:
		if a.found.rest == nil {
			a.found.rest = new(rest)
		}
		return a.found.rest.take(rr)
	}
	return true
}

func (a *answer) takeAddr(ip []byte) bool {
	addr, ok := netip.AddrFromSlice(ip)
	if ok {
		a.found.addrs = append(a.found.addrs, addr)
	}
	return ok
}

// takeAlias follows one alias and returns its target, false if there is none.
func (a *answer) takeAlias(records []dns.RR, name string) (target string, ok bool) {
	for _, rr := range records {
		c, ok := rr.(*dns.CNAME)
		if ok && c.Hdr.Class == dns.ClassINET && isName(c.Hdr.Name, name) {
			a.aliases = append(a.aliases, fromWire(c.Target))
			a.ttl = min(a.ttl, usualTTL(c.Hdr.Ttl))
			return strings.TrimSuffix(c.Target, "."), true
		}
	}
	return "", false
}

// close decides what it means that there is no record: the name or the record
// does not exist, the server only knew a part of the aliases, or it referred
// us to other servers, which says nothing about the name.
func (a *answer) close(m *dns.Msg, q question) {
	soa := authority(m.Ns)
	switch {
	case m.Rcode == dns.RcodeNameError:
		// RFC 6604, section 3: the code is about the last name of the chain.
		a.fail(q, NoName, nil)
		a.err.Rcode = m.Rcode
	case len(a.aliases) > 0 && (soa == nil || !dns.IsSubDomain(soa.Hdr.Name, dns.Fqdn(a.last(q)))):
		a.open = true
		return
	case isReferral(m):
		a.fail(q, Refused, errReferral)
	case !m.Authoritative && !m.RecursionAvailable && soa == nil:
		a.fail(q, NoData, errLame)
	default:
		a.fail(q, NoData, nil)
	}
	if soa != nil {
		a.err.Zone = fromWire(soa.Hdr.Name)
	}
	a.ttl = min(a.ttl, negativeTTL(soa))
}

func (a *answer) fail(q question, k Kind, err error) {
	a.err = &Error{
		Name: shown(q.name), Type: q.typeName(), Kind: k, Err: err,
		Server: a.server, Asked: []netip.AddrPort{a.server},
	}
	if last := a.last(q); last != q.name && k != Loop && k != BadName {
		a.err.Alias = last
	}
}

func authority(records []dns.RR) *dns.SOA {
	for _, rr := range records {
		if soa, ok := rr.(*dns.SOA); ok {
			return soa
		}
	}
	return nil
}

// isReferral tells a referral (RFC 2308, section 2.2) from an empty answer. If
// it were taken for one, the domain would seem to have no MX records.
func isReferral(m *dns.Msg) bool {
	if m.Authoritative || m.RecursionAvailable || authority(m.Ns) != nil {
		return false
	}
	return slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS })
}
