// Package dnsmx finds out where the mail of a domain goes.
//
// Resolver.Route gives the hosts of a mail domain as RFC 5321, section 5.1
// orders them: MX records by preference, or the domain itself if it has no MX
// record, or nothing if the domain says that it takes no mail (RFC 7505).
// Every host comes with all its IPv4 and IPv6 addresses. A host that cannot be
// used stays in the list with the error that says why.
//
// Resolver.Host looks up one host, Resolver.TLSA and Resolver.TXT the records
// that say how mail to it is to be secured, Resolver.Alive says whether the DNS servers
// answer at all. All failures are of type *Error, which tells a lack of
// answers (temporary) from an answer that nobody likes (permanent).
//
// Resolver.Records hands out the records of a name as they stand,
// Resolver.Reverse the names of an address, Resolver.ListedAddr what a block
// list says of it. Resolver.Ask puts a question to one name server, and
// Resolver.Delegation to those of the zone above.
//
// The answers are kept in a bounded cache for as long as their TTL allows, and
// look-ups of the same name and type at the same time become one.
package dnsmx

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
)

// Origin says where the hosts of a Route come from.
type Origin string

// The origins of a route.
const (
	// OriginMX is a domain with MX records.
	OriginMX Origin = "mx"
	// OriginImplicit is a domain without MX records, which is then its own
	// mail host (RFC 5321, section 5.1).
	OriginImplicit Origin = "implicit"
	// OriginNull is a domain that takes no mail (RFC 7505). It has no hosts.
	OriginNull Origin = "null"
	// OriginLiteral is an address literal such as [192.0.2.1].
	OriginLiteral Origin = "literal"
	// OriginServer is a server that the caller named, with no look-up of MX
	// records. Route never returns it.
	OriginServer Origin = "server"
)

// Route is what the DNS says about the mail of one domain.
type Route struct {
	// Domain is the name that was looked up, in lower case, with A-labels
	// (RFC 5890) and without a final dot, or an address literal in its usual
	// form.
	Domain string
	Origin Origin
	// Hosts are the mail hosts, sorted as Rank sorts them without a source
	// of randomness. Hosts that cannot be used are among them.
	Hosts []Host
	// LeftOut are the hosts beyond the first 100, whose addresses were not
	// looked up, sorted like Hosts.
	LeftOut []Host
	// Authentic is true if the answer about the MX records, with all aliases
	// on the way, was validated with DNSSEC by a DNS server that is trusted
	// to do so; see Config.Trusted.
	Authentic bool
	// Server is the DNS server that answered the question for the MX records.
	// It is the zero value for an address literal.
	Server netip.AddrPort
	// Notes are findings about the domain and its MX records, one sentence
	// each, without a final full stop.
	Notes []string
}

// Err is nil if mail for the domain has somewhere to go, which is so if at
// least one host has an address, and also if the domain takes no mail.
// Otherwise it is the error of a host. A temporary error takes precedence over
// a permanent one, as it does in a mail server, which then keeps the message
// and tries again (RFC 5321, section 5.1).
func (r *Route) Err() error {
	var worst error
	for i := range r.Hosts {
		err := r.Hosts[i].Err
		if err == nil {
			return nil
		}
		if worst == nil || (temporary(err) && !temporary(worst)) {
			worst = err
		}
	}
	return worst
}

func temporary(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Temporary()
}

// Host is one mail host.
type Host struct {
	// Name is in lower case and without a final dot. For an address literal
	// it is the literal.
	Name       string
	Preference uint16
	// Addrs holds the IPv4 addresses in ascending order, then the IPv6
	// addresses. No address is there twice.
	Addrs []netip.Addr
	// LeftOut is how many addresses beyond the first 64 are not in Addrs.
	LeftOut int
	// Itself holds the addresses of a mail domain's host that lead every
	// sender to itself: 127.0.0.1, ::1, 0.0.0.0 and ::. They are not among
	// Addrs; see Config.AllowLoopback.
	Itself []netip.Addr
	// Authentic is true if the answers about the addresses were validated
	// with DNSSEC, by the rule of Route.Authentic.
	Authentic bool
	// Err is an *Error if the host has no address that can be used, and nil
	// otherwise.
	Err error
	// Missing is an *Error if the host has addresses of one family, and
	// those of the other could not be looked up, and nil otherwise.
	Missing error
	// Notes are findings about the host, one sentence each, without a final
	// full stop.
	Notes []string
}

// Rank sorts hosts in place by preference. Hosts of the same preference are
// shuffled as RFC 5321, section 5.1 asks of a sender, or, if rnd is nil,
// sorted by name, so that reports can be compared.
func Rank(hosts []Host, rnd *rand.Rand) {
	if rnd != nil {
		rnd.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
	}
	slices.SortStableFunc(hosts, func(a, b Host) int {
		if c := cmp.Compare(a.Preference, b.Preference); c != 0 || rnd != nil {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
}
