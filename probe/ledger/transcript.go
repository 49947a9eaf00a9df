package ledger

import (
	"bytes"
	"strconv"

	"mxprobe/probe/result"
)

// Finish gives the attempt its verdict and, if it did not pass or always is
// true, its transcript. The record is not needed any more then.
func (l *Ledger) Finish(seen *Seen, always bool) {
	l.seen = *seen
	if l.ruling.Status == result.NotRun {
		l.ruling.Status = result.Pass
	}
	if l.ruling.Status > result.Pass || always {
		l.transcribe()
		l.transcribeGroup()
		l.keepTranscripts()
	}
	l.record = nil
}

// transcribe gives each step what went over the line in it.
func (l *Ledger) transcribe() {
	secrets, cut := &l.account.secrets, l.record.Left() > 0
	if cut {
		l.Note("%d bytes of the dialogue are left out of the transcript", l.record.Left())
	}
	at, i := 0, 0
	for e := range l.record.Entries(0) {
		i = l.stepOfEntry(at, i)
		at++
		if l.spans[i].grouped {
			continue
		}
		for line := range bytes.Lines(e.Bytes) {
			if cut && !bytes.HasSuffix(line, []byte("\n")) {
				line = []byte(secrets.mask.cutShort(string(line)))
			}
			l.steps[i].Transcript = append(l.steps[i].Transcript, result.Line{
				From: string(rune(e.From)), Text: secrets.Show(trimLineEnd(line), maxLine), Millis: result.Millis(e.At),
			})
		}
	}
}

// transcribeGroup gives each line of a group its own command and reply. On
// the line they went in one piece each way, which nobody can read.
func (l *Ledger) transcribeGroup() {
	for i, sp := range l.spans {
		st := &l.steps[i]
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
func (l *Ledger) stepOfEntry(entry, before int) int {
	for before < len(l.spans)-1 && entry >= l.spans[before].to {
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
