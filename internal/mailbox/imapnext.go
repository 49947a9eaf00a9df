package mailbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"mxprobe/internal/mailbox/imap"
)

const (
	// batch is of how many messages the headers are asked for at once, each
	// cut off at maxHeader.
	batch     = 50
	maxHeader = 32 << 10
)

// Next implements Box.
func (b *imapBox) Next(ctx context.Context) ([]Message, error) {
	if b.conn == nil {
		if err := b.connect(ctx); err != nil {
			return nil, err
		}
	}
	var out []Message
	for _, f := range b.folders {
		uids, err := b.arrived(ctx, f)
		for len(uids) > 0 && err == nil {
			n := min(len(uids), batch)
			var some []Message
			some, err = b.fetch(ctx, f, uids[:n])
			out, uids = append(out, some...), uids[n:]
		}
		if err != nil {
			b.drop()
			return out, said(err)
		}
	}
	return out, nil
}

// arrived returns the numbers of the messages that were not looked at.
func (b *imapBox) arrived(ctx context.Context, f *imapFolder) ([]uint32, error) {
	var err error
	if b.at == f {
		err = b.conn.Noop(ctx)
	} else {
		err = b.open(ctx, f, true)
	}
	if err != nil {
		return nil, err
	}
	field := ""
	if b.config.Marked {
		field = MarkField
	}
	uids, err := b.conn.Since(ctx, f.next, b.config.most()-b.read, field)
	if errors.Is(err, imap.ErrTooMany) {
		return nil, b.config.flooded()
	}
	return uids, err
}

// fetch reads the headers of some messages, and of reports the rest.
func (b *imapBox) fetch(ctx context.Context, f *imapFolder, uids []uint32) ([]Message, error) {
	fetched, err := b.conn.Header(ctx, uids, maxHeader)
	if err != nil {
		return nil, err
	}
	var out []Message
	for _, uid := range uids {
		raw, ok := fetched[uid]
		if ok && mayReport(raw) {
			if raw, err = b.conn.Message(ctx, uid, maxMessage); err != nil {
				return out, err
			}
		}
		b.read++
		f.next = max(f.next, uid+1)
		if raw == nil {
			continue // removed in between
		}
		m := Parse(raw)
		m.Place, m.Folder, m.id = fmt.Sprintf("UID %d of %s", uid, cmp.Or(f.shown, b.config.Name)), f.shown, fmt.Sprint(uid)
		if b.config.shows(&m) {
			out = append(out, m)
		}
	}
	return out, nil
}
