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
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/probe/vouch"
)

// Defaults of Settings, and what is not a setting.
const (
	DefaultReplyTimeout   = 30 * time.Second
	DefaultConnectTimeout = 10 * time.Second
	// DefaultDataTimeout is the wait after the end of a message, where
	// servers do their work (RFC 5321 section 4.5.3.2.6 allows 10 minutes).
	DefaultDataTimeout = 60 * time.Second
	// DefaultRetryWait is long enough for most greylists.
	DefaultRetryWait = 5 * time.Minute

	// quitTimeout bounds the wait for the answer to QUIT.
	quitTimeout = 5 * time.Second
	// farewell bounds the attempt to say QUIT when the run was stopped.
	farewell = 500 * time.Millisecond
)

// TranscriptMode says of which dialogues the result holds a transcript.
type TranscriptMode uint8

// The modes.
const (
	TranscriptOnFailure TranscriptMode = iota
	TranscriptAlways
)

// RetrySettings say how often dialogues are played again, and after what wait;
// nil leaves it to the scenario.
type RetrySettings struct {
	Times *int
	Wait  *time.Duration
}

// Settings are what all dialogues of a run have in common. They must not
// change after NewRun.
type Settings struct {
	Dialer probe.Dialer
	// Resolver finds what verify: dane and verify: mta-sts go by; without it
	// such handshakes are inconclusive. Web opens the connections to the
	// hosts of MTA-STS policies; nil stands for Dialer.
	Resolver probe.Resolver
	Web      probe.Dialer
	// HELO, From and To are the values of the variables helo, from and to.
	// An empty To stands for postmaster at the domain, and ${domain} in it for
	// the domain of the target. An empty From is the null reverse-path.
	HELO, From, To string
	// FurtherTo are the recipients after To, for the steps that are played
	// once for each.
	FurtherTo []string
	// Explicit names those of helo, from and to that were asked for in so many
	// words: they beat the variables that a scenario sets.
	Explicit []string
	// RunID is the variable run_id: letters and digits, new for each run.
	RunID string
	// Now is the clock of the variable now and of the Date field; nil
	// stands for time.Now.
	Now func() time.Time
	// Overrides are variables from outside the scenario, the weakest first:
	// environment, files, command line.
	Overrides []map[string]string
	// Getenv looks up environment variables, for secrets and for ${env.NAME};
	// nil finds none.
	Getenv func(string) (string, bool)
	// ReplyTimeout is the wait for one reply where the step itself says
	// nothing; 0 leaves it to the scenario, or to the defaults.
	// ConnectTimeout is the wait for a connection; 0 stands for its default.
	ReplyTimeout, ConnectTimeout time.Duration
	// Retry overrides what the scenarios say of further attempts.
	Retry RetrySettings
	// Temporary is how temporary answers count: Inconclusive, Warn or Fail.
	// NotRun, the zero value, stands for Inconclusive.
	Temporary  result.Verdict
	Transcript TranscriptMode
	// Control is a server known to answer, host and port. It is tried when
	// an address does not answer: if the control server does not answer
	// either, nothing is known of the address. Empty means none.
	Control string
	// TLS says how handshakes are made.
	TLS handshake.Settings
	// IMAP says how the servers of mailboxes are reached.
	IMAP IMAPSettings
}

func (s *Settings) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Settings) getenv(name string) (string, bool) {
	if s.Getenv == nil {
		return "", false
	}
	return s.Getenv(name)
}

func (s *Settings) connectTimeout() time.Duration {
	if s.ConnectTimeout > 0 {
		return s.ConnectTimeout
	}
	return DefaultConnectTimeout
}

func (s *Settings) temporary() result.Verdict {
	if s.Temporary == result.NotRun {
		return result.Inconclusive
	}
	return s.Temporary
}

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
