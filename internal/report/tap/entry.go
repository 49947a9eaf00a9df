package tap

import (
	"fmt"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// entry writes one test point with its subtest before it.
func entry(p *page, number int, e *report.Entry) {
	t := point{ok: true, number: number, name: name(e)}
	switch e.Kind() {
	case report.Skipped:
		t.directive, t.why = "SKIP", e.Why()
	case report.Excused:
		t.ok, t.directive, t.why = false, "TODO", e.Why()
	case report.Failed, report.Unknown:
		t.ok = false
	}
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

// name is the name of a point: what was played, and where.
func name(e *report.Entry) string {
	parts := []string{e.Subject()}
	if s := e.Scenario(); s != "" {
		parts = []string{s, e.Subject()}
	}
	if at := e.Place(); at != "" {
		parts = append(parts, at)
	}
	return strings.Join(parts, ", ")
}

// about is what a reader of a failure asks next.
func about(e *report.Entry) []field {
	fields := []field{{"status", e.Status().String()}}
	if r := e.Reason(); r != result.None {
		fields = append(fields, field{"reason", string(r)})
	}
	fields = append(fields, field{"message", e.Why()})
	if h := e.Hint(); h != "" {
		fields = append(fields, field{"hint", h})
	}
	if c := e.Check; c != nil {
		fields = append(fields, field{"attempts", c.Attempts})
		if t := c.TLS; t != nil {
			fields = append(fields, field{"tls", encryption(t)})
		}
	}
	return fields
}

// encryption says of DANE and MTA-STS only what was asked for.
func encryption(t *result.TLSState) []field {
	fields := []field{
		{"version", t.Version}, {"cipher", t.Cipher}, {"chain", t.ChainFinding}, {"name", t.NameFinding}, {"dates", t.DatesFinding},
	}
	for _, f := range [][2]string{{"dane", t.DANEFinding}, {"mta_sts", t.STSFinding}, {"verified_by", t.VerifiedBy}} {
		if f[1] != "" {
			fields = append(fields, field{f[0], f[1]})
		}
	}
	return fields
}

func steps(p *page, e *report.Entry) {
	all := e.Check.Steps
	last := report.LastAttempt(e.Check)
	for i := range all {
		step(p, i+1, e, &all[i], last)
	}
	p.line(subtest, fmt.Sprintf("1..%d", len(all)))
}

func step(p *page, number int, e *report.Entry, s *result.Step, last int) {
	t := point{ok: s.Status <= result.Warn, number: number, name: stepName(e, s, last)}
	why := report.Because(s.Message, s.Reason)
	switch {
	case s.Status == result.NotRun || s.Status == result.Skip:
		t.directive, t.why = "SKIP", why
		if why == "" {
			t.why = strings.ReplaceAll(s.Status.String(), "_", " ")
		}
	case t.ok:
	case s.Attempt != last:
		t.directive, t.why = "TODO", "tried again: "+why
	case e.Kind() != report.Failed && e.Kind() != report.Unknown:
		t.directive, t.why = "TODO", e.Why()
		if t.why == "" {
			t.why = why
		}
	}
	p.point(subtest, &t)
	if s.Status >= result.Warn {
		p.yaml(subtest, aboutStep(s, why))
	}
}

func stepName(e *report.Entry, s *result.Step, last int) string {
	n := "connect"
	if s.Number > 0 {
		n = s.Name
	}
	if n == "" {
		n = fmt.Sprintf("step %d", s.Number)
	}
	if s.Attempt != last {
		n += fmt.Sprintf(" (attempt %d of %d)", s.Attempt, e.Check.Attempts)
	}
	return n
}

func aboutStep(s *result.Step, why string) []field {
	fields := []field{{"status", s.Status.String()}}
	if s.Reason != result.None {
		fields = append(fields, field{"reason", string(s.Reason)})
	}
	fields = append(fields, field{"message", why})
	if s.File != "" && s.Line > 0 {
		fields = append(fields, field{"at", []field{{"file", s.File}, {"line", s.Line}, {"column", max(s.Col, 1)}}})
	}
	if said := report.Speech(s); len(said) > 0 {
		fields = append(fields, field{"transcript", said})
	}
	return fields
}
