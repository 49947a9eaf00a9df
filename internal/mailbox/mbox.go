package mailbox

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"strconv"
)

// ErrReadOnly is the error for a removal from an mbox file, which would have
// to be written anew. It wraps ErrFinal.
var ErrReadOnly error = readOnly{}

type readOnly struct{}

func (readOnly) Error() string { return "an mbox file is only read, nothing is removed from it" }
func (readOnly) Unwrap() error { return ErrFinal }

// maxListedMbox bounds the messages of an mbox file.
const maxListedMbox = 1_000_000

// OpenMbox opens an mbox file. What is in it already is passed over. The error
// wraps ErrFinal where there is no such file.
func OpenMbox(ctx context.Context, file string) (Box, error) {
	m := &mbox{file: file, seen: make(map[uint64]bool), seed: maphash.MakeSeed()}
	err := m.look(ctx, func(e *entry) error {
		m.seen[e.id] = true
		return nil
	})
	if err == nil && m.info != nil && m.info.Size() > 0 && m.last.end == 0 {
		err = m.wrap(errors.New("not an mbox file, for no message begins in it"))
	}
	if err != nil {
		return nil, final(err)
	}
	return m, nil
}

// mbox is an mbox file. Only what is behind the message that was looked at last
// is read, unless a reader of mail has written the file anew: then all of it,
// and messages are known by their From_ line and header.
type mbox struct {
	file string
	seed maphash.Seed
	seen map[uint64]bool
	read int
	info os.FileInfo // of the latest look; nil before the first
	last entry       // the message that was looked at last, without its text
}

// look goes through the messages that may be new. One that is being written,
// or a file that somebody has locked, is left to the next look.
func (m *mbox) look(ctx context.Context, each func(*entry) error) error {
	file, info, err := m.open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if m.info != nil && os.SameFile(m.info, info) && m.info.Size() == info.Size() && m.info.ModTime().Equal(info.ModTime()) {
		return nil
	}
	if _, err := os.Lstat(m.file + ".lock"); err == nil || !readLock(file) {
		return nil
	}
	at, err := m.from(file, info)
	if err != nil {
		return err
	}
	if _, err := file.Seek(at, io.SeekStart); err != nil {
		return m.wrap(err)
	}
	if err := m.through(ctx, newScanner(file, at, maxMessage, m.seed), each); err != nil {
		return err
	}
	m.info = info
	return nil
}

func (m *mbox) through(ctx context.Context, s *scanner, each func(*entry) error) error {
	for {
		e, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return m.wrap(err)
		case ctx.Err() != nil:
			return ctx.Err()
		case len(m.seen) >= maxListedMbox:
			return final(fmt.Errorf("%s has more than %d messages", m.file, maxListedMbox))
		}
		if !m.seen[e.id] {
			if err := each(&e); err != nil {
				return err
			}
		}
		e.raw = nil
		m.last = e
	}
}

// from returns where to begin: behind the message that was looked at last,
// where that still stands there.
func (m *mbox) from(file *os.File, info os.FileInfo) (int64, error) {
	if m.info == nil || !os.SameFile(m.info, info) || info.Size() < m.last.end {
		return 0, nil
	}
	if _, err := file.Seek(m.last.at, io.SeekStart); err != nil {
		return 0, m.wrap(err)
	}
	e, err := newScanner(file, m.last.at, 0, m.seed).next()
	if err != nil || e.at != m.last.at || e.id != m.last.id || e.end != m.last.end {
		return 0, nil
	}
	return m.last.end, nil
}

// open opens the file, which must be one.
func (m *mbox) open() (*os.File, os.FileInfo, error) {
	file, err := os.OpenFile(m.file, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, nil, m.wrap(err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not an mbox file")
	}
	if err != nil {
		_ = file.Close()
		return nil, nil, m.wrap(err)
	}
	return file, info, nil
}

func (m *mbox) wrap(err error) error { return fmt.Errorf("%s: %w", m.file, cause(err)) }

// Next implements Box.
func (m *mbox) Next(ctx context.Context) ([]Message, error) {
	var out []Message
	err := m.look(ctx, func(e *entry) error {
		if m.read++; m.read > maxMessages {
			return ErrFlooded
		}
		msg := Parse(e.raw)
		msg.Place, msg.id = fmt.Sprintf("byte %d of %s", e.at, m.file), strconv.FormatUint(e.id, 10)
		m.seen[e.id] = true
		out = append(out, msg)
		return nil
	})
	return out, err
}

// Read implements Box.
func (m *mbox) Read(ctx context.Context, msg *Message, most int) ([]byte, error) {
	file, _, err := m.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	for s := newScanner(file, 0, most, m.seed); ; {
		e, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil, ErrGone
		case err != nil:
			return nil, m.wrap(err)
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case strconv.FormatUint(e.id, 10) == msg.id:
			return e.raw, nil
		}
	}
}

// Delete implements Box.
func (m *mbox) Delete(context.Context, ...*Message) error { return ErrReadOnly }

// Close implements Box. The file is open during a look alone.
func (m *mbox) Close() error { return nil }
