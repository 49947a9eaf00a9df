// Package spf reads SPF records (RFC 7208), follows them through their includes,
// and evaluates them for a sender.
//
// Parse is pure. Walk and Check look names up through a Resolver of the caller;
// Walk looks at all of a record, for its owner, and Check at what one message
// would get, as a receiver does (check_host, section 4).
package spf

import (
	"context"
	"net/netip"
)

// Resolver looks up what records refer to. A name that does not exist, or has no
// such record, gives nothing and no error: an error is a look-up that failed.
type Resolver interface {
	// TXT returns TXT records, each with its strings joined.
	TXT(ctx context.Context, name string) ([]string, error)
	// Addresses returns the IPv4 or the IPv6 addresses of a name.
	Addresses(ctx context.Context, name string, v6 bool) ([]netip.Addr, error)
	// MX returns the hosts of the MX records of a name.
	MX(ctx context.Context, name string) ([]string, error)
	// Names returns the names of an address (PTR).
	Names(ctx context.Context, addr netip.Addr) ([]string, error)
}

// The limits of RFC 7208 section 4.6.4.
const (
	// MaxLookups is how many terms that cause look-ups a check may meet.
	MaxLookups = 10
	// MaxVoids is how many look-ups of a check may find nothing.
	MaxVoids = 2
	// MaxNames is how many MX hosts of one mechanism count, and PTR names.
	MaxNames = 10
)

// version is what every record begins with.
const version = "v=spf1"
