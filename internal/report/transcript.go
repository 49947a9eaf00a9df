package report

import (
	"fmt"
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// How much of a transcript is shown unless more is asked for.
const (
	maxSent      = 6  // lines of a message
	maxDecisive  = 24 // lines of the reply that decided
	markedColumn = 52
)

// spoken is a line of a transcript as it is printed.
type spoken struct {
	label string // "C: ", "S: " or "-- "
	text  string
	ms    result.Millis
	mark  string // what the line should have been
}

// conversation writes the last attempt: replies of several lines by their
// first, the step that decided in full.
func (w *detail) conversation(c *result.Check, decisive *result.Step) {
	last := LastAttempt(c)
	var all []spoken
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt != last {
			continue
		}
		lines := spokenIn(s)
		if s == decisive {
			lines = limit(lines, maxDecisive)
			marked(lines, s)
		} else {
			lines = foldReplies(lines)
		}
		all = append(all, foldSent(lines)...)
		if s == decisive {
			break // the QUIT behind it tells nothing
		}
	}
	if !anySaid(all) {
		return
	}
	w.speech("  ", foldAlike(all), false)
}

// LastAttempt is the number of the attempt that decided a check.
func LastAttempt(c *result.Check) int {
	last := 0
	for i := range c.Steps {
		last = max(last, c.Steps[i].Attempt)
	}
	return last
}

func anySaid(lines []spoken) bool {
	for i := range lines {
		if lines[i].label != remark {
			return true
		}
	}
	return false
}

const remark = "-- "

// spokenIn returns what was said in a step as it is printed.
func spokenIn(s *result.Step) []spoken {
	var lines []spoken
	for _, l := range Said(s) {
		label := clean(l.From) + ": "
		if l.From == "-" {
			label = remark
		}
		lines = append(lines, spoken{label: label, text: clean(l.Text), ms: l.Millis})
	}
	return lines
}

// Said returns the transcript of a step, or what can be told without one, in
// lines without a time.
func Said(s *result.Step) []result.Line {
	if len(s.Transcript) > 0 {
		return s.Transcript
	}
	var lines []result.Line
	if s.Sent != "" {
		lines = append(lines, result.Line{From: "C", Text: s.Sent})
	}
	for i, t := range s.Text {
		sep := "-"
		if i == len(s.Text)-1 {
			sep = " "
		}
		lines = append(lines, result.Line{From: "S", Text: strconv.Itoa(s.Code) + sep + t})
	}
	return lines
}

// marked puts the expectation beside the reply that did not meet it, and
// reports whether there was one.
func marked(lines []spoken, s *result.Step) bool {
	want := Expected(s)
	if want == "" {
		return false
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].label == "S: " {
			lines[i].mark = "<- expected " + want
			return true
		}
	}
	return false
}

// Expected is what the reply of a step should have been, or nothing where
// its code was none of the step's faults.
func Expected(s *result.Step) string {
	if s.Status < result.Inconclusive || s.Want == "" || codeFits(s.Want, s.Code) {
		return ""
	}
	return clean(s.Want)
}

// codeFits reports whether a code is one of those wanted: then something
// else was wrong, and "expected 250" beside a 250 would be absurd.
func codeFits(want string, code int) bool {
	if code == 0 {
		return false
	}
	for alternative := range strings.SplitSeq(want, " or ") {
		class := strings.TrimRight(alternative, "x")
		if class != "" && strings.HasPrefix(strconv.Itoa(code), class) {
			return true
		}
	}
	return false
}

// foldReplies keeps the first line of each reply. A hyphen behind the code
// says that the reply goes on (RFC 5321 section 4.2.1).
func foldReplies(lines []spoken) []spoken {
	var out []spoken
	for i := 0; i < len(lines); i++ {
		first := lines[i]
		n := 1
		for first.label == "S: " && i+1 < len(lines) && lines[i+1].label == "S: " && goesOn(lines[i].text) {
			i++
			n++
		}
		if n > 1 {
			first.text += fmt.Sprintf(" (%d lines, -v shows all)", n)
		}
		out = append(out, first)
	}
	return out
}

func goesOn(line string) bool { return len(line) > 3 && line[3] == '-' }

// foldSent shortens a message that was sent.
func foldSent(lines []spoken) []spoken {
	var out []spoken
	for i := 0; i < len(lines); {
		n := 0
		for i+n < len(lines) && lines[i+n].label == "C: " {
			n++
		}
		if n > maxSent {
			hidden := n - maxSent + 1
			out = append(out, lines[i:i+maxSent-2]...)
			out = append(out, spoken{label: "C: ", text: fmt.Sprintf("... (%d lines, -v shows all)", hidden)})
			out = append(out, lines[i+n-1])
		} else {
			out = append(out, lines[i:i+max(n, 1)]...)
		}
		i += max(n, 1)
	}
	return out
}

// limit keeps the start and the end of something very long.
func limit(lines []spoken, most int) []spoken {
	if len(lines) <= most {
		return lines
	}
	head := most / 2
	tail := lines[len(lines)-(most-head-1):]
	out := append([]spoken{}, lines[:head]...)
	left := len(lines) - head - len(tail)
	return append(append(out, spoken{label: remark, text: fmt.Sprintf("%d lines left out, -v shows all", left)}), tail...)
}

// speech writes lines of a transcript. They are not cut: who reads them
// wants what was said, and a terminal breaks them by itself.
func (p *page) speech(indent string, lines []spoken, times bool) {
	for i := range lines {
		l := &lines[i]
		at := ""
		if times {
			at = padLeft("+"+Duration(l.ms.Duration()), 9) + "  "
		}
		head := indent + at + l.label + l.text
		if l.mark == "" {
			p.line(head)
			continue
		}
		column := markedColumn
		if p.width > 0 {
			column = min(column, p.width-cells(l.mark))
		}
		p.line(pad(head, column-2), gap, p.paint(red, l.mark))
	}
}
