package dialogue

import (
	"fmt"
	"strconv"
	"time"

	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// playChunks sends a message in chunks (RFC 3030 section 2). Each chunk goes
// out whole with its BDAT, whatever the server answers: what is missing of it
// would be taken for commands. A chunk that is refused is the last, and RSET
// follows it.
func (s *session) playChunks(step *scenarios.Step) {
	st := s.begin(step)
	want, text, err := s.wantAndText(step)
	if err != nil {
		s.close(st, judge.BadValue(err))
		return
	}
	if !step.AsIs {
		text = smtpwire.AppendData(nil, text, false, false)
	}
	if j := s.misfitChunks(st, step, text); j != nil {
		s.closeBy(st, j)
		return
	}
	s.wants(st, want)
	pieces := cutChunks(text, step.Chunks)
	for i, piece := range pieces {
		end := i == len(pieces)-1
		j, taken := s.sendChunk(st, step, want, piece, end)
		if end || !taken {
			s.close(st, j)
			if !taken {
				s.resetAfter(st)
			}
			return
		}
	}
}

// misfitChunks returns nil where the message can go to this server in chunks. A
// server that does not know BDAT takes what follows it for commands.
func (s *session) misfitChunks(st ledger.Step, step *scenarios.Step, text []byte) *judge.Judgement {
	if !s.peer.Offers("CHUNKING") {
		return &judge.Judgement{
			Status: result.Fail, Reason: result.Reply,
			Message: "the server does not offer CHUNKING (RFC 3030 section 2): BDAT was not sent, for its octets would be taken for commands",
			Hint:    "add if: CHUNKING to the step or the scenario, where servers without it are fine",
		}
	}
	if !s.peer.Envelope.Binary && binaryText(text) {
		st.Note("the message has NUL, or CR or LF alone, and the MAIL line does not say BODY=BINARYMIME (RFC 3030 section 3)")
	}
	return s.misfit(st, step, text)
}

// binaryText reports whether a text can only go as BINARYMIME.
func binaryText(text []byte) bool {
	for i, b := range text {
		switch {
		case b == 0,
			b == '\n' && (i == 0 || text[i-1] != '\r'),
			b == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			return true
		}
	}
	return false
}

// cutChunks cuts a text into chunks of these sizes; the last size holds for
// all that follow, and no size for one chunk. There is always one chunk.
func cutChunks(text []byte, sizes []int) [][]byte {
	var pieces [][]byte
	for i := 0; len(sizes) > 0; i++ {
		size := sizes[min(i, len(sizes)-1)]
		if size >= len(text) {
			break
		}
		pieces = append(pieces, text[:size])
		text = text[size:]
	}
	return append(pieces, text)
}

// sendChunk sends one chunk and judges its reply; taken says that the server
// accepted it. Of all but the last, a 2xx is all that is asked.
func (s *session) sendChunk(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, piece []byte, end bool) (j judge.Judgement, taken bool) {
	line := "BDAT " + strconv.Itoa(len(piece))
	last := end && !step.NotLast
	if last {
		line += " LAST"
	}
	limit := s.timeout(step.Timeout, DefaultDataTimeout)
	if s.line.Gone || s.line.FarewellCode != 0 {
		return s.line.NothingToSayTo(), false
	}
	if j := s.line.Quiet("BDAT"); j != nil {
		return *j, false
	}
	st.SentMore("BDAT", ", ", []byte(line))
	s.buf = append(append(append(s.buf[:0], line...), "\r\n"...), piece...)
	if len(s.buf) > maxRecorded {
		s.ledger.Remark(fmt.Sprintf("%s, and %d bytes", line, len(piece)))
		s.line.Conn.Hide(len(s.buf))
	}
	s.sendsText()
	s.line.Within(limit)
	writeErr, _ := s.line.Conn.WriteAndRead(s.buf, func() error {
		j, taken = s.answerToChunk(st, step, want, limit, end, last)
		return s.ctx.Err()
	})
	if writeErr != nil {
		s.ledger.Note("%s", "not all octets of the chunk could be sent: "+fault.PlainError(writeErr))
	}
	return j, taken
}

func (s *session) answerToChunk(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, limit time.Duration, end, last bool) (judge.Judgement, bool) {
	if last {
		accepted := s.peer.Envelope
		var j judge.Judgement
		s.readEnd(st, step, want, limit, &j)
		taken := st.Code()/100 == 2
		if !taken {
			s.peer.Envelope = accepted // until RSET
		}
		return j, taken
	}
	seen := s.line.Read(limit)
	seen.Verb = "BDAT"
	taken := seen.Reply != nil && seen.Reply.Class() == 2
	if taken && !end {
		s.fill(st, &seen)
		return judge.Met(), true
	}
	var j judge.Judgement
	s.settle(st, step, want, &seen, &j)
	return j, taken
}

// resetAfter says RSET after a chunk that was refused: nothing else may
// follow it (RFC 3030 section 2).
func (s *session) resetAfter(st ledger.Step) {
	if s.line.Gone || s.line.FarewellCode != 0 || s.line.QuitSaid {
		return
	}
	limit := s.timeout(0, DefaultReplyTimeout)
	s.line.Within(limit)
	if s.line.Conn.WriteLine([]byte("RSET")) != nil {
		return
	}
	seen := s.line.Read(limit)
	seen.Verb = "RSET"
	s.learn(&seen)
	switch {
	case seen.Reply == nil:
		st.Note("%s", "no answer to the RSET after the refused chunk: "+seen.Fault.Message)
		s.line.HangUp()
	case seen.Reply.Class() != 2:
		st.Note("%s", "the RSET after the refused chunk got "+seen.Shown())
	}
	st.Extend()
}
