package dialogue

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"

	"mxprobe/dnsmx"
	"mxprobe/internal/mailbox"
	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// IMAPSettings say how servers of mailboxes are reached, of any protocol.
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
			if at, err := steps[i].Mailbox.Place(s.lookup); err == nil && at.Local() && j.Reason == result.Local && !filepath.IsAbs(at.Path) {
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
		p = s.set.mailboxes.acquire(at, open)
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
	place, err := m.Place(s.lookup)
	if err != nil {
		return at, nil, err
	}
	if at.user, err = m.User.Expand(s.lookup); err != nil {
		return at, nil, err
	}
	if at.password, err = m.Password.Expand(s.lookup); err != nil {
		return at, nil, err
	}
	if at.folder, err = m.Arrived.Folder.Expand(s.lookup); err != nil {
		return at, nil, err
	}
	s.trial.mask = s.trial.mask.With(at.password)
	at.kind, at.clear = place.Kind, m.AllowClear
	if place.Local() {
		if at.where = place.Path; !filepath.IsAbs(at.where) {
			at.where = filepath.Join(filepath.Dir(s.scenario.File), at.where)
		}
		return at, openFolder(&at), nil
	}
	at.where = place.String()
	switch {
	case place.NeedsLogin() && (at.user == "" || at.password == ""):
		return at, nil, fmt.Errorf("%s needs user: and password:", place.Kind)
	case place.Kind == "mailpit" && !place.TLS && at.password != "" && !at.clear:
		return at, nil, errors.New("mailpit:// would send the password in clear: use mailpits://, or allow_clear: true")
	}
	return at, openServer(place.Kind, s.serverOf(place, &at)), nil
}

func openFolder(at *boxPlace) func(context.Context) (mailbox.Box, error) {
	path, beside := at.where, at.folder
	if at.kind == "mbox" {
		return func(ctx context.Context) (mailbox.Box, error) { return mailbox.OpenMbox(ctx, path) }
	}
	return func(context.Context) (mailbox.Box, error) { return mailbox.OpenMaildir(path, beside) }
}

func openServer(kind string, server mailbox.Server) func(context.Context) (mailbox.Box, error) {
	open := mailbox.OpenIMAP
	switch kind {
	case "pop3":
		open = mailbox.OpenPOP3
	case "mailpit":
		open = mailbox.OpenMailpit
	}
	return func(ctx context.Context) (mailbox.Box, error) { return open(ctx, server) }
}

func (s *session) serverOf(place scenarios.MailboxAddress, at *boxPlace) mailbox.Server {
	server := mailbox.Server{
		Name: place.Path, Folder: at.folder, User: at.user, Password: at.password, Implicit: place.TLS, AllowClear: at.clear,
		TLS: &tls.Config{
			ServerName: place.Host, MinVersion: tls.VersionTLS12, Time: s.set.now,
			RootCAs: s.set.TLS.Roots, InsecureSkipVerify: s.set.TLS.Insecure,
		},
		Dial: func(ctx context.Context) (net.Conn, error) { return s.set.dialMailbox(ctx, place) },
	}
	if place.Kind == "mailpit" {
		scheme := "http"
		if place.TLS {
			scheme = "https"
		}
		page := url.URL{Scheme: scheme, Host: net.JoinHostPort(place.Host, strconv.Itoa(int(place.Port))), Path: "/" + place.Path}
		server.Name = page.String()
	}
	return server
}

// dialMailbox connects to the first address of a server that answers.
func (s *Settings) dialMailbox(ctx context.Context, server scenarios.MailboxAddress) (net.Conn, error) {
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
		dialCtx, cancel := context.WithTimeout(transport.For(ctx, server.Host), s.connectTimeout())
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
