package cli

import (
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// listRows is how many rows a table of a list has at the end of the results.
const listRows = 100

// tally sums up the domains of a run.
type tally struct {
	require  verdict.Require
	verdict  result.Verdict
	hosts    result.Counts // dialogues
	steps    result.Counts
	domains  int
	family   probe.Family
	unchosen int // domains of which the flags left no address
	passedBy int // hosts skipped for want of an address, of the family asked for or at all
	undone   bool
	ours     bool // something inconclusive is not just a temporary answer
	late     bool // something was cut short by --max-time
	spared   int  // domains that are excluded, or of which something is
	unpaid   int  // domains that --budget left out, or something of them
	// list is what a list came to, nil for one domain.
	list   *report.Overview
	shared int // dialogues that were played for another domain
}

// add counts one domain.
func (t *tally) add(d *result.Domain) {
	t.domains++
	if t.list != nil {
		t.list.Add(d)
	}
	t.verdict = result.Worst(t.verdict, d.Status)
	passedBy := hostsPassedBy(d)
	t.passedBy += passedBy
	if d.Status == result.NotRun && d.Reason == result.Condition || t.family != probe.AnyFamily && passedBy > 0 && passedBy == len(d.Hosts) {
		t.unchosen++
	}
	// What is not known of a domain must not be hidden behind another that
	// passed, or behind its own other addresses.
	t.undone = t.undone || d.Status == result.NotRun
	t.late = t.late || d.Reason == result.Deadline
	if d.Excluded {
		t.passedBy++
	}
	if d.Excluded || hasCheck(d, func(c *result.Check) bool { return c.Excluded }) {
		t.spared++
	}
	if d.Reason == result.Budget || hasCheck(d, func(c *result.Check) bool { return c.Reason == result.Budget }) {
		t.unpaid++
	}
	t.ours = t.ours || d.Status == result.Inconclusive && ours(d)
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			t.addChecks(d.Hosts[i].Addresses[j].Checks)
		}
	}
}

// ours reports whether something of an inconclusive domain is not known for
// another reason than a temporary answer of a server.
func ours(d *result.Domain) bool {
	not := func(v result.Verdict, r result.Reason) bool { return v == result.Inconclusive && r != result.Temporary }
	if d.Audited() {
		// Findings do not say whose the fault is; mail that waits says enough.
		return d.Sender == nil || d.Sender.View != result.ViewQueued
	}
	if len(d.Hosts) == 0 {
		return not(d.Status, d.Reason)
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if len(h.Addresses) == 0 && not(h.Status, h.Reason) {
			return true
		}
		if h.Lack != nil && not(h.Lack.Status, h.Lack.Reason) {
			return true
		}
		for j := range h.Addresses {
			for k := range h.Addresses[j].Checks {
				if c := &h.Addresses[j].Checks[k]; c.Forgiven == "" && not(c.Status, c.Reason) {
					return true
				}
			}
		}
	}
	return false
}

// hasCheck reports whether some dialogue of a domain is as asked for.
func hasCheck(d *result.Domain, is func(*result.Check) bool) bool {
	for at := range d.Played() {
		if is(at.Check) {
			return true
		}
	}
	return false
}

// hostsPassedBy counts the hosts that were skipped and have no address: -4 or
// -6 left none, or a scenario skips the host and its name does not resolve.
func hostsPassedBy(d *result.Domain) int {
	n := 0
	for i := range d.Hosts {
		if h := &d.Hosts[i]; h.Status == result.Skip && len(h.Addresses) == 0 {
			n++
		}
	}
	return n
}

func (t *tally) addChecks(checks []result.Check) {
	for i := range checks {
		c := &checks[i]
		t.hosts.Add(c.Status)
		if c.Shared != nil {
			t.shared++
		}
		t.late = t.late || c.Reason == result.Deadline
		if c.Status == result.NotRun && t.require == verdict.All {
			t.undone = true
		}
		for k := range c.Steps {
			if c.Steps[k].Attempt == c.Attempts {
				t.steps.Add(c.Steps[k].Status)
			}
		}
	}
}

// nothingLeft reports whether the flags left no address of any domain.
func (t *tally) nothingLeft() bool { return t.domains > 0 && t.unchosen == t.domains }

// allSkipped reports whether nothing was tested, only skipped.
func (t *tally) allSkipped() bool {
	return t.verdict == result.Skip && t.hosts.Skip+t.passedBy > 0 && t.hosts.Pass+t.hosts.Warn == 0
}

// end is the last word of a report.
func (t *tally) end(exit int, elapsed time.Duration) result.End {
	status := t.verdict
	if t.undone && status < result.Inconclusive {
		status = result.Inconclusive
	}
	end := result.End{
		V: result.Version, Type: "end", Status: status, Exit: exit,
		Dialogues: t.hosts, Steps: t.steps, Millis: result.Millis(elapsed),
	}
	if t.list != nil {
		end.List = t.list.List(listRows)
	}
	return end
}
