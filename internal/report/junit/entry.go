package junit

import (
	"fmt"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// nameOf joins what was played, for whom and where. The name of a suite is
// what a person reads, and need not be unique; its class is.
func nameOf(e *report.Entry, separator, inPlace string) string {
	var parts []string
	for _, s := range []string{e.Scenario(), e.Subject(), strings.ReplaceAll(e.Place(), " ", inPlace)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, separator)
}

// entry writes the cases of an entry. At least one says what the entry as a
// whole amounts to.
func (s *suite) entry(e *report.Entry) {
	s.properties = e.Properties()
	if e.Check != nil {
		s.counts.time = e.Check.Millis
	}
	for p := range e.Points() {
		s.point(e, &p)
	}
	if s.counts.tests > 0 && (s.red || e.Kind() != report.Failed && e.Kind() != report.Unknown) {
		return
	}
	c := testcase{name: s.wholeName(e), element: element(e.Kind(), e.Status(), e.Reason()), message: e.Why()}
	switch c.element {
	case skipped:
	case passed:
		c.body = lines(c.message)
	default:
		c.reason = reasonWord(e.Status(), e.Reason())
		c.body = append(append(lines(c.message), worse(e)...), advice(e)...)
	}
	s.add(&c)
}

// finding writes the case of a finding. What is only worth knowing passed.
func (s *suite) finding(e *report.Entry) {
	f := e.Finding
	c := testcase{name: e.Scenario(), element: element(e.Kind(), e.Status(), result.None), message: e.Why()}
	if at := e.Place(); at != "" {
		c.name += " " + at
	}
	if c.element != passed && c.element != skipped {
		c.reason = e.Scenario() // what readers group failures by
	}
	if f.Severity != result.SeverityOK {
		c.body = lines(report.SeverityWord(f.Severity) + " " + f.Title + evidence(f))
		c.body = append(c.body, advice(e)...)
		for _, record := range f.Publish {
			c.body = append(c.body, "publish: "+record)
		}
	}
	s.add(&c)
}

// about is what is to be known of a domain beside its findings.
func about(d *result.Domain) []report.Property {
	all := []report.Property{{Name: "status", Value: d.Status.String()}, {Name: "domain", Value: d.Domain}}
	for i := range d.Changes {
		all = append(all, report.Property{Name: "change", Value: d.Changes[i].Message})
	}
	return all
}

func evidence(f *result.Finding) string {
	if f.Evidence == "" {
		return ""
	}
	return ": " + f.Evidence
}

// wholeName is the name of the case for an entry as a whole: what was to be
// done there, or what is said of all that was done.
func (s *suite) wholeName(e *report.Entry) string {
	switch {
	case e.Reason() == result.Regression:
		return "regression"
	case s.counts.tests > 0:
		return "verdict"
	case e.Address != nil:
		return connectName
	case e.Host != nil && len(e.Host.Addresses) == 0, e.Host == nil && len(e.Domain.Hosts) == 0:
		return "00 look-up"
	}
	return "verdict"
}

// point writes the case of a step.
func (s *suite) point(e *report.Entry, p *report.Point) {
	st := p.Step
	c := testcase{
		name: fmt.Sprintf("%02d %s", st.Number, p.Name), element: element(p.Kind, st.Status, st.Reason),
		message: p.Why, step: st, time: st.Millis,
	}
	if st.Status >= result.Inconclusive {
		c.body = said(e, st, p.Why)
	}
	switch c.element {
	case passed:
		if st.Status == result.Warn {
			c.body = lines(p.Why)
		}
		for _, n := range st.Notes {
			c.body = append(c.body, "note: "+n)
		}
	case failure, failing:
		c.reason = reasonWord(st.Status, st.Reason)
	}
	s.add(&c)
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// advice is what to do, on a line.
func advice(e *report.Entry) []string {
	if h := e.Hint(); h != "" {
		return []string{"hint: " + h}
	}
	return nil
}

// worse are the changes for the worse, each on a line, where there are more
// than the one in the message of a regression.
func worse(e *report.Entry) []string {
	if e.Reason() != result.Regression {
		return nil
	}
	var all []string
	for i := range e.Domain.Changes {
		if c := &e.Domain.Changes[i]; c.Regression {
			all = append(all, "worse: "+c.Message)
		}
	}
	if len(all) == 1 {
		return nil
	}
	return all
}

// said is the body of a failure.
func said(e *report.Entry, s *result.Step, message string) []string {
	all := []string{message}
	if at := report.Position(s); at != "" {
		all = append(all, "at "+at)
	}
	if s == e.Decider() {
		all = append(all, advice(e)...)
	}
	return append(append(all, ""), report.Conversation(e.Check, s)...)
}
