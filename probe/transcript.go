package probe

import (
	"bytes"

	"mxprobe/probe/result"
)

// finish gives the attempt its verdict and its transcript.
func (s *session) finish() {
	if s.status == result.NotRun {
		s.status = result.Pass
	}
	if s.status > result.Pass || s.set.Transcript == TranscriptAlways {
		s.transcribe()
	}
	s.set.recorders.Put(s.record)
	s.record = nil
}

// transcribe gives each step what went over the line in it.
func (s *session) transcribe() {
	mask, cut := s.trial.mask, s.record.Left() > 0
	at := 0
	for e := range s.record.Entries(0) {
		i := s.stepOfEntry(at)
		at++
		for line := range bytes.Lines(e.Bytes) {
			if cut && !bytes.HasSuffix(line, []byte("\n")) {
				line = []byte(mask.cutShort(string(line)))
			}
			s.steps[i].Transcript = append(s.steps[i].Transcript, result.Line{
				From: string(rune(e.From)), Text: mask.printable(trimLineEnd(line), maxLine), Millis: result.Millis(e.At),
			})
		}
	}
}

// stepOfEntry returns the index of the step an entry of the record belongs to.
func (s *session) stepOfEntry(entry int) int {
	for i, sp := range s.spans {
		if entry < sp.to {
			return i
		}
	}
	return len(s.spans) - 1
}

// trimLineEnd cuts off the line end; a bare LF or a CR that is not part of
// one stays to be seen.
func trimLineEnd(line []byte) []byte {
	if rest, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
		return rest
	}
	return line
}
