// Package mailbox looks for messages in mailboxes: a Maildir, an mbox file, or
// what a server shows by IMAP or POP3, or Mailpit by HTTP. It reads and does
// not write, but for Delete, which removes the messages it is given.
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
	maxMessages = 10_000  // messages looked at while waiting
	maxListed   = 100_000 // messages looked at that are there already
	maxValue    = 500     // bytes kept of a field
)

// ErrFinal is wrapped by errors that will be the same at the next attempt: a
// folder that is no Maildir, a login that is refused.
var ErrFinal = errors.New("final")

// ErrFlooded is the error for a mailbox into which too much comes. It wraps
// ErrFinal.
var ErrFlooded error = flooding{}

// flooding has its text made when it is read, not when the program starts.
type flooding struct{}

func (flooding) Error() string {
	return fmt.Sprintf("more than %d messages came while waiting", maxMessages)
}
func (flooding) Unwrap() error { return ErrFinal }

// flooded is the error for more messages than are looked at.
func (l *Look) flooded() error {
	if l.Marked {
		return final(fmt.Errorf("the mailbox has more than %d messages", maxListed))
	}
	return ErrFlooded
}

// ErrGone is the error for a message that is there no more.
var ErrGone = errors.New("somebody else has removed it before")

// silent wraps an error without its text.
type silent struct{ error }

func (silent) Error() string   { return "" }
func (s silent) Unwrap() error { return s.error }

// final wraps an error as one that will be the same again.
func final(err error) error { return fmt.Errorf("%w%w", err, silent{ErrFinal}) }

// Look says what is shown of a mailbox.
type Look struct {
	// Folder is a folder of IMAP or a Maildir to look into as well, empty for
	// none. That for spam is found by itself.
	Folder string
	// Marked shows the messages that bear MarkField, those that are there
	// already too, and no others.
	Marked bool
}

// most is how many messages are looked at.
func (l *Look) most() int {
	if l.Marked {
		return maxListed
	}
	return maxMessages
}

// shows reports whether a message is one to show.
func (l *Look) shows(m *Message) bool { return !l.Marked || m.Mark != "" }

// Box is a mailbox that was opened. One goroutine uses it.
type Box interface {
	// Next returns the messages that no earlier call has returned.
	Next(ctx context.Context) ([]Message, error)
	// Read returns a message as it stands in the mailbox, up to most bytes of
	// it. The error is ErrGone where somebody else has removed it.
	Read(ctx context.Context, m *Message, most int) ([]byte, error)
	// Delete removes messages, up to the first that cannot be removed. It may
	// fail where somebody else has removed one before.
	Delete(ctx context.Context, messages ...*Message) error
	// Close ends the use of the mailbox.
	Close() error
}
