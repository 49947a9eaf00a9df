package report

import (
	"slices"
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// detail writes what belongs below the rows of one domain.
type detail struct {
	*page
	opt   Options
	d     *result.Domain
	hints []string // said already: advice is given once
}

func newDetail(t *Text, d *result.Domain) *detail {
	return &detail{page: &t.page, opt: t.opt, d: d}
}

// row writes a row and what there is to say about it, set off by blank lines.
func (w *detail) row(r *row, c *columns) {
	wrong := r.verdict >= result.Inconclusive
	told := wrong || w.opt.Verbose > 0 && r.c != nil
	if told {
		w.blank()
	}
	w.page.row(r, c)
	if !told {
		return
	}
	w.blank()
	if r.c != nil {
		w.check(r.c, wrong)
	} else {
		w.hint(r.h.Hint)
	}
	w.blank()
}

// check writes where and why a dialogue failed, what was said, and a likely
// cause; with more words asked for, every step.
func (w *detail) check(c *result.Check, wrong bool) {
	s := Decider(c)
	if wrong && s != nil {
		w.failure(c, s)
		w.blank()
	}
	if w.opt.Verbose > 0 {
		w.steps(c)
	} else {
		w.conversation(c, s)
	}
	w.blank()
	if wrong || w.opt.Verbose > 0 {
		w.page.notes("  ", "", c.Notes)
		if c.TLS != nil && w.opt.Verbose > 0 {
			w.encryption(c)
		}
		w.blank()
	}
	w.hint(c.Hint)
}

// Decider returns the step that decided a check, of its last attempt; nil if
// it is not known or was well.
func Decider(c *result.Check) *result.Step {
	if c.FailedStep == nil {
		return nil
	}
	for i := len(c.Steps) - 1; i >= 0; i-- {
		if s := &c.Steps[i]; s.Number == *c.FailedStep && s.Status > result.Pass {
			return s
		}
	}
	return nil
}

// failure writes the place in the scenario and what was not met there. Where
// there was no connection the row has said it all.
func (w *detail) failure(c *result.Check, s *result.Step) {
	why := Got(s)
	if shown, counted := Outcome(c); !counted && strings.HasSuffix(shown, why) {
		why = ""
	}
	place := Position(s)
	if place != "" {
		place += ": "
	}
	switch {
	case s.Excerpt != nil:
		w.line("  ", place, clean(s.Name))
		w.excerpt(s.Excerpt, why)
	case why != "":
		w.line("  ", place, clean(s.Name))
		w.text("    ", "", why)
	}
	if c.Message != "" && c.Message != s.Message && c.Message != why {
		if shown, _ := Outcome(c); shown != clean(c.Message) {
			w.text("  ", "", clean(c.Message))
		}
	}
}

// Got says what came instead of what was expected. The expectation itself
// stands above it in the excerpt.
func Got(s *result.Step) string {
	message := clean(s.Message)
	if message == "" {
		return reply(s)
	}
	if rest, ok := strings.CutPrefix(message, "expected "+clean(s.Want)+", "); ok && s.Excerpt != nil {
		return rest
	}
	return message
}

func reply(s *result.Step) string {
	if s.Code == 0 {
		return Because("", s.Reason)
	}
	r := "got " + strconv.Itoa(s.Code)
	if len(s.Text) > 0 && s.Text[0] != "" {
		r += " " + clean(s.Text[0])
	}
	return r
}

// closer stands in a hint before a command that is another for each domain.
const closer = "; closer: "

// hint is labelled because it is what the program supposes, not what it saw.
func (w *detail) hint(hint string) {
	if hint == "" || slices.Contains(w.hints, hint) {
		return
	}
	w.hints = append(w.hints, hint)
	w.blank()
	w.page.hint(clean(hint), w.opt.Whole)
}

// hint writes a hint. The command at its end, if it does not fit, has a line
// of its own, where it can be copied.
func (p *page) hint(hint string, whole bool) {
	const label = "hint: "
	advice, command, found := strings.Cut(hint, closer)
	if !found || p.width == 0 || cells("  "+label+hint) <= p.width {
		p.text("  ", label, hint)
		return
	}
	p.text("  ", label, advice)
	p.command("  ", "closer: ", command, whole)
}

// again writes the command that looks closer at what failed.
func (w *detail) again() {
	if w.opt.Again == nil {
		return
	}
	if command := w.opt.Again(w.d, nil, nil, nil); command != "" {
		w.blank()
		w.command("", "again: ", clean(command), w.opt.Whole)
	}
}
