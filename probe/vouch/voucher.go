// Package vouch finds out what is promised of a server before it is spoken to:
// by the TLSA records of its host (RFC 7672) and by the MTA-STS policy of its
// domain (RFC 8461).
package vouch

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"strings"
	"time"

	"mxprobe/dnsmx"
)

// Resolver are what a voucher asks of a resolver.
type Resolver interface {
	Host(ctx context.Context, name string) dnsmx.Host
	Alive(ctx context.Context) error
	TLSA(ctx context.Context, host string, port uint16) (dnsmx.TLSASet, error)
	TXT(ctx context.Context, name string) (dnsmx.TXT, error)
	Validates(ctx context.Context) (bool, error)
}

// Voucher finds out what is promised of servers, and keeps the policies of
// domains. Set the fields before the first use and do not change them
// afterwards.
type Voucher struct {
	// Resolver may be nil: then nothing is known of any server.
	Resolver Resolver
	// Dial connects to a host of policies.
	Dial func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, *DialError)
	// Roots are the authorities to trust; nil stands for the system's.
	Roots *x509.CertPool
	Now   func() time.Time

	policies policies
}

func (v *Voucher) now() time.Time { return v.Now() }

// Server is one address of one host, as it was found.
type Server struct {
	Domain, Host string
	Port         uint16
	// Socket is true for a Unix socket, Named for a server that was named
	// instead of looking up MX records, Authentic if those were validated with
	// DNSSEC.
	Socket, Named, Authentic bool
}

// isDomain reports whether a request names a mail domain, and no address.
func isDomain(name string) bool { return name != "" && !strings.HasPrefix(name, "[") }
