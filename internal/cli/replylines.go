package cli

import (
	"bufio"
	"io"
	"strings"
)

// replyLines reads replies from a stream: a line each, or several lines of one
// reply, "550-..." to "550 ...".
type replyLines struct {
	in     *bufio.Reader
	number int
	kept   string // a line that was read too far
}

// maxReplyLines bounds how many lines are taken for one reply.
const maxReplyLines = 100

func newReplyLines(in io.Reader) *replyLines {
	return &replyLines{in: bufio.NewReaderSize(in, 64<<10)}
}

// next returns the next reply and the number of its first line; empty lines
// are left out. The error is io.EOF at the end.
func (r *replyLines) next() (text string, number int, err error) {
	for strings.TrimSpace(text) == "" {
		if text, err = r.line(); err != nil {
			return "", 0, err
		}
	}
	number = r.number
	code := goesOn(text)
	for range maxReplyLines {
		if code == "" {
			break
		}
		more, err := r.line()
		if err != nil {
			break
		}
		if !strings.HasPrefix(strings.TrimSpace(more), code) {
			r.kept = more
			r.number--
			break
		}
		text += "\n" + more
		if goesOn(more) == "" {
			break
		}
	}
	return text, number, nil
}

// goesOn returns the reply code of a line that is not the last of its reply.
func goesOn(line string) string {
	line = strings.TrimSpace(line)
	if len(line) < 4 || line[3] != '-' || line[0] < '2' || line[0] > '5' || strings.Trim(line[:3], "0123456789") != "" {
		return ""
	}
	// The lines of a reply that were joined into one end it themselves.
	if strings.Contains(line[4:], line[:3]+" ") {
		return ""
	}
	return line[:3]
}

// line returns the next line without its end, cut off where it is longer than
// the buffer.
func (r *replyLines) line() (string, error) {
	if r.kept != "" {
		line := r.kept
		r.kept = ""
		r.number++
		return line, nil
	}
	b, more, err := r.in.ReadLine()
	if err != nil {
		return "", err
	}
	line := string(b)
	for more && err == nil {
		_, more, err = r.in.ReadLine()
	}
	r.number++
	return line, nil
}
