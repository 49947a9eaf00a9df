package dialogue

import (
	"strconv"
	"time"

	"mxprobe/probe/draft"
	"mxprobe/probe/ledger"
	"mxprobe/probe/mailroom"
	"mxprobe/scenarios"
)

// wantAndParts is wantAndText with the text in parts; see draft.Draft.Parts.
func (s *session) wantAndParts(step *scenarios.Step) (*scenarios.Expect, [][]byte, error) {
	want, err := s.want(step)
	if err != nil {
		return nil, nil, err
	}
	if looksAside(s.scenario.Steps) {
		text, err := s.messageText(step)
		return want, [][]byte{text}, err
	}
	d := s.draft(step)
	parts, err := d.Parts(step)
	return want, parts, err
}

// wantAndText returns what the reply to a message must be, and its text.
func (s *session) wantAndText(step *scenarios.Step) (*scenarios.Expect, []byte, error) {
	want, err := s.want(step)
	if err != nil {
		return nil, nil, err
	}
	text, err := s.messageText(step)
	return want, text, err
}

// describeText says in the record of a step what is sent.
func (s *session) describeText(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, size int) {
	text := append(strconv.AppendInt(append(make([]byte, 0, 64), "message ("...), int64(size), 10), " bytes)"...)
	st.SentMore(st.Facts().Verb, " ", text)
	s.wants(st, want)
}

// messageText returns the text of a message with its variables put in and
// the missing fields added.
func (s *session) messageText(step *scenarios.Step) ([]byte, error) {
	d := s.draft(step)
	text, err := d.Text(step)
	if err == nil {
		s.willLookFor(text)
	}
	return text, err
}

// draft is what makes the text of a message.
func (s *session) draft(step *scenarios.Step) draft.Draft {
	t := s.trial
	d := draft.Draft{
		Lookup: s.lookup, Key: t.dialogue.keys[step.DKIM], To: s.peer.Envelope.To,
		Date: s.run.now().UTC().Add(-time.Since(t.started)), ID: s.messageID(),
	}
	if !looksAside(s.scenario.Steps) { // else the text is kept, to know it again
		d.Room = s.room()
	}
	return d
}

// room is where the text of a message is made, and what is sent of it.
func (s *session) room() *draft.Room {
	if s.draftRoom == nil {
		s.draftRoom = s.run.rooms.Get()
	}
	return s.draftRoom
}

// leaveRoom leaves the room to other sessions: this one waits for an answer.
func (s *session) leaveRoom() {
	if s.draftRoom != nil {
		s.run.rooms.Put(s.draftRoom)
		s.draftRoom = nil
	}
}

// messageID is the same for every attempt of a dialogue, and another for
// every other message. It is the part before the at sign.
//
//go:noinline
func (s *session) messageID() string {
	t := &s.trial.target
	var room [128]byte
	b := append(mailroom.ID(s.dialogue.appendID(room[:0], t, s.number)), '.')
	at := len(b)
	if t.IP.IsValid() {
		b = t.IP.AppendTo(b)
	} else {
		b = append(b, t.IP.String()...)
	}
	b = append(append(append(b, '.'), s.dialogue.name...), '.')
	b = append(strconv.AppendUint(b, uint64(t.Port), 10), '.')
	b = append(b, t.Domain...)
	if s.peer.Envelope.Mails > 1 {
		b = strconv.AppendInt(append(b, '.'), int64(s.peer.Envelope.Mails), 10)
	}
	return string(b[:at+len(mailroom.ID(b[at:]))])
}
