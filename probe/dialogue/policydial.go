package dialogue

import (
	"context"
	"net"
	"net/netip"

	"mxprobe/probe"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/vouch"
)

// voucher returns what finds out what is promised of a server; one keeps the
// policies of the run.
func (s *Settings) voucher() *vouch.Voucher {
	s.vouching.Do(func() {
		s.vouches = &vouch.Voucher{Resolver: s.resolver(), Dial: s.dialPolicyAddress, Roots: s.TLS.Roots, Now: s.now}
	})
	return s.vouches
}

// serverOf is a target as somebody vouches for it.
func serverOf(t probe.Target) vouch.Server {
	return vouch.Server{Domain: t.Domain, Host: t.Host, Port: t.Port, Socket: !t.IP.IsValid(), Named: t.Named, Authentic: t.Authentic}
}

func (s *Settings) dialPolicyAddress(ctx context.Context, network string, to netip.AddrPort) (net.Conn, *vouch.DialError) {
	dialer := s.Web
	if dialer == nil {
		dialer = s.Dialer
	}
	limit := s.connectTimeout()
	each, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := dialer.DialContext(each, network, to.String())
	if err != nil {
		f := diagnosis.DialFault(ctx, err, to, limit, func() bool { return probe.HasRoute(dialer, to) })
		return nil, vouch.NewDialError(f.Ruling(), to.Addr())
	}
	return conn, nil
}
