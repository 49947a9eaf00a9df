package dialogue

import (
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// maxWhole is the longest text of a message that is sent in one write.
const maxWhole = 64 << 10

// writeText sends the text of a message, a long one piece by piece. Before
// each piece the line must be quiet: a server that accepts the message before
// its end has accepted something else, or is a reply ahead. A refusal before
// the end is its answer, and what is left is not sent; whole is then false.
func (s *session) writeText(step *scenarios.Step, text []byte, hidden bool) (whole bool, j judge.Judgement, err error) {
	for first := true; first || len(text) > 0; first = false {
		if refused, j := s.spokenInText(); refused || j.Status != result.NotRun {
			return false, j, nil
		}
		var piece []byte
		piece, text = smtpwire.CutData(text, maxWhole)
		s.buf = smtpwire.AppendData(s.buf[:0], piece, !step.NoStuff, !step.NoEnd && len(text) == 0)
		if hidden {
			s.conn.Hide(len(s.buf))
		}
		if err := s.conn.WriteRaw(s.buf); err != nil {
			return false, judge.Judgement{}, err
		}
	}
	return true, judge.Judgement{}, nil
}

// spokenInText looks for what the server says while it is due to listen. It
// reports a refusal, which is left to be read, or judges what is no such thing.
func (s *session) spokenInText() (refused bool, j judge.Judgement) {
	if s.loose {
		return false, j
	}
	b, _ := s.conn.Unasked()
	if len(b) == 0 {
		return false, j
	}
	reply, err := s.conn.ReadReply()
	if err == nil && reply.Class() >= 4 {
		s.conn.UnreadReply(reply)
		return true, j
	}
	s.hangUp()
	return false, judge.Judgement{
		Status: result.Fail, Reason: result.Protocol,
		Message: "the server spoke before the end of the message: " + result.Quoted(b),
		Hint:    "a reply too many came before this step, so that replies and commands are out of step",
	}
}
