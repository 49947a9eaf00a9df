package imap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Header reads the header of messages, up to most bytes of each, and returns
// it by UID. Messages that are gone are missing. Nothing is marked as read.
func (c *Conn) Header(ctx context.Context, uids []uint32, most int) (map[uint32][]byte, error) {
	return c.fetch(ctx, uids, "HEADER", most)
}

// Message reads one message, up to most bytes of it; nil where it is gone.
func (c *Conn) Message(ctx context.Context, uid uint32, most int) ([]byte, error) {
	got, err := c.fetch(ctx, []uint32{uid}, "", most)
	return got[uid], err
}

func (c *Conn) fetch(ctx context.Context, uids []uint32, section string, most int) (map[uint32][]byte, error) {
	out := make(map[uint32][]byte, len(uids))
	err := c.command(ctx, call{
		what: "fetch", data: len(uids) * most,
		line: fmt.Sprintf("UID FETCH %s (UID BODY.PEEK[%s]<0.%d>)", set(uids), section, most),
		see: func(r *response) error {
			if r.kind != "FETCH" {
				return nil
			}
			uid, text, ok := fetched(r.rest, "BODY["+section+"]")
			switch {
			case !ok || !slices.Contains(uids, uid):
				return nil // somebody changed flags
			case len(text) > most:
				return errors.New("the server sends more of a message than was asked for")
			}
			out[uid] = bytes.Clone(text)
			return nil
		},
	})
	return out, err
}

// fetched finds a part of a message in the data of FETCH (RFC 9051 section
// 7.5.2); ok is false where it, or the UID, is not there.
func fetched(data []byte, part string) (uid uint32, text []byte, ok bool) {
	l := lexer{data}
	if l.next().kind != open {
		return 0, nil, false
	}
	for name := l.next(); name.kind == atom; name = l.next() {
		value := l.next()
		item, _, _ := strings.Cut(strings.ToUpper(string(name.text)), "<")
		switch {
		case item == "UID":
			n, err := strconv.ParseUint(string(value.text), 10, 32)
			if err != nil {
				return 0, nil, false
			}
			uid = uint32(n)
		case item == part && value.kind == str:
			text, ok = value.text, true
		case item == part && strings.EqualFold(string(value.text), "NIL"):
			ok = true
		default:
			l.pass(value)
		}
	}
	return uid, text, ok && uid != 0
}

// set writes UIDs in order as a sequence set.
func set(uids []uint32) string {
	var out []byte
	for i := 0; i < len(uids); {
		first, last := uids[i], uids[i]
		for i++; i < len(uids) && uids[i] == last+1; i++ {
			last++
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendUint(out, uint64(first), 10)
		if last > first {
			out = strconv.AppendUint(append(out, ':'), uint64(last), 10)
		}
	}
	return string(out)
}

// ErrOnlyMarked is the error for a server that cannot remove one message and
// leave others that are marked for it (RFC 4315).
var ErrOnlyMarked = errors.New("delete: the server can only mark it as deleted (no UIDPLUS)")

// Delete removes one message of a mailbox that was opened with Select. Without
// UIDPLUS it is marked alone, with ErrOnlyMarked: EXPUNGE would remove what
// others have marked too.
func (c *Conn) Delete(ctx context.Context, uid uint32) error {
	if err := c.command(ctx, call{what: "delete", line: fmt.Sprintf(`UID STORE %d +FLAGS.SILENT (\Deleted)`, uid)}); err != nil {
		return err
	}
	for _, name := range []string{"UIDPLUS", "IMAP4REV2"} {
		can, err := c.Can(ctx, name)
		if err != nil {
			return err
		}
		if can {
			return c.command(ctx, call{what: "delete", line: fmt.Sprintf("UID EXPUNGE %d", uid)})
		}
	}
	return ErrOnlyMarked
}
