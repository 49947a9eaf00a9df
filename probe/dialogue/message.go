package dialogue

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"

	"mxprobe/internal/mailbox"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// playMessage sends a message, with the DATA before it unless the step is a
// body, and judges the reply to its end.
func (s *session) playMessage(step *scenarios.Step) {
	st := s.begin(step)
	want, text, err := s.wantAndText(step)
	if err != nil {
		s.close(st, badValue(err))
		return
	}
	if j, fits := s.fits(st, step, text); !fits {
		s.close(st, j)
		return
	}
	s.misread = s.misread || len(s.owed) > 0
	if step.Action == scenarios.Message {
		if j, goOn := s.sayData(st, step, want); !goOn {
			s.close(st, j)
			return
		}
	}
	s.close(st, s.sendText(st, step, want, text))
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

// sayData says DATA. A refusal of DATA is the refusal of the message, where
// one is expected.
func (s *session) sayData(st *result.Step, step *scenarios.Step, want *scenarios.Expect) (judge.Judgement, bool) {
	limit := s.timeout(step.Timeout, DefaultReplyTimeout)
	if j, ok := s.write("DATA", []byte("DATA\r\n"), limit); !ok {
		return j, false
	}
	st.Sent = "DATA"
	return s.answerToData(st, step, want)
}

// answerToData reads and judges the reply to DATA, and says whether the text
// may follow.
func (s *session) answerToData(st *result.Step, step *scenarios.Step, want *scenarios.Expect) (judge.Judgement, bool) {
	seen := s.read(s.timeout(step.Timeout, DefaultReplyTimeout))
	seen.Verb = "DATA"
	if seen.Reply != nil && seen.Reply.Code == 354 {
		fillReply(st, &seen, s.trial.mask)
		s.dataOpen = true
		return judge.Judgement{}, true
	}
	if j, ok := s.passes(st, step, &seen); ok {
		return j, false
	}
	if seen.Reply != nil && (seen.Reply.Class() <= 3 || !want.Codes.Any && !want.Codes.Match(seen.Reply.Code)) {
		// 2xx to DATA is no leave to send the text, and what was missing in
		// any case is the 354.
		want = s.trial.dialogue.data
	}
	return mayFail(step, &seen, s.judge(st, want, &seen)), false
}

// sendText sends the text of a message and its end, and judges the reply.
func (s *session) sendText(st *result.Step, step *scenarios.Step, want *scenarios.Expect, text []byte) judge.Judgement {
	limit := s.timeout(step.Timeout, DefaultDataTimeout)
	size := smtpwire.DataSize(text, !step.NoStuff, !step.NoEnd)
	s.describeText(st, step, want, size)
	s.setDeadline(time.Now().Add(limit))
	if size > maxRecorded {
		s.record.Remark(fmt.Sprintf("the text of the message, %d bytes", size))
	}
	s.sendsText()
	whole, j, err := s.writeText(step, text, size > maxRecorded)
	switch {
	case j.Status != result.NotRun:
		return j
	case err != nil && !s.refusedEarly():
		return s.writeFailed(err, diagnosis.DataEnd, limit)
	}
	// Where the end was not sent, the server still takes lines for text.
	s.dataOpen = step.NoEnd || !whole && err == nil
	if want.Codes.None {
		s.loose = s.loose || !step.NoEnd
		return judge.Met()
	}
	return s.readEnd(st, step, want, limit)
}

// readEnd reads and judges the reply to the end of a message.
func (s *session) readEnd(st *result.Step, step *scenarios.Step, want *scenarios.Expect, limit time.Duration) judge.Judgement {
	seen := s.read(limit)
	seen.Verb = diagnosis.DataEnd
	each, final := s.repliesToEnd(&seen)
	j := judge.Met()
	switch {
	case each && final:
		if j = s.readEach(st, want, nil, limit); s.gone {
			return j
		}
		seen = s.read(limit)
		seen.Verb = diagnosis.DataEnd
	case each:
		j = s.readEach(st, want, &seen, limit)
	}
	if seen.Reply != nil {
		if seen.Reply.Class() == 2 {
			s.handedOver()
		}
		s.envelope.learn(diagnosis.DataEnd, seen.Reply.Class() == 2)
	} else if seen.Fault.Reason != result.Protocol {
		seen.Fault.Message += ", after the end of the message: it is not known whether it was accepted"
	}
	if each && (!final || j.Status > result.Warn) {
		return j
	}
	return s.settle(st, step, want, &seen)
}

// refusedEarly reports whether a server that closed the connection in the
// middle of the text had refused the message before. That is its reply.
func (s *session) refusedEarly() bool {
	reply, err := s.conn.ReadReply()
	if err != nil {
		return false
	}
	s.conn.UnreadReply(reply)
	return reply.Class() >= 4
}

// maxRecorded is the longest message that is repeated in a transcript.
const maxRecorded = 2048

// describeText says in the record of a step what is sent.
func (s *session) describeText(st *result.Step, step *scenarios.Step, want *scenarios.Expect, size int) {
	st.Sent = fmt.Sprintf("%s (%d bytes)", strings.TrimSpace(st.Sent+" message"), size)
	st.Want = s.trial.dialogue.wantText(step.Number, want)
}

// hideText keeps a long text, which the next flight starts with, out of the
// transcript.
func (s *session) hideText(size int) {
	if size > maxRecorded {
		s.record.Remark(fmt.Sprintf("the text of the message, %d bytes", size))
		s.conn.Hide(size)
	}
}

// messageText returns the text of a message with its variables put in and
// the missing fields added.
func (s *session) messageText(step *scenarios.Step) ([]byte, error) {
	text, err := s.expandedText(step)
	if err == nil {
		s.envelope.messageID = cmp.Or(mailbox.MessageID(text), s.envelope.messageID)
		s.sendsEnclosures(text)
	}
	return text, err
}

func (s *session) expandedText(step *scenarios.Step) ([]byte, error) {
	text := step.Content
	if text == nil {
		var err error
		if text, err = step.Text.Append(nil, s.lookup); err != nil {
			return nil, err
		}
	}
	if step.Action == scenarios.Body {
		return text, nil
	}
	return s.composed(step, text)
}

// complete adds the header fields a message must have (RFC 5322 section
// 3.6), those that make it recognisable, and the one that keeps responders
// quiet (RFC 3834 section 5). Attempts of one dialogue share Date and
// Message-ID, since greylisting must see the same message again.
func (s *session) complete(text []byte) []byte {
	header, hasHeader := headerOf(text)
	var out []byte
	add := func(name, value string) {
		if !hasField(header, name) {
			out = append(append(append(append(out, name...), ": "...), value...), '\n')
		}
	}
	from, _ := s.lookup("from")
	helo, _ := s.lookup("helo")
	if from == "" {
		from = "mxprobe@" + helo
	}
	to := s.envelope.to
	if len(to) == 0 {
		address, _ := s.lookup("to")
		to = []string{address}
	}
	add("Date", s.set.now().UTC().Add(-time.Since(s.trial.started)).Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	add("Message-ID", s.messageID(helo))
	add("From", "<"+from+">")
	add("To", "<"+strings.Join(to, ">, <")+">")
	add("Auto-Submitted", "auto-generated")
	if !hasHeader {
		out = append(out, '\n')
	}
	return append(out, text...)
}

// messageID is the same for every attempt of a dialogue, and another for
// every other message.
func (s *session) messageID(helo string) string {
	t := s.trial.target
	name := fmt.Sprintf("%s.%s.%d.%s", t.IP, s.trial.dialogue.name, t.Port, t.Domain)
	if s.envelope.mails > 1 {
		name += fmt.Sprintf(".%d", s.envelope.mails)
	}
	return fmt.Sprintf("<%s.%s@%s>", strings.Map(idByte, s.trial.dialogue.id(t, s.trial.number)), strings.Map(idByte, name), helo)
}

// idByte keeps what may stand in the left part of a Message-ID (RFC 5322
// section 3.6.4).
func idByte(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return r
	}
	return '-'
}

// headerOf returns the header section of a text, if it begins with one.
func headerOf(text []byte) (header []byte, ok bool) {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	name, _, colon := bytes.Cut(first, []byte(":"))
	if !colon || len(name) == 0 || bytes.ContainsAny(name, " \t") {
		return nil, false
	}
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		if len(bytes.TrimRight(text[at:at+end], "\r")) == 0 {
			return text[:at], true
		}
		at += end + 1
	}
	return text, true
}

func hasField(header []byte, name string) bool {
	for line := range bytes.Lines(header) {
		if len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name) {
			return true
		}
	}
	return false
}
