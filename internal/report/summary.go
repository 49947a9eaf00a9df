package report

import (
	"fmt"

	"mxprobe/probe/result"
)

// End writes the summary of the run. A quiet report of a run in which all is
// well is empty.
func (t *Text) End(end *result.End) error {
	if t.opt.Verbose < 0 && (end.Status == result.Pass || end.Status == result.Skip) && end.Exit == 0 {
		return t.out.err
	}
	if t.opt.Verbose < 0 && t.untold && !t.told {
		return t.out.err // an earlier run has said it all
	}
	p := &t.page
	p.blank()
	p.notes("", "", end.Notes)
	p.line(p.paint(style(end.Status), t.summary(end)))
	return t.flush()
}

// summary always names the three counts that everybody asks for, and others
// only where there are any.
func (t *Text) summary(end *result.End) string {
	c := &end.Hosts
	s := fmt.Sprintf("%d passed, %d failed, %d skipped", c.Pass, c.Fail, c.Skip)
	if c.Warn > 0 {
		s += ", " + Count(c.Warn, "warning", "warnings")
	}
	if c.Inconclusive > 0 {
		s += fmt.Sprintf(", %d inconclusive", c.Inconclusive)
	}
	if c.NotRun > 0 {
		s += fmt.Sprintf(", %d not run", c.NotRun)
	}
	if t.deadHosts > 0 {
		s += ", " + Count(t.deadHosts, "host without address", "hosts without address")
	}
	if t.deadDomains > 0 {
		s += ", " + Count(t.deadDomains, "domain without hosts", "domains without hosts")
	}
	return s + " in " + Duration(end.Millis.Duration())
}
