// Package bus is the fleet's way to NATS JetStream: the connection, the streams
// and buckets that jobs live in, and bounds for everything that is taken from
// them. No other package knows a name of them.
package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// dialTime is how long one attempt to connect may take.
	dialTime = 5 * time.Second
	// again is how long to wait before the next attempt, on average.
	again = 500 * time.Millisecond
	// answerTime is how long one request to the server may take.
	answerTime = 10 * time.Second
	// ackTime is how long a message is on its way before it is sent again: the
	// server that had it may be gone, and a second one does not count.
	ackTime = 4 * time.Second
	// maxPending is how many messages may be on their way to the server
	// before they are acknowledged.
	maxPending = 4096
)

// Settings say how to reach the server, and as whom.
type Settings struct {
	// URL is one server, or several with commas between them: nats://HOST:PORT,
	// tls://HOST:PORT. Empty is nats://127.0.0.1:4222.
	URL string
	// Credentials is a file with a user's JWT and seed.
	Credentials string
	// User and Password, or Token, are for servers that know their users
	// themselves.
	User, Password, Token string
	// CAFile trusts the authorities in it and no others; Cert and Key are the
	// client's certificate. All are files of PEM.
	CAFile, Cert, Key string
	// Name is what the server calls this connection.
	Name string
	// Patient waits for a server that is not there yet, as long as the context
	// lasts.
	Patient bool
	// Say, if not nil, is told when the server is lost and when it is back.
	Say func(message string)
}

// Bus is a connection. It is for use by several goroutines at once.
type Bus struct {
	conn *nats.Conn
	js   jetstream.JetStream
	mu   sync.Mutex
	down bool
}

// Connect reaches the server. The error says what to do about it. The
// connection is kept up for as long as it takes, and is closed with Close.
func Connect(ctx context.Context, s *Settings) (*Bus, error) {
	b := &Bus{}
	conn, err := b.dial(ctx, s)
	if err != nil {
		return nil, err
	}
	b.conn = conn
	b.js, err = jetstream.New(conn, jetstream.WithDefaultTimeout(answerTime),
		jetstream.WithPublishAsyncMaxPending(maxPending), jetstream.WithPublishAsyncTimeout(ackTime))
	if err != nil {
		conn.Close()
		return nil, err
	}
	return b, nil
}

func (b *Bus) dial(ctx context.Context, s *Settings) (*nats.Conn, error) {
	told := false
	for {
		conn, err := nats.Connect(s.url(), b.options(s)...)
		if err == nil {
			return conn, nil
		}
		if !s.Patient || !absent(err) {
			return nil, fmt.Errorf("%s: %w", s.shown(), why(err))
		}
		if !told && s.Say != nil {
			s.Say(fmt.Sprintf("%s: %s; waiting for it", s.shown(), why(err)))
		}
		told = true
		if !pause(ctx, again) {
			return nil, context.Cause(ctx)
		}
	}
}

// pause waits, and reports whether ctx still lasts.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// absent reports whether a server may come later: nobody was there, or it was
// just starting.
func absent(err error) bool {
	return errors.Is(err, nats.ErrNoServers) || errors.Is(err, nats.ErrTimeout)
}

func (s *Settings) url() string {
	if s.URL == "" {
		return nats.DefaultURL
	}
	return s.URL
}

// shown is the URL without what may be secret in it.
func (s *Settings) shown() string {
	var all []string
	for one := range strings.SplitSeq(s.url(), ",") {
		scheme, rest, ok := strings.Cut(one, "://")
		if !ok {
			scheme, rest = "nats", one
		}
		all = append(all, scheme+"://"+rest[strings.LastIndexByte(rest, '@')+1:])
	}
	return strings.Join(all, ",")
}

// why is an error of the library in the words of this program.
func why(err error) error {
	switch {
	case errors.Is(err, nats.ErrNoServers):
		return errors.New("no NATS server answers there")
	case errors.Is(err, nats.ErrTimeout):
		return errors.New("the NATS server does not answer in time")
	case errors.Is(err, nats.ErrAuthorization):
		return errors.New("the NATS server refuses the login; give --creds FILE, or --nats-user and MXPROBE_NATS_PASSWORD")
	case errors.Is(err, nats.ErrSecureConnWanted):
		return errors.New("the NATS server has no TLS; write nats:// and leave --nats-ca out")
	}
	return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "nats: "))
}

// Close ends the connection. What was not acknowledged by then is not sent.
func (b *Bus) Close() {
	b.js.CleanupPublisher()
	b.conn.Close()
}

// Down reports whether the server cannot be reached at the moment.
func (b *Bus) Down() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.down
}

// JetStream is the way to the streams for the packages of the fleet that keep
// buckets of their own.
func (b *Bus) JetStream() jetstream.JetStream { return b.js }

func (b *Bus) options(s *Settings) []nats.Option {
	tell := func(down bool, message string) {
		b.mu.Lock()
		changed := b.down != down
		b.down = down
		b.mu.Unlock()
		if changed && s.Say != nil {
			s.Say(message)
		}
	}
	all := []nats.Option{
		nats.Name(s.Name), nats.Timeout(dialTime), nats.MaxReconnects(-1), nats.ReconnectWait(again), nats.ReconnectJitter(again, again),
		nats.IgnoreAuthErrorAbort(), // rights that are taken and given back end no worker
		nats.PingInterval(20 * time.Second),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // each call says what became of it
		nats.DisconnectErrHandler(func(c *nats.Conn, _ error) {
			if !c.IsClosed() {
				tell(true, "the connection to the NATS server is lost; trying again until it is back")
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { tell(false, "the NATS server is back") }),
	}
	if s.Credentials != "" {
		all = append(all, nats.UserCredentials(s.Credentials))
	}
	if s.User != "" {
		all = append(all, nats.UserInfo(s.User, s.Password))
	}
	if s.Token != "" {
		all = append(all, nats.Token(s.Token))
	}
	if s.CAFile != "" {
		all = append(all, nats.RootCAs(s.CAFile))
	}
	if s.Cert != "" {
		key := s.Key
		if key == "" {
			key = s.Cert
		}
		all = append(all, nats.ClientCert(s.Cert, key))
	}
	return all
}
