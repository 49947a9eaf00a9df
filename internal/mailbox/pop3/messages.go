package pop3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Entry is a message in the list of a session.
type Entry struct {
	// Number is that of the message in this session.
	Number int
	// UID stays the same from session to session (RFC 1939 section 7); it is
	// foreign.
	UID string
}

// ErrTooMany is the error for a mailbox with more than MaxMessages.
var ErrTooMany = fmt.Errorf("the mailbox has more than %d messages", MaxMessages)

// List returns the messages of the mailbox.
func (c *Conn) List(ctx context.Context) ([]Entry, error) {
	var out []Entry
	err := c.exchange(ctx, "list", "UIDL", 0, func(string) error {
		return c.lines(func(line []byte) error {
			first, rest, _ := bytes.Cut(line, []byte(" "))
			n, err := strconv.ParseUint(string(first), 10, 31)
			uid := string(bytes.TrimSpace(rest))
			// RFC 1939 section 7 has 70 characters; some have more.
			if err != nil || n == 0 || uid == "" || len(uid) > 500 {
				return errors.New("the server lists what is no message")
			}
			if len(out) == MaxMessages {
				return ErrTooMany
			}
			out = append(out, Entry{int(n), uid})
			return nil
		})
	})
	return out, err
}

// Top reads the header of a message and some lines of its text, up to most
// bytes. Servers without TOP, which is optional, are asked for the whole
// message.
func (c *Conn) Top(ctx context.Context, number, lines, most int) ([]byte, error) {
	text, err := c.text(ctx, fmt.Sprintf("TOP %d %d", number, lines), most)
	var no *StatusError
	if errors.As(err, &no) {
		return c.Message(ctx, number, most)
	}
	return text, err
}

// Message reads a message, up to most bytes of it.
func (c *Conn) Message(ctx context.Context, number, most int) ([]byte, error) {
	return c.text(ctx, fmt.Sprintf("RETR %d", number), most)
}

// text reads a message and keeps most bytes of it.
func (c *Conn) text(ctx context.Context, line string, most int) ([]byte, error) {
	var out []byte
	err := c.exchange(ctx, "message", line, most, func(string) error {
		return c.lines(func(line []byte) error {
			out = append(out, line[:min(len(line), most-len(out))]...)
			out = append(out, "\r\n"[:min(2, most-len(out))]...)
			return nil
		})
	})
	return out, err
}

// Delete marks a message; Quit removes it.
func (c *Conn) Delete(ctx context.Context, number int) error {
	_, err := c.command(ctx, "delete", fmt.Sprintf("DELE %d", number))
	return err
}
