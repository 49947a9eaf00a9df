package dialogue

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"

	"mxprobe/dnsmx"
	"mxprobe/internal/mailbox"
	"mxprobe/probe"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// IMAPSettings say how servers of mailboxes are reached.
type IMAPSettings struct {
	// Resolver finds their addresses; nil allows addresses only.
	Resolver interface {
		Host(ctx context.Context, name string) dnsmx.Host
	}
	// Dialer opens connections to them; nil stands for that of the settings.
	Dialer probe.Dialer
}

// openMailboxes opens what the dialogue will look into, before anything is
// sent: no message goes out for which nobody could wait. It returns false if
// that fails, which says nothing of the server.
func (s *session) openMailboxes() bool {
	steps := s.scenario.Steps
	for i := range steps {
		if !steps[i].Action.LooksAside() {
			continue
		}
		err := s.openMailbox(&steps[i])
		if err == nil {
			continue
		}
		for j := range steps {
			if j != i {
				s.leaveOut(&steps[j])
				continue
			}
			j := s.unreadable(err)
			j.Message += "; nothing was sent"
			if m := steps[i].Mailbox; m.IMAP.IsZero() && j.Reason == result.Local && !filepath.IsAbs(m.Maildir.String()) {
				j.Hint = "a path that does not begin with a slash counts from the folder of the scenario, and of a built-in from the current one"
			}
			s.close(s.begin(&steps[i]), j)
		}
		return false
	}
	return true
}

func (s *session) openMailbox(step *scenarios.Step) error {
	t := s.trial
	p := t.posts[step.Number]
	if p == nil {
		s.set.take(s.turn, t.target, step.Recipient)
		at, open, err := s.mailboxOf(step.Mailbox)
		if err != nil {
			return err
		}
		p = s.set.mailboxes.acquire(at, !step.Mailbox.IMAP.IsZero(), open)
		if t.posts == nil {
			t.posts = make(map[int]*post)
		}
		t.posts[step.Number] = p
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.set.connectTimeout()+DefaultReplyTimeout)
	defer cancel()
	return p.begin(ctx)
}

// mailboxOf puts the variables in.
func (s *session) mailboxOf(m *scenarios.Mailbox) (at boxPlace, open func(context.Context) (mailbox.Box, error), err error) {
	var address string
	for _, part := range []struct {
		text *scenarios.Text
		into *string
	}{{&m.Maildir, &at.where}, {&m.IMAP, &address}, {&m.User, &at.user}, {&m.Password, &at.password}} {
		if *part.into, err = part.text.Expand(s.lookup); err != nil {
			return at, nil, err
		}
	}
	s.trial.mask = s.trial.mask.With(at.password)
	if m.IMAP.IsZero() {
		if !filepath.IsAbs(at.where) {
			at.where = filepath.Join(filepath.Dir(s.scenario.File), at.where)
		}
		return at, func(context.Context) (mailbox.Box, error) { return mailbox.OpenMaildir(at.where) }, nil
	}
	server, err := scenarios.ParseIMAP(address)
	if err != nil {
		return at, nil, err
	}
	at.where, at.clear = server.String(), m.AllowClear
	config := mailbox.IMAP{
		Name: server.Name, User: at.user, Password: at.password, Implicit: server.TLS, AllowClear: m.AllowClear,
		TLS: &tls.Config{
			ServerName: server.Host, MinVersion: tls.VersionTLS12, Time: s.set.now,
			RootCAs: s.set.TLS.Roots, InsecureSkipVerify: s.set.TLS.Insecure,
		},
		Dial: func(ctx context.Context) (net.Conn, error) { return s.set.dialIMAP(ctx, server) },
	}
	return at, func(ctx context.Context) (mailbox.Box, error) { return mailbox.OpenIMAP(ctx, config) }, nil
}

// dialIMAP connects to the first address of a server that answers.
func (s *Settings) dialIMAP(ctx context.Context, server scenarios.IMAP) (net.Conn, error) {
	var addrs []netip.Addr
	if addr, err := netip.ParseAddr(server.Host); err == nil {
		addrs = []netip.Addr{addr}
	} else if s.IMAP.Resolver != nil {
		host := s.IMAP.Resolver.Host(ctx, server.Host)
		if addrs = host.Addrs; host.Err != nil {
			return nil, host.Err
		}
	}
	dialer := s.IMAP.Dialer
	if dialer == nil {
		dialer = s.Dialer
	}
	last := fmt.Errorf("%s has no address", server.Host)
	for _, addr := range addrs {
		dialCtx, cancel := context.WithTimeout(ctx, s.connectTimeout())
		conn, err := dialer.DialContext(dialCtx, "tcp", netip.AddrPortFrom(addr, server.Port).String())
		cancel()
		if err == nil {
			return conn, nil
		}
		last = fmt.Errorf("connect to %s: %s", net.JoinHostPort(addr.String(), strconv.Itoa(int(server.Port))), diagnosis.PlainError(err))
	}
	return nil, last
}

// unreadable is the judgement on a mailbox that cannot be looked into: nothing
// is known of the message then.
func (s *session) unreadable(err error) judge.Judgement {
	if diagnosis.Over(s.ctx) {
		return judge.Judgement{Status: result.Inconclusive, Reason: diagnosis.StopReason(s.ctx), Message: diagnosis.StopMessage(s.ctx)}
	}
	return judge.Judgement{
		Status: result.Inconclusive, Reason: result.Local,
		Message: "the mailbox cannot be looked into: " + s.trial.mask.Printable([]byte(err.Error()), result.MaxShown),
	}
}
