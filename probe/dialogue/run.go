package dialogue

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/draft"
	"mxprobe/probe/fault"
	"mxprobe/probe/handshake"
	"mxprobe/probe/line"
	"mxprobe/probe/mailroom"
	"mxprobe/probe/smtpwire"
	"mxprobe/probe/vouch"
)

// Run is one run of dialogues: its settings, which do not change, and what its
// dialogues share while they are played.
type Run struct {
	Settings
	voucher   *vouch.Voucher
	control   controlServer
	tls       handshake.Sessions
	begun     atomic.Uint64 // dialogues with one address each
	ends      line.Ends
	records   smtpwire.Records
	rooms     draft.Rooms
	mailboxes mailroom.Mailboxes
	dislikes  dislikes
}

// NewRun begins a run with a copy of the settings.
func NewRun(set *Settings) *Run {
	r := &Run{Settings: *set}
	r.control.address = r.Control
	r.voucher = &vouch.Voucher{Dial: r.dialPolicyAddress, Roots: r.TLS.Roots, Now: r.now}
	if r.Resolver != nil {
		r.voucher.Resolver = probe.RememberAlive(r.Resolver)
	}
	return r
}

// serverOf is a target as somebody vouches for it.
func serverOf(t probe.Target) vouch.Server {
	return vouch.Server{Domain: t.Domain, Host: t.Host, Port: t.Port, Socket: !t.IP.IsValid(), Named: t.Named, Authentic: t.Authentic}
}

// open connects to a target.
func (r *Run) open(ctx context.Context, t *probe.Target) (net.Conn, error) {
	if straight, ok := r.Dialer.(probe.TCPDialer); ok && t.IP.IsValid() {
		return straight.DialTCP(ctx, netip.AddrPortFrom(t.IP, t.Port), r.connectTimeout())
	}
	ctx, cancel := context.WithTimeout(transport.For(ctx, t.Host), r.connectTimeout())
	defer cancel()
	network, address := t.DialAddress()
	return r.Dialer.DialContext(ctx, network, address)
}

// dialPolicyAddress connects to one address of a host of policies.
func (r *Run) dialPolicyAddress(ctx context.Context, network string, to netip.AddrPort) (net.Conn, *vouch.DialError) {
	dialer := r.Web
	if dialer == nil {
		dialer = r.Dialer
	}
	limit := r.connectTimeout()
	each, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := dialer.DialContext(each, network, to.String())
	if err != nil {
		f := fault.DialFault(ctx, err, to, limit, func() bool { return probe.HasRoute(dialer, to) })
		return nil, vouch.NewDialError(f.Ruling(), to.Addr())
	}
	return conn, nil
}

// controlServer is a server known to answer. It is tried once in a run, when
// some address does not answer.
type controlServer struct {
	address string // empty for none
	once    sync.Once
	down    bool
}

// isDown reports whether the control server was tried and did not answer.
func (c *controlServer) isDown(ctx context.Context, connectTimeout time.Duration) bool {
	if c.address == "" {
		return false
	}
	c.once.Do(func() {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.address)
		if err != nil {
			c.down = true
			return
		}
		_ = conn.Close()
	})
	return c.down
}
