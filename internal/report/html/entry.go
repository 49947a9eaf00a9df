package html

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// entryView is one dialogue, or an address or a host without one.
type entryView struct {
	badge
	ID, RowID string
	Open      bool
	Bad       bool
	Scenario  string
	At        string
	Outcome   string
	Took      string
	Why       string
	Forgiven  string
	Hint      string
	Again     string
	Place     string // file, line and column of what was not met
	Excerpt   []sourceLine
	Talk      []talkView
	TalkLines int
	Left      int // lines of the transcript that are not shown
	Timeline  *timelineView
	TLS       *tlsView
	Captures  []captureView
	Notes     []string
	Details   bool
}

type captureView struct{ Name, Value string }

// sourceLine is one line of a scenario, divided where something was not met.
type sourceLine struct {
	Number              int
	Before, Mark, After string
	Marked              bool
	CaretIndent, Caret  string
	Got                 string
}

func (w *Writer) entryView(d *result.Domain, r *row) *entryView {
	v := &entryView{badge: badgeOf(r.verdict), ID: r.id, RowID: r.rowID, Bad: r.verdict >= result.Inconclusive}
	if v.Bad && w.Again != nil {
		v.Again = w.Again(d, r.h, r.a, r.c)
	}
	switch {
	case r.a == nil:
		v.Scenario, v.At, v.Hint = "no address", r.h.Name, r.h.Hint
		v.Outcome = report.Because(r.h.Message, r.h.Reason)
	case r.c == nil:
		v.Scenario, v.At = "no dialogue", report.At(r.h, r.a)
	default:
		v.At = report.At(r.h, r.a)
		v.check(d, r.c)
	}
	v.Details = v.Why != "" || v.Forgiven != "" || v.Hint != "" || v.Again != "" || v.Excerpt != nil || v.Talk != nil ||
		v.Timeline != nil || v.TLS != nil || v.Captures != nil || v.Notes != nil
	return v
}

func (v *entryView) check(d *result.Domain, c *result.Check) {
	v.Scenario, v.Hint, v.Notes = c.Scenario, c.Hint, c.Notes
	outcome, counted := report.Outcome(c)
	v.Outcome = cut(outcome)
	if counted && c.Message != "" {
		v.Why = cut(c.Message)
	}
	if c.Forgiven != "" {
		v.Forgiven = c.Forgiven
	}
	if c.Millis > 0 {
		v.Took = report.Duration(c.Millis.Duration())
	}
	if c.Shared != nil {
		v.Outcome += ", " + report.SeenFor(c.Shared)
	}
	if c.Reused != nil {
		v.Outcome += ", " + report.Over(c.Reused)
	}
	if c.Attempts > 1 {
		v.Outcome += ", " + report.Count(c.Attempts, "attempt", "attempts")
	}
	if c.DelayMillis > 0 {
		v.Notes = append(slices.Clone(v.Notes), "greylisting made this sender wait "+report.Duration(c.DelayMillis.Duration()))
	}
	decider := report.Decider(c)
	if decider != nil {
		v.excerpt(decider)
	}
	v.talk(c, decider)
	v.Timeline = timelineOf(d, c, v.ID)
	v.TLS = tlsOf(c.TLS)
	for _, k := range slices.Sorted(maps.Keys(c.Captures)) {
		v.Captures = append(v.Captures, captureView{Name: k, Value: cut(c.Captures[k])})
	}
}

// excerpt takes over the lines of the scenario and marks what was not met.
func (v *entryView) excerpt(s *result.Step) {
	if s.File != "" && s.Line > 0 {
		v.Place = s.File + ":" + strconv.Itoa(s.Line) + ":" + strconv.Itoa(max(s.Col, 1)) + ": " + s.Name
	}
	x := s.Excerpt
	if x == nil {
		return
	}
	for i, l := range x.Lines {
		line := sourceLine{Number: x.First + i, Before: source(l)}
		if line.Number == x.Line {
			before, mark, after := report.Split(l, x.Col, x.Width)
			line.Before, line.Mark, line.After, line.Marked = source(before), source(mark), source(after), true
			line.CaretIndent = strings.Repeat(" ", len([]rune(line.Before)))
			line.Caret = strings.Repeat("^", max(len([]rune(line.Mark)), 1))
			line.Got = cut(report.Got(s))
		}
		v.Excerpt = append(v.Excerpt, line)
	}
}

// source is a line of a file as it is shown: a tab is one blank, which keeps
// the columns that positions count.
func source(l string) string {
	return cut(result.PrintableString(strings.ReplaceAll(l, "\t", " ")))
}

// talkView is what was said in one attempt.
type talkView struct {
	Attempt string // empty where there was one attempt
	Lines   []lineView
}

type lineView struct {
	At       string
	Who      string // C, S, or nothing for a remark
	Class    string
	Text     string
	Mark     bool
	Expected string
}

// talk takes over the transcript of every attempt.
func (v *entryView) talk(c *result.Check, decider *result.Step) {
	for i := range c.Steps {
		s := &c.Steps[i]
		lines := linesOf(s, decider)
		if len(lines) == 0 {
			continue
		}
		lines = v.fit(lines, s == decider)
		v.TalkLines += len(lines)
		attempt := ""
		if c.Attempts > 1 {
			attempt = fmt.Sprintf("Attempt %d of %d", s.Attempt, c.Attempts)
		}
		if n := len(v.Talk); n == 0 || v.Talk[n-1].Attempt != attempt {
			v.Talk = append(v.Talk, talkView{Attempt: attempt})
		}
		t := &v.Talk[len(v.Talk)-1]
		t.Lines = append(t.Lines, lines...)
	}
}

// fit leaves out lines for which there is no room. The step that decided has
// room of its own, and keeps its end.
func (v *entryView) fit(lines []lineView, decides bool) []lineView {
	room := max(maxLines-v.TalkLines, 0)
	if decides {
		room = max(room, maxDecisive)
	}
	left := len(lines) - room
	if left <= 0 {
		return lines
	}
	v.Left += left
	head := room
	if decides {
		head = room / 2
	}
	return slices.Concat(lines[:head], lines[head+left:])
}

// linesOf returns what was said in a step; in the step that decided, the
// last reply is marked.
func linesOf(s *result.Step, decider *result.Step) []lineView {
	said := report.Said(s)
	lines := make([]lineView, 0, len(said))
	last := -1
	for i, l := range said {
		v := lineView{Text: cut(l.Text), Who: l.From + ":", Class: "s"}
		if l.Millis > 0 {
			v.At = "+" + report.Duration(l.Millis.Duration())
		}
		switch l.From {
		case "C":
			v.Class = "c"
		case "-":
			v.Who, v.Class = "", "r"
		}
		if l.From != "C" {
			last = i
		}
		lines = append(lines, v)
	}
	if s == decider && len(lines) > 0 {
		if last < 0 {
			last = len(lines) - 1
		}
		lines[last].Mark, lines[last].Expected = true, cut(report.Expected(s))
	}
	return lines
}

// cut bounds one value. Names and replies differ at their ends, messages at
// their starts.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	return result.Printable([]byte(s), maxText)
}
