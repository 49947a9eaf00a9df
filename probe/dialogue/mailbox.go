package dialogue

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"mxprobe/internal/letter"

	"mxprobe/dnsmx"
	"mxprobe/internal/mailbox"
	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/mailroom"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// mail is what became of the messages of a session.
type mail struct {
	textAt time.Time        // when text of some message went out first
	handed *mailroom.Handed // the message that was accepted last, nil before one was
	// enclosures are the attachments of the latest text, where a step compares
	// them.
	enclosures []mailroom.Enclosure
}

// handedOver notes that the message was accepted: the duty is the server's
// now (RFC 5321 section 6.1), and what is waited for counts from here.
func (s *session) handedOver() {
	s.mail.handed = &mailroom.Handed{ID: s.peer.Envelope.MessageID, Envid: s.peer.Envelope.Envid, At: time.Now(), Enclosures: s.mail.enclosures}
}

// sendsText notes when text of a message goes out for the first time: what was
// in a mailbox before is another message.
func (s *session) sendsText() {
	if s.mail.textAt.IsZero() {
		s.mail.textAt = time.Now()
	}
}

// waits reports whether the rest of the dialogue is waiting for something in
// mailboxes.
func (s *session) waits(steps []scenarios.Step) bool { return !s.over && steps[0].Action.LooksAside() }

// playMailbox waits for what a step asks for.
func (s *session) playMailbox(step *scenarios.Step) {
	st := s.begin(step)
	st.Want(mailroom.WantedInMailbox(step.Mailbox), false)
	switch {
	case s.mail.handed != nil:
	case s.mail.textAt.IsZero():
		s.close(st, judge.Judgement{Status: result.Skip, Reason: result.Condition, Message: "no message was sent"})
		return
	default:
		s.close(st, judge.Judgement{Status: result.Inconclusive, Reason: result.Local, Message: "no message is known to have been accepted, so there is none to wait for"})
		return
	}
	w := &mailroom.Watch{
		Mailboxes: &s.run.mailboxes,
		Ctx:       s.ctx, Step: step, St: st, Remark: s.ledger.Remark, Lookup: s.lookup, Post: s.trial.posts[step.Number],
		Handed: *s.mail.handed, TextAt: s.mail.textAt, ID: s.trial.dialogue.id(&s.trial.target, s.trial.number), Limit: step.MailboxTimeout(),
		DSN: s.peer.Offers("DSN"),
	}
	if step.Mailbox.Report {
		s.close(st, w.Report())
		return
	}
	s.close(st, w.Arrives())
	if w.Delivered > 0 {
		s.delivery = max(s.delivery, w.Delivered)
		s.ledger.Note("the message was delivered after %v", mailroom.Rounded(w.Delivered))
	}
}

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
			j := mailroom.Unreadable(s.ctx, err)
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
		s.run.take(s.turn, &t.target, step.Recipient)
		at, open, err := s.mailboxOf(step.Mailbox)
		if err != nil {
			return err
		}
		p = s.run.mailboxes.Acquire(at, open)
		if t.posts == nil {
			t.posts = make(map[int]*mailroom.Post)
		}
		t.posts[step.Number] = p
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.run.connectTimeout()+DefaultReplyTimeout)
	defer cancel()
	return p.Begin(ctx)
}

// mailboxOf puts the variables in.
func (s *session) mailboxOf(m *scenarios.Mailbox) (at mailroom.Place, open func(context.Context) (mailbox.Box, error), err error) {
	place, err := m.Place(s.lookup)
	if err != nil {
		return at, nil, err
	}
	if at.User, err = m.User.Expand(s.lookup); err != nil {
		return at, nil, err
	}
	if at.Password, err = m.Password.Expand(s.lookup); err != nil {
		return at, nil, err
	}
	if at.Folder, err = m.Arrived.Folder.Expand(s.lookup); err != nil {
		return at, nil, err
	}
	s.trial.account.Secrets().Hide(at.Password)
	at.Kind, at.Clear = place.Kind, m.AllowClear
	if place.Local() {
		if at.Where = place.Path; !filepath.IsAbs(at.Where) {
			at.Where = filepath.Join(filepath.Dir(s.scenario.File), at.Where)
		}
		return at, s.run.opening(scenarios.MailboxAddress{Kind: at.Kind, Path: at.Where}, loginOf(&at)), nil
	}
	at.Where = place.String()
	return at, s.run.opening(place, loginOf(&at)), nil
}

