package report

import (
	"fmt"
	"strings"

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
	if t.opt.List && t.opt.Verbose >= 0 {
		t.failures.writeTo(p) // a quiet report has little else
	}
	p.notes("", "", end.Notes)
	indent := ""
	for _, l := range wrap(t.summary(end), p.room(2)) {
		p.line(indent, p.paint(style(end.Status), l))
		indent = "  "
	}
	return t.flush()
}

// summary always names the three counts that everybody asks for, and others
// only where there are any. What failed without a dialogue has failed as well.
func (t *Text) summary(end *result.End) string {
	c := end.Dialogues
	c.Pass += t.bare.Pass
	c.Warn += t.bare.Warn
	c.Fail += t.bare.Fail
	c.Inconclusive += t.bare.Inconclusive
	c.Skip += t.bare.Skip
	c.NotRun += t.bare.NotRun
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
	s += t.amongThem() + " in " + Duration(end.Millis.Duration())
	if end.Exit != 0 && c.Fail+c.Inconclusive == 0 {
		s += fmt.Sprintf(", exit status %d", end.Exit)
	}
	return s
}

// amongThem names what was counted without a dialogue.
func (t *Text) amongThem() string {
	var bare []string
	if t.deadHosts > 0 {
		bare = append(bare, Count(t.deadHosts, "host without address", "hosts without address"))
	}
	if t.deadDomains > 0 {
		bare = append(bare, Count(t.deadDomains, "domain without hosts", "domains without hosts"))
	}
	if len(bare) == 0 {
		return ""
	}
	return ", among them " + strings.Join(bare, " and ") + ","
}
