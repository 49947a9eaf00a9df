package mailbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"mxprobe/internal/mailbox/pop3"
)

const (
	// loginPause is between two sessions at least: each is a login, and keeps
	// others out of the mailbox.
	loginPause = time.Second
	// maxLoginPause is the longest that a server may ask for.
	maxLoginPause = time.Minute
	// reportLines are read of the text of a report: what it says comes first,
	// then what it returns of the message.
	reportLines = 2000
)

// OpenPOP3 logs in and takes down what is in the mailbox already, which is
// passed over. A session shows no more than was there when it began, so that
// each look is one of its own. The error wraps ErrFinal where the server says
// no.
func OpenPOP3(ctx context.Context, config Server) (Box, error) {
	b := &popBox{config: config, seen: make(map[string]bool)}
	err := b.session(ctx, func(conn *pop3.Conn) error {
		entries, err := conn.List(ctx)
		for _, e := range entries {
			b.seen[e.UID] = !config.Marked
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	b.opened = true
	return b, nil
}

type popBox struct {
	config Server
	seen   map[string]bool // by UID
	read   int
	last   time.Time // of the latest login
	pause  time.Duration
	opened bool
}

// session logs in, does something, and ends the session with QUIT.
func (b *popBox) session(ctx context.Context, do func(*pop3.Conn) error) error {
	if err := b.rest(ctx); err != nil {
		return err
	}
	nc, err := b.config.Dial(ctx)
	if err != nil {
		return err
	}
	conn, err := pop3.New(ctx, nc, b.config.atOnce())
	if err != nil {
		return b.said(err)
	}
	b.last = time.Now()
	if err = b.logIn(ctx, conn); err == nil {
		err = do(conn)
	}
	if err != nil {
		_ = conn.Close() // without QUIT nothing is removed
		return b.said(err)
	}
	return b.said(conn.Quit(ctx))
}

// rest waits until the server may be bothered again.
func (b *popBox) rest(ctx context.Context) error {
	if b.last.IsZero() {
		return nil
	}
	timer := time.NewTimer(time.Until(b.last.Add(max(b.pause, loginPause))))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// logIn logs in under TLS, or without it where that is allowed and there is
// none.
func (b *popBox) logIn(ctx context.Context, conn *pop3.Conn) error {
	if !conn.Secure() {
		_, offered, err := conn.Can(ctx, "STLS")
		switch {
		case err != nil:
			return err
		case offered:
			if err := conn.StartTLS(ctx, b.config.TLS); err != nil {
				return err
			}
		case !b.config.AllowClear:
			return errInClear("STLS")
		}
	}
	words, delays, err := conn.Can(ctx, "LOGIN-DELAY")
	if err != nil {
		return err
	}
	if delays && len(words) > 0 {
		if n, err := strconv.ParseUint(words[0], 10, 31); err == nil {
			b.pause = time.Duration(n) * time.Second
		}
	}
	if b.pause > maxLoginPause {
		return final(fmt.Errorf("login: the server allows one in %v only (LOGIN-DELAY), which is too few to wait for something", b.pause))
	}
	return conn.LogIn(ctx, b.config.User, b.config.Password)
}

// said marks an error that will be the same again. After the first login a
// refusal may be a mailbox that is locked by somebody else.
func (b *popBox) said(err error) error {
	var no *pop3.StatusError
	switch {
	case errors.As(err, &no):
		switch no.Code {
		case "IN-USE", "LOGIN-DELAY", "SYS/TEMP":
			return err
		}
		if !b.opened || no.Code == "AUTH" || no.Code == "SYS/PERM" {
			return final(err)
		}
	case badCertificate(err), errors.Is(err, pop3.ErrNoWay), errors.Is(err, pop3.ErrTooMany):
		return final(err)
	}
	return err
}

// Next implements Box.
func (b *popBox) Next(ctx context.Context) ([]Message, error) {
	var out []Message
	err := b.session(ctx, func(conn *pop3.Conn) error {
		entries, err := conn.List(ctx)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if b.seen[e.UID] {
				continue
			}
			if b.read++; b.read > b.config.most() {
				return b.config.flooded()
			}
			raw, err := conn.Top(ctx, e.Number, 0, maxHeader)
			if err == nil && mayReport(raw) {
				raw, err = conn.Top(ctx, e.Number, reportLines, maxMessage)
			}
			if err != nil {
				return err
			}
			b.seen[e.UID] = true
			m := Parse(raw)
			m.Place, m.id = "UIDL "+e.UID, e.UID
			if b.config.shows(&m) {
				out = append(out, m)
			}
		}
		return nil
	})
	return out, err
}

// Read implements Box.
func (b *popBox) Read(ctx context.Context, m *Message, most int) (raw []byte, err error) {
	err = b.with(ctx, []*Message{m}, func(conn *pop3.Conn, number int) error {
		raw, err = conn.Message(ctx, number, most)
		return err
	})
	return raw, err
}

// Delete implements Box: the end of the session removes the messages.
func (b *popBox) Delete(ctx context.Context, messages ...*Message) error {
	return b.with(ctx, messages, func(conn *pop3.Conn, number int) error { return conn.Delete(ctx, number) })
}

// with does something with messages, which have other numbers in each session.
func (b *popBox) with(ctx context.Context, messages []*Message, do func(*pop3.Conn, int) error) error {
	return b.session(ctx, func(conn *pop3.Conn) error {
		entries, err := conn.List(ctx)
		if err != nil {
			return err
		}
		numbers := make(map[string]int, len(entries))
		for _, e := range entries {
			numbers[e.UID] = e.Number
		}
		for _, m := range messages {
			number, ok := numbers[m.id]
			if !ok {
				return ErrGone
			}
			if err := do(conn, number); err != nil {
				return err
			}
		}
		return nil
	})
}

// Close implements Box. No session is open between two looks.
func (b *popBox) Close() error { return nil }
