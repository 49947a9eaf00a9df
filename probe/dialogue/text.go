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
		if refused, j := s.line.SpokenInText(); refused || j.Status != result.NotRun {
			return false, j, nil
		}
		var piece []byte
		piece, text = smtpwire.CutData(text, maxWhole)
		s.buf = smtpwire.AppendData(s.buf[:0], piece, !step.NoStuff, !step.NoEnd && len(text) == 0)
		if hidden {
			s.line.Conn.Hide(len(s.buf))
		}
		if err := s.line.Conn.WriteRaw(s.buf); err != nil {
			return false, judge.Judgement{}, err
		}
	}
	return true, judge.Judgement{}, nil
}
