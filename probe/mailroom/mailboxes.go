// Package mailroom looks into mailboxes for the messages that dialogues have sent,
// and for reports about them.
package mailroom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"mxprobe/internal/mailbox"
	"mxprobe/probe"
)

// Place tells mailboxes apart.
type Place struct {
	Kind           string // imap, maildir ...
	Where          string // as the report shows it
	Folder         string // beside it
	User, Password string
	Clear          bool
}

// Mailboxes are those that the dialogues of a run look into. Each is opened
// once, however many wait for something in it: servers of mailboxes allow few
// connections of one user.
type Mailboxes struct {
	mu   sync.Mutex
	open map[Place]*Post
	// whole is held while a whole message is read and looked at, which bounds
	// the memory of a run.
	whole sync.Mutex
}

// Acquire returns the mailbox of a place, which stays open until it is
// released as often. open is called where nobody has it yet.
func (m *Mailboxes) Acquire(at Place, open func(context.Context) (mailbox.Box, error)) *Post {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.open[at]
	if p == nil {
		p = &Post{place: at, open: open, turn: make(chan struct{}, 1)}
		if m.open == nil {
			m.open = make(map[Place]*Post)
		}
		m.open[at] = p
	}
	p.users++
	return p
}

// Release gives a mailbox back; the last one closes it.
func (m *Mailboxes) Release(p *Post) {
	m.mu.Lock()
	p.users--
	last := p.users == 0
	if last {
		delete(m.open, p.place)
	}
	m.mu.Unlock()
	if last && p.box != nil { // nobody else has it any more
		_ = p.box.Close()
	}
}

// Post is one mailbox and what was seen in it since it was opened.
type Post struct {
	place Place
	open  func(context.Context) (mailbox.Box, error)
	users int // guarded by mailboxes.mu
	// turn is held by the one who looks; it guards what follows.
	turn   chan struct{}
	box    mailbox.Box
	looked time.Time // when the last look that succeeded began
	seen   []sighting
	size   int
}

// sighting is a message that was not there yet at one time, and was at
// another.
type sighting struct {
	*mailbox.Message
	notAt, at time.Time
}

// maxSeen bounds what is kept of the messages of a mailbox, in bytes.
const maxSeen = 64 << 20

// take waits for the turn to look.
func (p *Post) take(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Begin opens the mailbox, so that what comes from now on is seen.
func (p *Post) Begin(ctx context.Context) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer func() { <-p.turn }()
	if p.box != nil {
		return nil
	}
	var err error
	if p.box, err = p.open(ctx); err == nil {
		p.looked = time.Now()
	}
	return err
}

// look returns all that was seen, from a look that began not before some time,
// and when it began.
func (p *Post) look(ctx context.Context, notBefore time.Time) ([]sighting, time.Time, error) {
	if err := p.take(ctx); err != nil {
		return nil, time.Time{}, err
	}
	defer func() { <-p.turn }()
	if !p.looked.Before(notBefore) {
		return p.seen, p.looked, nil
	}
	began := time.Now()
	found, err := p.box.Next(ctx)
	now := time.Now()
	for i := range found {
		p.size += found[i].Size()
		p.seen = append(p.seen, sighting{&found[i], p.looked, now})
	}
	if err == nil && p.size > maxSeen {
		err = fmt.Errorf("more than %d MiB of reports came while waiting: %w", maxSeen>>20, mailbox.ErrFinal)
	}
	if err == nil {
		p.looked = began
	}
	return p.seen, p.looked, err
}

// lastLook is what a look may take that has not ended when the time is over,
// or begins then.
const lastLook = 3 * time.Second

// lookUntil is look with an end: a server that falls silent does not hold up
// the wait.
func (p *Post) lookUntil(ctx context.Context, notBefore, end time.Time) ([]sighting, time.Time, error) {
	if now := time.Now(); end.Before(now) {
		end = now
	}
	ctx, cancel := context.WithDeadline(ctx, end.Add(lastLook))
	defer cancel()
	return p.look(ctx, notBefore)
}

// read returns a message, up to most bytes of it.
func (p *Post) read(ctx context.Context, m *mailbox.Message, most int) ([]byte, error) {
	if err := p.take(ctx); err != nil {
		return nil, err
	}
	defer func() { <-p.turn }()
	return p.box.Read(ctx, m, most)
}

func (p *Post) remove(ctx context.Context, m *mailbox.Message) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer func() { <-p.turn }()
	return p.box.Delete(ctx, m)
}

// interval is how long to wait for the next look, so that nothing is seen more
// than a tenth later than it could be.
func (p *Post) interval(waited time.Duration) time.Duration {
	least := 500 * time.Millisecond // looking costs an exchange with a server
	switch p.place.Kind {
	case "maildir", "mbox":
		least = 50 * time.Millisecond
	case "pop3":
		least = time.Second // and a login
	}
	return min(max(waited/10, least), 10*time.Second)
}

// wait looks into the mailbox until found says that something is there, or a
// look at the end of the time has not found it: then over is true. At each of
// the times in bounds there is a look too, so that what came in time is known
// to have done so. An error is one of looking, not of what is looked for.
func (p *Post) wait(ctx context.Context, from time.Time, limit time.Duration, bounds []time.Duration, found func([]sighting) bool) (over bool, err error) {
	end := from.Add(limit)
	times := append(slices.Clone(bounds), limit)
	for notBefore := from; ; {
		seen, looked, err := p.lookUntil(ctx, notBefore, end)
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case found(seen): // also where the look broke off behind it
			return false, nil
		case err == nil && !looked.Before(end):
			return true, nil
		case err != nil && (errors.Is(err, mailbox.ErrFinal) || !time.Now().Before(end)):
			return false, err
		}
		now := time.Now()
		pause := p.interval(now.Sub(from))
		next := now.Add(pause)
		notBefore = next.Add(-pause / 2) // a look of somebody else will do
		for _, bound := range times {
			if at := from.Add(bound); at.After(now) && at.Before(next) {
				next, notBefore = at, at
			}
		}
		if !probe.WaitUntil(ctx, next) {
			return false, ctx.Err()
		}
	}
}
