package junit

import (
	"fmt"
	"hash/fnv"
	"io"
	"strconv"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// counts are the attributes that readers add up.
type counts struct {
	tests, failures, errors, skipped int
	time                             result.Millis
}

// attrs returns the counts as attributes of a suite.
func (c *counts) attrs() []attr {
	return []attr{
		{"tests", strconv.Itoa(c.tests), true},
		{"failures", strconv.Itoa(c.failures), true},
		{"errors", strconv.Itoa(c.errors), true},
		{"skipped", strconv.Itoa(c.skipped), true},
		{"time", report.Seconds(c.time), true},
	}
}

// suite is the element for one entry of a report.
type suite struct {
	name, class string
	counts      counts
	properties  []report.Property
	cases       document
	names       unique
	red         bool // some case is a failure or an error
}

// What a case amounts to. JUnit knows no inconclusive: it is an error, which
// says that the test could not be made, while a failure says that it was
// made and not passed.
const (
	passed  = ""
	skipped = "skipped"
	failure = "failure"
	failing = "error"
)

// testcase is one case of a suite.
type testcase struct {
	name    string
	element string // what became of it, one of the constants above
	reason  string
	message string
	body    []string // below the element, or what there is to say of one that passed
	step    *result.Step
	time    result.Millis
}

func (s *suite) add(c *testcase) {
	s.counts.tests++
	switch c.element {
	case skipped:
		s.counts.skipped++
	case failure:
		s.counts.failures++
	case failing:
		s.counts.errors++
	}
	s.red = s.red || c.element == failure || c.element == failing
	attrs := []attr{{"classname", s.class, true}, {"name", s.names.of(c.name), true}}
	if c.step != nil && report.InFile(c.step) {
		attrs = append(attrs, attr{"file", c.step.File, false}, attr{"line", strconv.Itoa(c.step.Line), false})
	}
	attrs = append(attrs, attr{"time", report.Seconds(c.time), true})
	if c.element == passed && len(c.body) == 0 {
		s.cases.open(2, "testcase", true, attrs...)
		return
	}
	s.cases.open(2, "testcase", false, attrs...)
	switch c.element {
	case passed:
		s.cases.lines(3, "system-out", c.body)
	case skipped:
		s.cases.lines(3, skipped, c.body, attr{"message", c.message, true})
	default:
		s.cases.lines(3, c.element, c.body, attr{"type", c.reason, false}, attr{"message", c.message, true})
	}
	s.cases.close(2, "testcase")
}

// write writes the suite.
func (s *suite) write(x *document, timestamp string) {
	attrs := append([]attr{{"name", s.name, true}}, s.counts.attrs()...)
	x.open(1, "testsuite", false, append(attrs, attr{"timestamp", timestamp, false})...)
	if len(s.properties) > 0 {
		x.open(2, "properties", false)
		for _, p := range s.properties {
			x.open(3, "property", true, attr{"name", p.Name, true}, attr{"value", p.Value, true})
		}
		x.close(2, "properties")
	}
	x.b = append(x.b, s.cases.b...)
	x.close(1, "testsuite")
}

// element says what a step, or a whole entry, is to a reader. An expectation
// that was not met is a failure; whatever kept the dialogue from being held is
// an error.
func element(k report.Kind, v result.Verdict, r result.Reason) string {
	switch k {
	case report.Passed:
		return passed
	case report.Skipped, report.Excused:
		return skipped
	}
	if v != result.Fail {
		return failing
	}
	switch r {
	case result.None, result.Reply, result.Slow, result.Protocol, result.Regression:
		return failure
	}
	return failing
}

// reasonWord is the type of a failure: the reason, which is one of a closed
// list, else the verdict.
func reasonWord(v result.Verdict, r result.Reason) string {
	if r == result.None {
		return v.String()
	}
	return string(r)
}

// connectName is the case of the connection with its greeting. Numbers keep
// equal lines apart and cases in the order of the dialogue.
const connectName = "00 connect"

// unique makes names that no other has. Of each it keeps no more than a sum:
// a list may have a million, and two that had the same by chance would be
// told apart for nothing.
type unique map[uint64]struct{}

func (u unique) of(name string) string {
	name = result.PrintableString(name)
	own := name
	for n := 2; !u.take(own); n++ {
		own = fmt.Sprintf("%s (%d)", name, n)
	}
	return own
}

func (u unique) take(name string) bool {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name)
	sum := h.Sum64()
	_, taken := u[sum]
	u[sum] = struct{}{}
	return !taken
}
