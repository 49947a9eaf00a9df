// Package draft makes the text of a message out of what a step of a scenario says:
// variables, header fields, attachments, a signature, and what is missing.
package draft

import (
	"bytes"
	"crypto"
	"strings"
	"sync"
	"time"

	"mxprobe/internal/compose"
	"mxprobe/probe/peer"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// Draft is what makes the text of a message out of what a step says.
type Draft struct {
	Lookup scenarios.Lookup
	Key    crypto.Signer // that the message is signed with, if it is
	To     []string      // recipients of the envelope
	// Date and ID go into the fields Date and Message-ID where the text has
	// none: attempts of one dialogue share both, since greylisting must see the
	// same message again.
	Date time.Time
	ID   string // of Message-ID, before the at sign

	// Room is where the text is put together; nil stands for memory of its own.
	// What is made in it is good until the next text is made there.
	Room *Room
}

// Room is memory that a text is made in, and a piece of it as it is sent.
type Room struct {
	// Wire is for whoever sends the text.
	Wire []byte

	text, complete []byte
	whole          [1][]byte // what Parts returns for a message in one piece
}

// Rooms are those that nobody needs at the moment, for many goroutines at once.
// Few sessions make a text at a time, however many wait for an answer.
type Rooms struct{ pool sync.Pool }

// maxRoom is the largest buffer that is kept in a room.
const maxRoom = 16 << 10

// Get returns a room with nothing in it.
func (s *Rooms) Get() *Room {
	if r, ok := s.pool.Get().(*Room); ok {
		return r
	}
	return new(Room)
}

// Put takes a room back, and clears it.
func (s *Rooms) Put(r *Room) {
	for _, b := range []*[]byte{&r.Wire, &r.text, &r.complete} {
		if clear((*b)[:cap(*b)]); cap(*b) > maxRoom {
			*b = nil
		}
	}
	r.whole[0] = nil
	s.pool.Put(r)
}

// room is where the text is put together.
func (d *Draft) room() *Room {
	if d.Room == nil {
		d.Room = &Room{}
	}
	return d.Room
}

// Text returns the text of a message or body: with its variables put in and,
// unless it is a body, all that the step says beside the text, and the missing
// fields.
func (d *Draft) Text(step *scenarios.Step) ([]byte, error) {
	text := step.Content
	if text == nil {
		var err error
		room := d.room()
		if text, err = step.Text.Append(room.text[:0], d.Lookup); err != nil {
			return nil, err
		}
		room.text = text
	}
	if step.Action == scenarios.Body {
		return text, nil
	}
	return d.composed(step, text)
}

// large is the size from which on a message of a file is not copied.
const large = 1 << 20

// Parts is Text in parts that follow each other, each but the last with a line
// end: of a large file that is sent as it is, but for what its header lacks, the
// part behind the header is the file's own, and not a copy for each session.
func (d *Draft) Parts(step *scenarios.Step) ([][]byte, error) {
	plain := len(step.Headers) == 0 && len(step.Attach) == 0 && step.DKIM == nil
	if len(step.Content) < large || !plain || step.AsIs || step.Action == scenarios.Body {
		var err error
		room := d.room()
		room.whole[0], err = d.Text(step)
		return room.whole[:], err
	}
	header, ok := peer.HeaderOf(step.Content)
	if !ok {
		return [][]byte{d.complete(nil), step.Content}, nil
	}
	rest := step.Content[len(header):]
	end := bytes.IndexByte(rest, '\n') + 1 // of the empty line
	if end == 0 {
		return [][]byte{d.complete(step.Content)}, nil
	}
	return [][]byte{d.complete(step.Content[:len(header)+end]), rest[end:]}, nil
}

// composed puts into a message what its step says beside the text, and what
// it lacks.
func (d *Draft) composed(step *scenarios.Step, text []byte) ([]byte, error) {
	text, err := d.withFields(step, text)
	if err != nil {
		return nil, err
	}
	if !step.AsIs {
		text = d.complete(text)
	}
	if text, err = d.withFiles(step, text); err != nil {
		return nil, err
	}
	return d.signed(step, text)
}

func (d *Draft) withFields(step *scenarios.Step, text []byte) ([]byte, error) {
	if len(step.Headers) == 0 {
		return text, nil
	}
	fields := make([]compose.Field, len(step.Headers))
	for i := range step.Headers {
		value, err := step.Headers[i].Value.Expand(d.Lookup)
		if err != nil {
			return nil, err
		}
		fields[i] = compose.Field{Name: step.Headers[i].Name, Value: value}
	}
	return compose.SetFields(text, fields)
}

func (d *Draft) withFiles(step *scenarios.Step, text []byte) ([]byte, error) {
	if len(step.Attach) == 0 {
		return text, nil
	}
	files := make([]compose.File, len(step.Attach))
	for i := range step.Attach {
		a := &step.Attach[i]
		content := a.Content
		if content == nil {
			var err error
			if content, err = a.Text.Append(nil, d.Lookup); err != nil {
				return nil, err
			}
		}
		name, err := a.FileName(d.Lookup)
		if err != nil {
			return nil, err
		}
		files[i] = compose.File{Name: name, Content: content}
	}
	return compose.Attach(text, files)
}

// signed signs a message with the line ends it will be sent with.
func (d *Draft) signed(step *scenarios.Step, text []byte) ([]byte, error) {
	if step.DKIM == nil {
		return text, nil
	}
	domain, err := step.DKIM.Domain.Expand(d.Lookup)
	if err != nil {
		return nil, err
	}
	selector, err := step.DKIM.Selector.Expand(d.Lookup)
	if err != nil {
		return nil, err
	}
	return compose.Sign(smtpwire.AppendData(nil, text, false, false), compose.Signature{
		Domain: domain, Selector: selector, Key: d.Key,
	})
}

// complete adds the header fields a message must have (RFC 5322 section
// 3.6), those that make it recognisable, and the one that keeps responders
// quiet (RFC 3834 section 5).
func (d *Draft) complete(text []byte) []byte {
	return d.completed(text, d.values())
}

// values are what the fields say that are added: when a message was sent, by whom,
// and to whom.
type values struct{ date, helo, from, to string }

func (d *Draft) values() (v values) {
	v.date = d.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700")
	v.from, _ = d.Lookup("from")
	v.helo, _ = d.Lookup("helo")
	if v.from == "" {
		v.from = "mxprobe@" + v.helo
	}
	v.to = strings.Join(d.To, ">, <")
	if len(d.To) == 0 {
		v.to, _ = d.Lookup("to")
	}
	return v
}

func (d *Draft) completed(text []byte, v values) []byte {
	header, hasHeader := peer.HeaderOf(text)
	out := d.room().complete[:0]
	add := func(name string, value ...string) {
		if hasField(header, name) {
			return
		}
		out = append(append(out, name...), ": "...)
		for _, part := range value {
			out = append(out, part...)
		}
		out = append(out, '\n')
	}
	add("Date", v.date)
	add("Message-ID", "<", d.ID, "@", v.helo, ">")
	add("From", "<", v.from, ">")
	add("To", "<", v.to, ">")
	add("Auto-Submitted", "auto-generated")
	add("X-Mxprobe", d.ID) // mailbox.MarkField, by which old messages are found
	if !hasHeader {
		out = append(out, '\n')
	}
	out = append(out, text...)
	d.Room.complete = out
	return out
}

func hasField(header []byte, name string) bool {
	for len(header) > 0 {
		line := header
		if i := bytes.IndexByte(header, '\n'); i >= 0 {
			line, header = header[:i], header[i+1:]
		} else {
			header = nil
		}
		if len(line) >= len(name)+1 && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name) {
			return true
		}
	}
	return false
}
