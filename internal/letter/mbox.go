package letter

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// MaxMessage is how much is read of a message; the rest of it is left out.
const MaxMessage = 4 << 20

// maxMboxLine is the longest line of a mailbox that is kept in one piece.
const maxMboxLine = 64 << 10

// IsMbox reports whether a text begins as a mailbox file does (RFC 4155).
func IsMbox(begin []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(begin, "\r\n"), []byte("\n"))
	return isFrom(line)
}

// isFrom reports whether a line separates messages: "From ", an address or a
// dash, and a date.
func isFrom(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) && len(line) < 500 && bytes.Count(line, []byte(":")) >= 1 && len(bytes.Fields(line)) >= 6
}

// Mbox yields the messages of a mailbox file, each up to [MaxMessage]. A line
// "From " within a message has a mark of quotation, one or more, which is
// taken off.
func Mbox(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		in := bufio.NewReaderSize(r, maxMboxLine)
		var message []byte
		started, blank := false, true
		for {
			line, err := in.ReadSlice('\n')
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
				yield(nil, err)
				return
			}
			switch {
			case blank && isFrom(line):
				if started && !yield(message, nil) {
					return
				}
				message, started = nil, true
			case len(message) < MaxMessage:
				message = append(message, Unquoted(line)...)
			}
			blank = len(bytes.TrimRight(line, "\r\n")) == 0
			if errors.Is(err, io.EOF) {
				break
			}
		}
		if started || len(bytes.TrimSpace(message)) > 0 {
			yield(message, nil)
		}
	}
}

// Unquoted takes one mark off a line of a mailbox file that had to be marked,
// since it begins as one that separates messages (mboxrd).
func Unquoted(line []byte) []byte {
	if rest := bytes.TrimLeft(line, ">"); len(rest) < len(line) && bytes.HasPrefix(rest, []byte("From ")) {
		return line[1:]
	}
	return line
}
