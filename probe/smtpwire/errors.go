package smtpwire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// ErrLineBreak is the error for a line that was to be sent and holds CR or
// LF: it would be two commands.
var ErrLineBreak = errors.New("line to be sent holds a CR or LF")

// Kind says what is wrong with a reply.
type Kind uint8

// The kinds of a ReplyError.
const (
	TooLongLine  Kind = iota + 1 // a line is longer than Options.MaxLine
	TooManyLines                 // more lines than Options.MaxLines
	TooManyBytes                 // more octets than Options.MaxBytes
	MixedCodes                   // the lines of one reply have different codes
	NotAReply                    // a line does not begin with a code and a separator
	BadCode                      // the first digit is not 2 to 5
	Truncated                    // the connection ended, or time was over, inside a reply
)

// String returns what the kind means in a few words.
func (k Kind) String() string {
	switch k {
	case TooLongLine:
		return "reply line is too long"
	case TooManyLines:
		return "reply has too many lines"
	case TooManyBytes:
		return "reply is too long"
	case MixedCodes:
		return "reply code changes inside a reply"
	case NotAReply:
		return "not an SMTP reply"
	case BadCode:
		return "reply code does not begin with 2 to 5"
	case Truncated:
		return "reply was cut off"
	}
	return "kind " + strconv.Itoa(int(k))
}

// ReplyError says that bytes arrived that are no reply, or not a whole one.
type ReplyError struct {
	Kind Kind
	// Partial is what arrived, from the beginning of the reply through the
	// line that is wrong. It is never longer than Options.MaxBytes.
	Partial []byte
	// Err is why a truncated reply did not go on: io.EOF, a timeout, or
	// another error of the connection. It is nil for all other kinds.
	Err error
}

func newReplyError(kind Kind, partial []byte, err error) *ReplyError {
	return &ReplyError{Kind: kind, Partial: bytes.Clone(partial), Err: err}
}

// Error returns the kind with the beginning of the line it is about.
func (e *ReplyError) Error() string {
	const most = 64
	line := e.Line()
	dots := ""
	if len(line) > most {
		line, dots = line[:most], "..."
	}
	s := fmt.Sprintf("%s: %q%s", e.Kind, line, dots)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns Err.
func (e *ReplyError) Unwrap() error { return e.Err }

// Line returns the last line of Partial, which is the one that is wrong,
// without its end.
func (e *ReplyError) Line() []byte {
	line := bytes.TrimSuffix(e.Partial, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	return line[bytes.LastIndexByte(line, '\n')+1:]
}
