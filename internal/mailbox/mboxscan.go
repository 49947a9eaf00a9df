package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"strings"

	"mxprobe/internal/letter"
)

// An entry is a message in an mbox file.
type entry struct {
	at, end int64 // where it begins, with its From_ line, and ends
	id      uint64
	raw     []byte // without the From_ line, up to a bound
}

// scanner goes through an mbox file (RFC 4155), message by message. A message
// begins with a line "From " at the start of the file or behind an empty line.
// Where a line of the text begins so, the writer has put > before it (mboxrd);
// that one is taken off. Everything is passed over up to the first message.
type scanner struct {
	in   *bufio.Reader
	at   int64 // of what is read next
	most int   // bytes kept of a message
	seed maphash.Seed
	// from is where the message begins whose From_ line was read; -1 at first.
	from int64
	line string // that line
}

func newScanner(in io.Reader, at int64, most int, seed maphash.Seed) *scanner {
	return &scanner{in: bufio.NewReaderSize(in, 64<<10), at: at, most: most, seed: seed, from: -1}
}

// next returns the next message. The error is io.EOF at the end of the file.
func (s *scanner) next() (entry, error) {
	if s.from < 0 {
		if err := s.begin(); err != nil {
			return entry{}, err
		}
	}
	e := entry{at: s.from}
	var id maphash.Hash
	id.SetSeed(s.seed)
	_, _ = id.WriteString(s.line)
	header, blank := true, false
	for {
		start := s.at
		line, err := s.read()
		if len(line) > 0 {
			if blank && isFrom(line) {
				s.from, s.line = start, string(line)
				e.end, e.id = start, id.Sum64()
				return e, nil
			}
			blank = len(bytes.TrimRight(line, "\r\n")) == 0
			header = header && !blank
			if header && !changes(line) {
				_, _ = id.Write(line)
			}
			e.raw = append(e.raw, letter.Unquoted(line)[:min(len(letter.Unquoted(line)), s.most-len(e.raw))]...)
		}
		if err != nil {
			s.from = -1
			e.end, e.id = s.at, id.Sum64()
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return e, err
		}
	}
}

// begin passes over what stands before the first message.
func (s *scanner) begin() error {
	for blank := true; ; {
		start := s.at
		line, err := s.read()
		if blank && isFrom(line) {
			s.from, s.line = start, string(line)
			return nil
		}
		if err != nil {
			return err
		}
		blank = len(bytes.TrimRight(line, "\r\n")) == 0
	}
}

// read returns a line, or the first piece of one that is very long.
func (s *scanner) read() ([]byte, error) {
	line, err := s.in.ReadSlice('\n')
	s.at += int64(len(line))
	if errors.Is(err, bufio.ErrBufferFull) {
		err = nil
	}
	return line, err
}

func isFrom(line []byte) bool { return bytes.HasPrefix(line, []byte("From ")) }

// changes reports a field that readers of mail write into an mbox file.
func changes(line []byte) bool {
	name, _, _ := bytes.Cut(line, []byte(":"))
	switch strings.ToLower(string(name)) {
	case "status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "content-length", "lines":
		return true
	}
	return false
}
