package html

import (
	"strconv"
	"strings"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// kind is what a stretch of time was spent on.
type kind string

const (
	lookup  kind = "lookup"
	connect kind = "connect"
	say     kind = "step"
	tls     kind = "tls"
	pause   kind = "wait"
)

// phase is a stretch of time in a dialogue.
type phase struct {
	attempt     int
	kind        kind
	name        string
	start, took time.Duration // start counts from the beginning of the attempt
	placed      bool          // false for a step that took no time, as it was not run
	step        *result.Step
}

func (p *phase) end() time.Duration { return p.start + p.took }

// phasesOf divides the time of a dialogue: the look-up, then for each attempt
// connection and steps, and the wait before the next. Results have no time
// for every one of them; what is missing is derived from the times around it.
func phasesOf(d *result.Domain, c *result.Check) []phase {
	var all []phase
	if d.DNSMillis > 0 && len(c.Steps) > 0 {
		all = append(all, phase{attempt: 1, kind: lookup, name: "DNS look-up", took: d.DNSMillis.Duration(), placed: true})
	}
	spent := time.Duration(0)
	waits := 0
	for i := 0; i < len(c.Steps); {
		n := 1
		for i+n < len(c.Steps) && c.Steps[i+n].Attempt == c.Steps[i].Attempt {
			n++
		}
		if i > 0 {
			all = append(all, phase{attempt: c.Steps[i].Attempt, kind: pause, placed: true})
			waits++
		}
		attempt := phasesOfAttempt(c, c.Steps[i:i+n])
		spent += lastEnd(attempt)
		all = append(all, attempt...)
		i += n
	}
	namePauses(all, c.Millis.Duration()-spent, waits)
	return all
}

// namePauses says how long was waited between attempts. Of several waits only
// the sum is known.
func namePauses(all []phase, waited time.Duration, waits int) {
	for i := range all {
		p := &all[i]
		if p.kind != pause {
			continue
		}
		p.name = "waited"
		switch {
		case waited <= 0:
		case waits == 1:
			p.took = waited
		default:
			p.name += " (" + report.Duration(waited) + " in all)"
		}
	}
}

func lastEnd(phases []phase) time.Duration {
	var last time.Duration
	for i := range phases {
		last = max(last, phases[i].end())
	}
	return last
}

func phasesOfAttempt(c *result.Check, steps []result.Step) []phase {
	var all []phase
	at := time.Duration(0)
	if took := c.ConnectMillis.Duration(); took > 0 && steps[0].Attempt == report.LastAttempt(c) {
		all = append(all, phase{attempt: steps[0].Attempt, kind: connect, name: "connect", took: took, placed: true})
		at = took
	}
	for i := range steps {
		s := &steps[i]
		start, took := spanOf(s, at)
		if i == 0 && s.Number == 0 && c.TLS != nil && c.TLS.Implicit && start > at {
			all = append(all, phase{attempt: s.Attempt, kind: tls, name: "TLS handshake", start: at, took: start - at, placed: true})
		}
		p := phase{attempt: s.Attempt, kind: say, name: s.Name, start: start, took: took, placed: s.Status != result.NotRun && s.Status != result.Skip, step: s}
		if s.Number == 0 && s.Name == "connect" {
			p.kind = connect
		}
		at = max(at, p.end())
		all = append(all, splitTLS(&p)...)
	}
	return all
}

// spanOf returns when a step began and how long it took. Times of a
// transcript are exact; without one, steps follow one another.
func spanOf(s *result.Step, at time.Duration) (start, took time.Duration) {
	took = s.Millis.Duration()
	first, last := time.Duration(0), time.Duration(0)
	for _, l := range s.Transcript {
		ms := l.Millis.Duration()
		if first == 0 {
			first = ms
		}
		last = max(last, ms)
	}
	switch {
	case last == 0:
		return at, took
	case s.Transcript[0].From == "C" && s.Transcript[0].Millis > 0:
		return first, max(last-first, took)
	}
	start = max(last-took, min(at, last))
	return start, last - start
}

// splitTLS divides STARTTLS into the question and the handshake where the
// transcript says when the one ended and the other did.
func splitTLS(p *phase) []phase {
	s := p.step
	if p.kind != say || !strings.EqualFold(s.Sent, "STARTTLS") || len(s.Transcript) == 0 {
		return []phase{*p}
	}
	var asked time.Duration
	for _, l := range s.Transcript {
		if l.From == "S" {
			asked = l.Millis.Duration()
		}
	}
	end := p.end()
	if asked <= p.start || end <= asked || s.Transcript[len(s.Transcript)-1].From != "-" {
		return []phase{*p}
	}
	handshake := phase{attempt: p.attempt, kind: tls, name: "TLS handshake", start: asked, took: end - asked, placed: true}
	p.took = asked - p.start
	return []phase{*p, handshake}
}

// number is a step's number as the table of times shows it.
func number(p *phase, steps int) string {
	switch {
	case p.step == nil, p.step.Number > steps:
		return ""
	}
	return strconv.Itoa(p.step.Number)
}
