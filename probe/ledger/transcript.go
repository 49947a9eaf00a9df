package ledger

import (
	"bytes"
	"strconv"
	"strings"

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
	shown := l.shownEntries()
	for e := range l.record.Entries(0) {
		i = l.stepOfEntry(at, i)
		lines := shown[at]
		at++
		if l.spans[i].grouped {
			continue
		}
		for _, line := range lines {
			if cut && !strings.HasSuffix(line, "\n") {
				line = secrets.mask.cutShort(line)
			}
			l.steps[i].Transcript = append(l.steps[i].Transcript, result.Line{
				From: string(rune(e.From)), Text: secrets.Show(trimLineEnd([]byte(line)), maxLine), Millis: result.Millis(e.At),
			})
		}
	}
}

// shownEntries returns the lines of each entry of the record, with their ends, and
// without the secrets that stand over several lines of those that follow each
// other one way.
func (l *Ledger) shownEntries() [][]string {
	var out [][]string
	var block []byte
	var counts []int // of the lines of each entry in the block
	way := byte(0)
	flush := func() {
		out = append(out, l.account.secrets.mask.entries(string(block), counts)...)
		block, counts = nil, nil
	}
	for e := range l.record.Entries(0) {
		if e.From != way || len(block) > 0 && block[len(block)-1] != '\n' {
			flush()
			way = e.From
		}
		block = append(block, e.Bytes...)
		count := bytes.Count(e.Bytes, []byte("\n"))
		if len(e.Bytes) > 0 && !bytes.HasSuffix(e.Bytes, []byte("\n")) {
			count++
		}
		counts = append(counts, count)
	}
	flush()
	return out
}

// entries hides secrets in the lines of a block, and returns them by their
// entries, each of so many lines.
func (m *mask) entries(block string, counts []int) [][]string {
	all, _ := m.lines(block)
	out := make([][]string, 0, len(counts))
	for _, n := range counts {
		lines := make([]string, 0, n)
		for range n {
			line := all[0]
			if all = all[1:]; len(all) > 0 {
				line += "\n"
			}
			lines = append(lines, line)
		}
		out = append(out, lines)
	}
	return out
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
	for before < len(l.spans)-1 && int32(entry) >= l.spans[before].to {
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
