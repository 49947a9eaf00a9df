package dialogue

import (
	"bytes"
	"fmt"
	"strconv"

	"mxprobe/probe/result"
)

// finish gives the attempt its verdict and its transcript.
func (s *session) finish() {
	if s.status == result.NotRun {
		s.status = result.Pass
	}
	if s.status > result.Pass || s.set.Transcript == TranscriptAlways {
		s.transcribe()
		s.transcribeGroup()
	}
	s.set.recorders.Put(s.record)
	s.record = nil
}

// transcribe gives each step what went over the line in it.
func (s *session) transcribe() {
	mask, cut := s.trial.mask, s.record.Left() > 0
	if cut {
		s.note(fmt.Sprintf("%d bytes of the dialogue are left out of the transcript", s.record.Left()))
	}
	at, i := 0, 0
	for e := range s.record.Entries(0) {
		i = s.stepOfEntry(at, i)
		at++
		if s.spans[i].grouped {
			continue
		}
		for line := range bytes.Lines(e.Bytes) {
			if cut && !bytes.HasSuffix(line, []byte("\n")) {
				line = []byte(mask.CutShort(string(line)))
			}
			s.steps[i].Transcript = append(s.steps[i].Transcript, result.Line{
				From: string(rune(e.From)), Text: mask.Printable(trimLineEnd(line), maxLine), Millis: result.Millis(e.At),
			})
		}
	}
}

// transcribeGroup gives each line of a group its own command and reply. On
// the line they went in one piece each way, which nobody can read.
func (s *session) transcribeGroup() {
	for i, sp := range s.spans {
		st := &s.steps[i]
		if !sp.grouped {
			continue
		}
		st.Transcript = nil
		if st.Sent != "" {
			st.Transcript = append(st.Transcript, result.Line{From: "C", Text: st.Sent})
		}
		for n, text := range st.Text {
			separator := "-"
			if n == len(st.Text)-1 {
				separator = " "
			}
			st.Transcript = append(st.Transcript, result.Line{From: "S", Text: strconv.Itoa(st.Code) + separator + text, Millis: st.Millis})
		}
	}
}

// stepOfEntry returns the index of the step an entry of the record belongs
// to: the one of the entry before, or a later one.
func (s *session) stepOfEntry(entry, before int) int {
	for before < len(s.spans)-1 && entry >= s.spans[before].to {
		before++
	}
	return before
}

// trimLineEnd cuts off the line end; a bare LF or a CR that is not part of
// one stays to be seen.
func trimLineEnd(line []byte) []byte {
	if rest, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
		return rest
	}
	return line
}
