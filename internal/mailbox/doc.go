// Package mailbox looks for messages in mailboxes: a Maildir, an mbox file, or
// what a server shows by IMAP or POP3, or Mailpit by HTTP. It reads and does
// not write, but for Delete, which removes the one message it is given.
//
// What stands in a mailbox was sent by anybody. Of a message 1 MiB is read, of
// a field 500 bytes are kept, and a mailbox into which more than 10,000
// messages come while somebody waits is given up.
package mailbox

import (
	"context"
	"errors"
	"fmt"
)

// Limits on what is read. They are far beyond what anybody waits for.
const (
	maxMessage  = 1 << 20 // bytes read of a message
	maxMessages = 10_000  // messages looked at
	maxValue    = 500     // bytes kept of a field
)

// ErrFinal is wrapped by errors that will be the same at the next attempt: a
// folder that is no Maildir, a login that is refused.
var ErrFinal = errors.New("final")

// ErrFlooded is the error for a mailbox into which too much comes. It wraps
// ErrFinal.
var ErrFlooded = fmt.Errorf("more than %d messages came while waiting%w", maxMessages, silent{ErrFinal})

// ErrGone is the error for a message that is there no more.
var ErrGone = errors.New("somebody else has removed it before")

// silent wraps an error without its text.
type silent struct{ error }

func (silent) Error() string   { return "" }
func (s silent) Unwrap() error { return s.error }

// final wraps an error as one that will be the same again.
func final(err error) error { return fmt.Errorf("%w%w", err, silent{ErrFinal}) }

// Box is a mailbox that was opened. One goroutine uses it.
type Box interface {
	// Next returns the messages that no earlier call has returned.
	Next(ctx context.Context) ([]Message, error)
	// Read returns a message as it stands in the mailbox, up to most bytes of
	// it. The error is ErrGone where somebody else has removed it.
	Read(ctx context.Context, m *Message, most int) ([]byte, error)
	// Delete removes one message. It may fail where somebody else has removed
	// it before.
	Delete(ctx context.Context, m *Message) error
	// Close ends the use of the mailbox.
	Close() error
}
