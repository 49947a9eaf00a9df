package imap

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Folder is a mailbox as it was when it was opened.
type Folder struct {
	// Validity is of the UIDs; they mean the same while it stays the same.
	Validity uint32
	// Next is the UID that the next message has at least.
	Next uint32
}

// Examine opens a mailbox, whose name is as EncodeName writes it, without
// changing it.
func (c *Conn) Examine(ctx context.Context, name string) (Folder, error) {
	return c.open(ctx, "EXAMINE", name)
}

// Select opens a mailbox in which messages may be removed.
func (c *Conn) Select(ctx context.Context, name string) (Folder, error) {
	return c.open(ctx, "SELECT", name)
}

func (c *Conn) open(ctx context.Context, verb, name string) (Folder, error) {
	var f Folder
	arg, err := argument(name)
	if err != nil {
		return f, err
	}
	err = c.command(ctx, call{what: "mailbox", line: verb + " " + arg, see: func(r *response) error {
		if !r.status() {
			return nil
		}
		code, value, _ := r.code()
		n, err := strconv.ParseUint(value, 10, 32)
		switch {
		case err != nil:
		case code == "UIDVALIDITY":
			f.Validity = uint32(n)
		case code == "UIDNEXT":
			f.Next = uint32(n)
		}
		return nil
	}})
	return f, err
}

// Noop lets the server tell what is new.
func (c *Conn) Noop(ctx context.Context) error {
	return c.command(ctx, call{what: "NOOP", line: "NOOP"})
}

// ErrTooMany is the error for a search that finds more than its caller takes.
var ErrTooMany = errors.New("the server finds too many messages")

// Since returns the UIDs of the messages from one on, in order, that have a
// field, or all where field is empty. The error is ErrTooMany where there are
// more than most.
func (c *Conn) Since(ctx context.Context, from uint32, most int, field string) ([]uint32, error) {
	var uids []uint32
	line := fmt.Sprintf("UID SEARCH UID %d:*", from)
	if field != "" {
		line += " HEADER " + field + ` ""`
	}
	err := c.command(ctx, call{what: "search", line: line, see: func(r *response) error {
		var err error
		switch r.kind {
		case "SEARCH":
			uids, err = found(uids, string(r.rest), from, most)
		case "ESEARCH":
			uids, err = found(uids, extended(r.rest), from, most)
		}
		return err
	}})
	slices.Sort(uids)
	return slices.Compact(uids), err
}

// found reads what SEARCH, or ALL of ESEARCH, lists: numbers, and ranges of
// them. The last message is found whatever its number (RFC 9051 section 9,
// seq-range), so that smaller ones are passed over.
func found(uids []uint32, list string, from uint32, most int) ([]uint32, error) {
	for item := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ' ' || r == ',' }) {
		first, last, isRange := strings.Cut(item, ":")
		if !isRange {
			last = first
		}
		low, err := strconv.ParseUint(first, 10, 32)
		high, err2 := strconv.ParseUint(last, 10, 32)
		if err != nil || err2 != nil {
			if strings.HasPrefix(item, "(") {
				return uids, nil // MODSEQ, which nobody asked for (RFC 7162)
			}
			return uids, errors.New("the server lists what is no number")
		}
		if low > high {
			low, high = high, low
		}
		for uid := max(low, uint64(from)); uid <= high; uid++ {
			if len(uids) == most {
				return uids, ErrTooMany
			}
			uids = append(uids, uint32(uid))
		}
	}
	return uids, nil
}

// extended returns what ESEARCH lists (RFC 9051 section 7.3.4).
func extended(data []byte) string {
	l := lexer{data}
	for t := l.next(); t.kind != end; t = l.next() {
		l.pass(t)
		if t.kind == atom && strings.EqualFold(string(t.text), "ALL") {
			return string(l.next().text)
		}
	}
	return ""
}

// EncodeName writes a name of a mailbox in modified UTF-7 (RFC 3501 section
// 5.1.3), which every server knows.
func EncodeName(name string) string {
	var out strings.Builder
	var wide []rune
	flush := func() {
		if len(wide) == 0 {
			return
		}
		var b []byte
		for _, u := range utf16.Encode(wide) {
			b = append(b, byte(u>>8), byte(u))
		}
		text := base64.RawStdEncoding.EncodeToString(b)
		out.WriteString("&" + strings.ReplaceAll(text, "/", ",") + "-")
		wide = wide[:0]
	}
	for _, r := range name {
		if r < ' ' || r > '~' {
			wide = append(wide, r)
			continue
		}
		flush()
		if out.WriteRune(r); r == '&' {
			out.WriteByte('-')
		}
	}
	flush()
	return out.String()
}
