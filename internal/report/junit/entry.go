package junit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// suiteName is what a person reads; it need not be unique.
func suiteName(e *report.Entry) string {
	return strings.Join(present(e.Scenario(), e.Subject(), e.Place()), ", ")
}

// className holds the domain too: a host may serve several.
func className(e *report.Entry) string {
	return strings.Join(present(e.Scenario(), e.Subject(), strings.ReplaceAll(e.Place(), " ", ".")), ".")
}

func present(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// entry writes the cases of an entry. At least one says what the entry as a
// whole amounts to.
func (s *suite) entry(e *report.Entry) {
	s.about(e)
	if e.Check != nil {
		s.counts.time = e.Check.Millis
		s.steps(e)
	}
	if s.counts.tests > 0 && (s.red || e.Kind() != report.Failed && e.Kind() != report.Unknown) {
		return
	}
	why := e.Why()
	c := testcase{name: s.wholeName(e), message: why}
	switch e.Kind() {
	case report.Skipped, report.Excused:
		c.element = skipped
	case report.Failed, report.Unknown:
		c.element, c.reason = element(e.Status(), e.Reason()), reasonWord(e.Status(), e.Reason())
		c.body = present(append(append([]string{why}, worse(e)...), hint(e))...)
	default:
		c.out = present(why)
	}
	s.add(&c)
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

// worse are the changes for the worse, each on a line, where there are more
// than the one in the message of a regression.
func worse(e *report.Entry) []string {
	if e.Reason() != result.Regression {
		return nil
	}
	var lines []string
	for i := range e.Domain.Changes {
		if c := &e.Domain.Changes[i]; c.Regression {
			lines = append(lines, "worse: "+result.PrintableString(c.Message))
		}
	}
	if len(lines) == 1 {
		return nil
	}
	return lines
}

func hint(e *report.Entry) string {
	if h := e.Hint(); h != "" {
		return "hint: " + h
	}
	return ""
}

// steps writes a case for every step of every attempt.
func (s *suite) steps(e *report.Entry) {
	c := e.Check
	last := report.LastAttempt(c)
	for i := range c.Steps {
		s.step(e, &c.Steps[i], last)
	}
}

func (s *suite) step(e *report.Entry, st *result.Step, last int) {
	c := testcase{name: caseName(e.Check, st, last), step: st, time: st.Millis, message: report.Because(st.Message, st.Reason)}
	kind := e.Kind()
	switch st.Status {
	case result.NotRun, result.Skip:
		c.element = skipped
		if c.message == "" {
			c.message = strings.ReplaceAll(st.Status.String(), "_", " ")
		}
	case result.Fail, result.Inconclusive:
		switch {
		case st.Attempt != last:
			c.element = skipped
			c.message = fmt.Sprintf("attempt %d of %d, tried again: %s", st.Attempt, e.Check.Attempts, c.message)
		case kind == report.Excused:
			c.element, c.message = skipped, e.Why()
		case kind == report.Passed || kind == report.Skipped:
			c.element = skipped // decided nothing
		default:
			c.element, c.reason = element(st.Status, st.Reason), reasonWord(st.Status, st.Reason)
		}
		c.body = said(e, st, c.message)
	case result.Warn:
		c.out = present(c.message)
	}
	for _, n := range st.Notes {
		if c.element == passed {
			c.out = append(c.out, "note: "+result.PrintableString(n))
		}
	}
	s.add(&c)
}

// about writes the properties: what a reader of a failure asks next.
func (s *suite) about(e *report.Entry) {
	s.property("domain", e.Domain.Domain)
	s.property("server", e.Domain.Server)
	s.property("status", e.Status().String())
	s.property("reason", string(e.Reason()))
	if e.Status() != result.Pass {
		s.property("message", e.Why())
	}
	s.property("hint", e.Hint())
	if e.Host != nil {
		s.property("mx", e.Host.Name)
		s.property("pref", strconv.Itoa(int(e.Host.Preference)))
	}
	if e.Address != nil {
		s.property("ip", e.Address.IP)
		if e.Address.Port != 0 {
			s.property("port", strconv.Itoa(int(e.Address.Port)))
		}
	}
	if e.Check != nil {
		s.aboutCheck(e.Check)
	}
	if e.Host == nil {
		s.aboutDomain(e.Domain)
	}
}

func (s *suite) aboutCheck(c *result.Check) {
	s.property("scenario", c.Scenario)
	s.property("attempts", strconv.Itoa(c.Attempts))
	s.property("forgiven", c.Forgiven)
	if c.DelayMillis > 0 {
		s.property("delay_seconds", seconds(c.DelayMillis))
	}
	if c.ConnectMillis > 0 {
		s.property("connect_seconds", seconds(c.ConnectMillis))
	}
	if t := c.TLS; t != nil {
		s.property("tls_version", t.Version)
		s.property("tls_cipher", t.Cipher)
		s.property("tls_chain", t.ChainFinding)
		s.property("tls_name", t.NameFinding)
		s.property("tls_dates", t.DatesFinding)
		s.property("tls_dane", t.DANEFinding)
		s.property("tls_mta_sts", t.STSFinding)
		s.property("tls_verified_by", t.VerifiedBy)
		if len(t.Chain) > 0 {
			s.property("tls_days_left", strconv.Itoa(t.DaysLeft))
			s.property("certificate_sha256", t.Chain[0].SHA256)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Captures)) {
		s.property("capture."+name, c.Captures[name])
	}
	for _, n := range c.Notes {
		s.property("note", n)
	}
}

func (s *suite) aboutDomain(d *result.Domain) {
	for _, n := range d.Notes {
		s.property("note", n)
	}
}
