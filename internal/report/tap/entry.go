package tap

import (
	"fmt"
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// entry writes one test point with its subtest before it.
func entry(p *page, number int, e *report.Entry) {
	t := point{number: number, name: name(e)}
	t.is(e.Kind(), e.Why())
	if e.Check != nil && len(e.Check.Steps) > 0 {
		// A reader takes the subtest to end at the point of the same name.
		p.line(0, "# Subtest: "+escape(t.name))
		steps(p, e)
	}
	p.point(0, &t)
	if e.Status() != result.Pass {
		p.yaml(0, about(e))
	}
}

// is says what a kind of entry, or of step, is in TAP.
func (t *point) is(k report.Kind, why string) {
	t.ok = k == report.Passed || k == report.Skipped
	switch k {
	case report.Skipped:
		t.directive, t.why = "SKIP", why
	case report.Excused:
		t.directive, t.why = "TODO", why
	}
}

// name is the name of a point: what was played, and where.
func name(e *report.Entry) string {
	var parts []string
	for _, s := range []string{e.Scenario(), e.Subject(), e.Place()} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// about is what a reader of a failure asks next.
func about(e *report.Entry) []field {
	var fields []field
	used := map[string]int{}
	for _, p := range e.Properties() {
		k := key(p.Name)
		if used[k]++; used[k] > 1 {
			k += "_" + strconv.Itoa(used[k]) // there may be several notes
		}
		fields = append(fields, field{k, p.Value})
	}
	return fields
}

// key makes a key of a name, which may be one that a scenario gave to what it
// captured.
func key(name string) string {
	const most = 60
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, name[:min(len(name), most)])
}

func steps(p *page, e *report.Entry) {
	n := 0
	for s := range e.Points() {
		n++
		step(p, n, &s)
	}
	p.line(subtest, fmt.Sprintf("1..%d", n))
}

func step(p *page, number int, s *report.Point) {
	t := point{number: number, name: s.Name}
	t.is(s.Kind, s.Why)
	p.point(subtest, &t)
	if s.Step.Status >= result.Warn {
		p.yaml(subtest, aboutStep(s))
	}
}

func aboutStep(p *report.Point) []field {
	s := p.Step
	fields := []field{{"status", s.Status.String()}}
	if s.Reason != result.None {
		fields = append(fields, field{"reason", string(s.Reason)})
	}
	fields = append(fields, field{"message", report.Because(s.Message, s.Reason)})
	if s.File != "" && s.Line > 0 {
		fields = append(fields, field{"at", []field{{"file", s.File}, {"line", s.Line}, {"column", max(s.Col, 1)}}})
	}
	if said := report.Speech(s); len(said) > 0 {
		fields = append(fields, field{"transcript", said})
	}
	return fields
}
