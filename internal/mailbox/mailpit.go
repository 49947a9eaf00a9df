package mailbox

import (
	"context"
	"errors"
	"maps"
	"slices"

	"mxprobe/internal/mailbox/mailpit"
)

// page is how many messages are asked for at once.
const page = 500

// OpenMailpit looks at the list of a Mailpit. What is in it already is passed
// over. The error wraps ErrFinal where the server says no.
func OpenMailpit(ctx context.Context, config Server) (Box, error) {
	b := &pitBox{look: config.Look, seen: make(map[string]bool), client: mailpit.New(mailpit.Config{
		Base: config.Name, User: config.User, Password: config.Password, TLS: config.TLS, Dial: config.Dial,
	})}
	entries, err := b.arrived(ctx, maxListed)
	if err != nil {
		return nil, err
	}
	if b.look.Marked {
		b.forget(entries)
	}
	return b, nil
}

type pitBox struct {
	client *mailpit.Client
	look   Look
	seen   map[string]bool // by ID
	read   int
}

// arrived returns the messages that were not looked at, the oldest first, and
// no more than most. It asks for pages until one has nothing new.
func (b *pitBox) arrived(ctx context.Context, most int) ([]mailpit.Entry, error) {
	var out []mailpit.Entry
	fresh := make(map[string]bool)
	for start := 0; ; start += page {
		entries, err := b.client.List(ctx, start, page)
		if err != nil {
			return nil, unanswered(err)
		}
		before := len(out)
		for _, e := range entries {
			if !b.seen[e.ID] && !fresh[e.ID] {
				fresh[e.ID] = true
				out = append(out, e)
			}
		}
		if len(out) > most {
			return nil, b.look.flooded()
		}
		if len(out) == before || len(entries) < page {
			break
		}
	}
	maps.Copy(b.seen, fresh)
	slices.Reverse(out)
	return out, nil
}

// unanswered marks an error that will be the same again.
func unanswered(err error) error {
	var status *mailpit.StatusError
	if errors.As(err, &status) && status.Final() || badCertificate(err) {
		return final(err)
	}
	return err
}

// Next implements Box.
func (b *pitBox) Next(ctx context.Context) ([]Message, error) {
	entries, err := b.arrived(ctx, b.look.most()-b.read)
	var out []Message
	for _, e := range entries {
		var raw []byte
		if err == nil {
			raw, err = b.client.Message(ctx, e.ID, maxMessage)
		}
		switch {
		case err != nil:
			b.forget([]mailpit.Entry{e})
		case raw != nil:
			b.read++
			m := Parse(raw)
			m.Place, m.id = "message "+e.ID+" of Mailpit", e.ID
			if b.look.shows(&m) {
				out = append(out, m)
			}
		}
	}
	return out, unanswered(err)
}

// forget lets messages be looked at the next time.
func (b *pitBox) forget(entries []mailpit.Entry) {
	for _, e := range entries {
		delete(b.seen, e.ID)
	}
}

// Read implements Box.
func (b *pitBox) Read(ctx context.Context, m *Message, most int) ([]byte, error) {
	raw, err := b.client.Message(ctx, m.id, most)
	if err == nil && raw == nil {
		return nil, ErrGone
	}
	return raw, err
}

// Delete implements Box.
func (b *pitBox) Delete(ctx context.Context, messages ...*Message) error {
	for _, m := range messages {
		if err := b.client.Delete(ctx, m.id); err != nil {
			return err
		}
	}
	return nil
}

// Close implements Box. Nothing is kept open between two looks.
func (b *pitBox) Close() error { return nil }
