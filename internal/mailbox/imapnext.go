package mailbox

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"
)

const (
	// batch is of how many messages the headers are asked for at once, each
	// cut off at maxHeader.
	batch     = 50
	maxHeader = 8 << 10
)

// Next implements Box.
func (b *imapBox) Next(ctx context.Context) ([]Message, error) {
	if b.client == nil {
		if err := b.connect(ctx); err != nil {
			return nil, err
		}
	}
	var out []Message
	err := b.within(ctx, func(context.Context) error {
		uids, err := b.arrived()
		for len(uids) > 0 && err == nil {
			n := min(len(uids), batch)
			var some []Message
			some, err = b.fetch(uids[:n])
			out, uids = append(out, some...), uids[n:]
		}
		return err
	})
	if err != nil {
		b.drop()
	}
	return out, err
}

// arrived returns the numbers of the messages that were not looked at.
func (b *imapBox) arrived() ([]imap.UID, error) {
	b.conn.refill()
	if err := b.client.Noop().Wait(); err != nil {
		return nil, said("NOOP", err)
	}
	since := imap.UIDSet{}
	since.AddRange(b.next, 0) // 0 stands for *
	data, err := b.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{since}}, nil).Wait()
	if err != nil {
		return nil, said("search", err)
	}
	found, _ := data.All.(imap.UIDSet)
	var uids []imap.UID
	for _, r := range found {
		// The last message is in the range whatever its number.
		for uid := max(r.Start, b.next); uid <= r.Stop && uid >= b.next; uid++ {
			if b.read++; b.read > maxMessages {
				return nil, ErrFlooded
			}
			uids = append(uids, uid)
		}
	}
	return uids, nil
}

// fetch reads the headers of some messages, and of reports the rest.
func (b *imapBox) fetch(uids []imap.UID) ([]Message, error) {
	b.conn.refill()
	header := &imap.FetchItemBodySection{
		Specifier: imap.PartSpecifierHeader, Peek: true, HeaderFields: []string{"Message-ID", "Return-Path", "Content-Type"},
		Partial: &imap.SectionPartial{Size: maxHeader},
	}
	fetched, err := b.sections(imap.UIDSetNum(uids...), header)
	if err != nil {
		return nil, err
	}
	var out []Message
	for _, uid := range uids {
		raw, ok := fetched[uid]
		if !ok {
			continue // removed in between
		}
		if looksLikeReport(raw) {
			b.conn.refill()
			whole, err := b.sections(imap.UIDSetNum(uid), &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: maxMessage}})
			if err != nil {
				return out, err
			}
			raw = whole[uid]
		}
		b.next = max(b.next, uid+1)
		m := Parse(raw)
		m.Place, m.id = fmt.Sprintf("UID %d of %s", uid, b.config.Name), fmt.Sprint(uid)
		out = append(out, m)
	}
	return out, nil
}

func (b *imapBox) sections(set imap.UIDSet, section *imap.FetchItemBodySection) (map[imap.UID][]byte, error) {
	messages, err := b.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, said("fetch", err)
	}
	out := make(map[imap.UID][]byte, len(messages))
	for _, m := range messages {
		if len(m.BodySection) > 0 {
			out[m.UID] = m.BodySection[0].Bytes
		}
	}
	return out, nil
}