// loginOf is who looks into the mailbox of a step, and at what.
func loginOf(at *mailroom.Place) MailboxLogin {
	return MailboxLogin{User: at.User, Password: at.Password, AllowClear: at.Clear, Look: mailbox.Look{Folder: at.Folder}}
}

// MailboxLogin says who looks into a mailbox, and at what.
type MailboxLogin struct {
	User, Password string
	// AllowClear lets the login go out without TLS.
	AllowClear bool
	Look       mailbox.Look
}

// OpenMailbox opens the mailbox at a place, as a step of a dialogue does.
func (r *Run) OpenMailbox(ctx context.Context, place scenarios.MailboxAddress, login MailboxLogin) (mailbox.Box, error) {
	return r.opening(place, login)(ctx)
}

// opening opens the mailbox at a place.
func (r *Run) opening(place scenarios.MailboxAddress, login MailboxLogin) func(context.Context) (mailbox.Box, error) {
	open := mailbox.OpenIMAP
	switch place.Kind {
	case "maildir":
		return func(context.Context) (mailbox.Box, error) { return mailbox.OpenMaildir(place.Path, login.Look) }
	case "mbox":
		return func(ctx context.Context) (mailbox.Box, error) { return mailbox.OpenMbox(ctx, place.Path) }
	case "pop3":
		open = mailbox.OpenPOP3
	case "mailpit":
		open = mailbox.OpenMailpit
	}
	server := r.mailboxServer(place, login)
	return func(ctx context.Context) (mailbox.Box, error) {
		switch {
		case place.NeedsLogin() && (login.User == "" || login.Password == ""):
			return nil, fmt.Errorf("%s needs both user and password", place.Kind)
		case place.Kind == "mailpit" && !place.TLS && login.Password != "" && !login.AllowClear:
			return nil, errors.New("mailpit:// would send the password in clear: use mailpits://, or allow_clear: true")
		}
		return open(ctx, server)
	}
}

func (r *Run) mailboxServer(place scenarios.MailboxAddress, login MailboxLogin) mailbox.Server {
	server := mailbox.Server{
		Name: place.Path, Look: login.Look, User: login.User, Password: login.Password, Implicit: place.TLS, AllowClear: login.AllowClear,
		TLS: &tls.Config{
			ServerName: place.Host, MinVersion: tls.VersionTLS12, Time: r.now,
			RootCAs: r.TLS.Roots, InsecureSkipVerify: r.TLS.Insecure,
		},
		Dial: func(ctx context.Context) (net.Conn, error) { return r.dialMailbox(ctx, place) },
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
func (r *Run) dialMailbox(ctx context.Context, server scenarios.MailboxAddress) (net.Conn, error) {
	var addrs []netip.Addr
	if addr, err := netip.ParseAddr(server.Host); err == nil {
		addrs = []netip.Addr{addr}
	} else if r.IMAP.Resolver != nil {
		host := r.IMAP.Resolver.Host(ctx, server.Host)
		if addrs = host.Addrs; host.Err != nil {
			return nil, host.Err
		}
	}
	dialer := r.IMAP.Dialer
	if dialer == nil {
		dialer = r.Dialer
	}
	return transport.ToAny(ctx, server.Host, transport.At(addrs, server.Port), func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, r.connectTimeout())
		defer cancel()
		conn, err := dialer.DialContext(ctx, "tcp", to.String())
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %s", to, fault.PlainError(err))
		}
		return conn, nil
	}, func(error, error) bool { return true })
}

// looksAside reports whether a step looks into a mailbox.
func looksAside(steps []scenarios.Step) bool {
	for i := range steps {
		if steps[i].Action.LooksAside() || looksAside(steps[i].Steps) {
			return true
		}
	}
	return false
}

// willLookFor keeps what the text of a message is known by in a mailbox, where
// a step looks into one.
func (s *session) willLookFor(text []byte) {
	if !looksAside(s.scenario.Steps) {
		return
	}
	s.peer.Envelope.MessageID = cmp.Or(mailbox.MessageID(text), s.peer.Envelope.MessageID)
	s.sendsEnclosures(text)
}

// sendsEnclosures notes the attachments of a message that goes out, where a
// step compares them.
func (s *session) sendsEnclosures(text []byte) {
	for i := range s.scenario.Steps {
		if m := s.scenario.Steps[i].Mailbox; m != nil && m.Arrived.Attachments {
			s.mail.enclosures = mailroom.Enclosures(letter.Read(text))
			return
		}
	}
}
