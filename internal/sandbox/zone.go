package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// maxZoneRecords bounds a zone, since $GENERATE makes many of one line.
const maxZoneRecords = 100_000

// zoneTTL is the TTL of records that have none.
const zoneTTL = 60

// zone is a Zone as the DNS server uses it. Names are canonical: lower case
// with the final dot.
type zone struct {
	name      string
	authentic bool
	records   map[string][]dns.RR // by owner
	nodes     map[string]bool     // owners and the names between them and the top
}

// zoneError is a mistake in the text of a zone.
type zoneError struct {
	line int // in the text, from 1
	err  error
}

// Error returns the mistake with its line in the zone's text.
func (e *zoneError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }

// Unwrap returns the mistake without its place.
func (e *zoneError) Unwrap() error { return e.err }

// checkDomain says what is wrong with a domain name, nil for nothing.
func checkDomain(name string) error {
	if name == "" {
		return errors.New("empty domain name")
	}
	if _, ok := dns.IsDomainName(name); !ok || strings.ContainsAny(name, " \t\r\n@/<>\\") {
		return fmt.Errorf("%q is not a domain name", name)
	}
	return nil
}

// zoneErrors are the mistakes in the text of a zone. What is no record at
// all ends the reading, and with it the list.
type zoneErrors []*zoneError

// Error returns the mistakes, one on a line.
func (e zoneErrors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// newZone reads the text of a zone. The error is zoneErrors unless it is
// about the name; what could be read comes with it.
func newZone(z Zone) (*zone, error) {
	if err := checkDomain(z.Name); err != nil {
		return nil, err
	}
	out := &zone{
		name:      dns.CanonicalName(z.Name),
		authentic: z.Authentic,
		records:   make(map[string][]dns.RR),
		nodes:     make(map[string]bool),
	}
	if errs := out.read(z.Text); errs != nil {
		return out, errs
	}
	out.complete()
	return out, nil
}

func (z *zone) read(text string) zoneErrors {
	var errs zoneErrors
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	src := &countingReader{text: text}
	p := dns.NewZoneParser(src, z.name, "")
	p.SetDefaultTTL(zoneTTL)
	for n := 0; ; n++ {
		rr, ok := p.Next()
		if !ok {
			break
		}
		if n >= maxZoneRecords {
			return append(errs, &zoneError{src.line(), fmt.Errorf("more than %d records", maxZoneRecords)})
		}
		if err := z.add(rr); err != nil {
			errs = append(errs, &zoneError{src.line(), err})
		}
	}
	if err := p.Err(); err != nil {
		errs = append(errs, &zoneError{src.line(), plainZoneError(err)})
	}
	return errs
}

// plainZoneError takes the position out of the parser's message, because it
// counts from the start of the zone's text, not of the file around it.
func plainZoneError(err error) error {
	text, _, _ := strings.Cut(err.Error(), " at line: ")
	return errors.New(strings.TrimPrefix(text, "dns: "))
}

// add takes a record in, and refuses what a name server would not load.
func (z *zone) add(rr dns.RR) error {
	h := rr.Header()
	owner := dns.CanonicalName(h.Name)
	if !dns.IsSubDomain(z.name, owner) {
		return fmt.Errorf("%q is not a name of the zone %q", h.Name, z.name)
	}
	if h.Class != dns.ClassINET {
		return fmt.Errorf("class %s is not served, only IN", dns.Class(h.Class))
	}
	h.Name = owner
	for _, other := range z.records[owner] {
		isAlias, wasAlias := h.Rrtype == dns.TypeCNAME, other.Header().Rrtype == dns.TypeCNAME
		if isAlias || wasAlias {
			// RFC 1034 section 3.6.2.
			return fmt.Errorf("%q has a CNAME and another record", h.Name)
		}
	}
	z.records[owner] = append(z.records[owner], rr)
	for name := owner; dns.IsSubDomain(z.name, name); name = parent(name) {
		z.nodes[name] = true
		if name == z.name || name == "." {
			break
		}
	}
	return nil
}

// complete adds the SOA and NS records that the text may leave out.
func (z *zone) complete() {
	server := nameServers()[0]
	if !z.has(z.name, dns.TypeSOA) && !z.has(z.name, dns.TypeCNAME) {
		z.records[z.name] = append(z.records[z.name], &dns.SOA{
			Hdr: z.header(dns.TypeSOA), Ns: server, Mbox: "hostmaster.sandbox.test.",
			Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: zoneTTL,
		})
	}
	if !z.has(z.name, dns.TypeNS) && !z.has(z.name, dns.TypeCNAME) {
		for _, name := range nameServers() {
			z.records[z.name] = append(z.records[z.name], &dns.NS{Hdr: z.header(dns.TypeNS), Ns: name})
		}
	}
	z.nodes[z.name] = true
}

func (z *zone) header(rrtype uint16) dns.RR_Header {
	return dns.RR_Header{Name: z.name, Rrtype: rrtype, Class: dns.ClassINET, Ttl: zoneTTL}
}

func (z *zone) has(owner string, rrtype uint16) bool { return len(z.get(owner, rrtype)) > 0 }

func (z *zone) get(owner string, rrtype uint16) []dns.RR {
	var out []dns.RR
	for _, rr := range z.records[owner] {
		if rr.Header().Rrtype == rrtype || rrtype == dns.TypeANY {
			out = append(out, rr)
		}
	}
	return out
}

// soa returns what a negative answer carries (RFC 2308 section 3).
func (z *zone) soa() []dns.RR { return z.get(z.name, dns.TypeSOA) }

// node returns the records of a name, those of a wildcard (RFC 4592) where
// the name does not exist, and whether there is anything.
func (z *zone) node(name string) (owner string, exists bool) {
	if z.nodes[name] {
		return name, true
	}
	for up := parent(name); dns.IsSubDomain(z.name, up); up = parent(up) {
		if z.nodes["*."+up] {
			return "*." + up, true
		}
		if z.nodes[up] || up == "." {
			break // the closest encloser has no wildcard
		}
	}
	return "", false
}

// addresses returns every address the zone gives out, in a fixed order.
func (z *zone) addresses() []netip.Addr {
	var out []netip.Addr
	for _, rrs := range z.records {
		for _, rr := range rrs {
			if a, ok := addressOf(rr); ok {
				out = append(out, a)
			}
		}
	}
	slices.SortFunc(out, netip.Addr.Compare)
	return slices.Compact(out)
}

func addressOf(rr dns.RR) (netip.Addr, bool) {
	switch rr := rr.(type) {
	case *dns.A:
		a, ok := netip.AddrFromSlice(rr.A)
		return a.Unmap(), ok
	case *dns.AAAA:
		return netip.AddrFromSlice(rr.AAAA)
	}
	return netip.Addr{}, false
}

func parent(name string) string {
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}

// countingReader gives the zone parser its text byte by byte and so knows
// the line the parser has come to; the parser keeps that to itself.
type countingReader struct {
	text string
	at   int
}

// Read implements io.Reader, which the parser asks for but does not use.
func (r *countingReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// ReadByte implements io.ByteReader.
func (r *countingReader) ReadByte() (byte, error) {
	if r.at >= len(r.text) {
		return 0, io.EOF
	}
	r.at++
	return r.text[r.at-1], nil
}

// line returns the line of the byte given out last.
func (r *countingReader) line() int {
	return 1 + strings.Count(r.text[:max(r.at-1, 0)], "\n")
}
