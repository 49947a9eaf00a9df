package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// Findings are what is remembered of the findings of a domain: the severity of
// each that is not sound, by the identifier of its rule and by where it is.
type Findings map[string]map[string]result.Severity

// valid returns an error if a severity is none.
func (f Findings) valid() error {
	for _, id := range slices.Sorted(maps.Keys(f)) {
		for where, s := range f[id] {
			if !slices.Contains(result.Severities(), s) || sound(s) {
				return fmt.Errorf("finding %q at %q has no severity: %q", id, where, s)
			}
		}
	}
	return nil
}

// whereOf is where a finding is: the host and its address; empty for the domain.
func whereOf(f *result.Finding) string {
	return strings.TrimSpace(f.Subject.Host + " " + f.Subject.Address)
}

// FindingChanges returns what of the findings of d is not as it was remembered:
// those that are new first, then those that are gone. before is nil where the
// domain was never remembered, which another change has said. looked reports
// whether the call looks at a rule at all; now is what Remember gave.
func FindingChanges(before, now *Snapshot, d *result.Domain, o *Options, looked func(id string) bool) []result.Change {
	if before == nil || now == nil || unseen(d) {
		return nil
	}
	if before.Findings == nil {
		return []result.Change{{
			Kind: result.ChangeDomainNew, Now: subject(d),
			Message: "the findings of " + subject(d) + " are new: the baseline is of another command",
		}}
	}
	c := &findings{before: before.Findings, now: findingsOf(d), moved: moves(before, now), d: d, o: o, looked: looked}
	all := c.added()
	for _, g := range c.gone() {
		all = append(all, result.Change{
			Kind: result.ChangeFindingGone, Where: g.where, Before: string(g.severity),
			Message: fmt.Sprintf("%s is gone%s, it was %s", g.id, atPlace(g.where), g.severity),
		})
	}
	return all
}

// RememberFindings adds to now, which Remember gave, what is to be remembered of
// the findings of d, and returns it. Neither before nor now is changed.
func RememberFindings(before, now *Snapshot, d *result.Domain, o *Options, looked func(id string) bool) *Snapshot {
	if now == nil || unseen(d) {
		return now
	}
	kept := *now
	c := &findings{now: findingsOf(d), d: d, o: o, looked: looked}
	if before != nil {
		c.before = before.Findings
	}
	kept.Findings = c.kept()
	return &kept
}

// unseen reports whether nothing is known of a domain, so that it has neither
// lost a finding nor gained one.
func unseen(d *result.Domain) bool { return d.Status == result.NotRun || len(d.Findings) == 0 }

// KnownFindings turns the failures of d that stand in the baseline into warnings,
// and reports whether there are any. What all of it amounts to has to be worked
// out again after it.
func KnownFindings(before *Snapshot, d *result.Domain) bool {
	if before == nil {
		return false
	}
	any := false
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.Severity == result.SeverityFail && before.Findings[f.ID][whereOf(f)] == f.Severity {
			f.Severity, any = result.SeverityWarn, true
			f.Evidence = strings.TrimPrefix(f.Evidence+"; "+forgiven, "; ")
		}
	}
	return any
}

// SameFindings reports whether everything that is wrong with d by its findings,
// and everything that is not known of it, stands in the baseline in the same way.
func SameFindings(before *Snapshot, d *result.Domain) bool {
	if before == nil || unseen(d) {
		return false
	}
	return !slices.ContainsFunc(d.Findings, func(f result.Finding) bool {
		return f.Severity.Verdict() > result.Pass && before.Findings[f.ID][whereOf(&f)] != f.Severity
	})
}

// findings compares what was found with what was remembered.
type findings struct {
	before Findings
	now    map[string]map[string]*result.Finding
	// moved is the place that an address stands in the stead of.
	moved  map[string]string
	d      *result.Domain
	o      *Options
	looked func(id string) bool
}

// findingsOf are the findings of a domain by rule and place, those that are
// sound among them. Where a rule has several for a place, the worst counts.
func findingsOf(d *result.Domain) map[string]map[string]*result.Finding {
	all := map[string]map[string]*result.Finding{}
	for i := range d.Findings {
		f := &d.Findings[i]
		if all[f.ID] == nil {
			all[f.ID] = map[string]*result.Finding{}
		}
		if worse := all[f.ID][whereOf(f)]; worse == nil || f.Severity.Rank() < worse.Severity.Rank() {
			all[f.ID][whereOf(f)] = f
		}
	}
	return all
}

// sound reports whether nothing is wrong as far as is known.
func sound(s result.Severity) bool { return s == result.SeverityOK }

// added are the changes of what is wrong now, in the order of the findings.
func (c *findings) added() []result.Change {
	var all []result.Change
	for i := range c.d.Findings {
		f := &c.d.Findings[i]
		where := whereOf(f)
		if c.now[f.ID][where] != f || sound(f.Severity) || f.Severity == result.SeverityInconclusive {
			continue // what is not known now may be as it was
		}
		was, had := c.before[f.ID][where]
		if !had && c.moved[where] != "" {
			was, had = c.before[f.ID][c.moved[where]]
		}
		change := result.Change{
			Kind: result.ChangeFindingNew, Where: where, Now: string(f.Severity),
			Regression: f.Severity.Verdict() > result.Pass, Message: fmt.Sprintf("%s is new%s, %s: %s", f.ID, atPlace(where), f.Severity, f.Title),
		}
		switch {
		case was == f.Severity:
			continue
		case had && was != result.SeverityInconclusive:
			change.Kind, change.Before, change.Regression = result.ChangeFindingSeverity, string(was), f.Severity.Rank() < was.Rank()
			change.Message = fmt.Sprintf("%s%s is %s, it was %s: %s", f.ID, atPlace(where), f.Severity, was, f.Title)
		}
		all = append(all, change)
	}
	return all
}

func atPlace(where string) string {
	if where == "" {
		return ""
	}
	return " at " + where
}

// past is a finding that was remembered.
type past struct {
	id, where string
	severity  result.Severity
}

// gone are the findings that are sound now, or whose place is no more.
func (c *findings) gone() []past {
	var all []past
	for _, id := range slices.Sorted(maps.Keys(c.before)) {
		for _, where := range slices.Sorted(maps.Keys(c.before[id])) {
			p := past{id, where, c.before[id][where]}
			if f := c.now[id][where]; f != nil && sound(f.Severity) || f == nil && !c.open(id, where) && !c.movedAway(p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// kept is what is to be remembered: what is wrong now, and what was wrong where
// nobody knows better.
func (c *findings) kept() Findings {
	all := Findings{}
	put := func(id, where string, s result.Severity) {
		if all[id] == nil {
			all[id] = map[string]result.Severity{}
		}
		all[id][where] = s
	}
	for id, places := range c.before {
		for where, s := range places {
			f := c.now[id][where]
			if f == nil && c.open(id, where) || f != nil && f.Severity == result.SeverityInconclusive {
				put(id, where, s)
			}
		}
	}
	for id, places := range c.now {
		for where, f := range places {
			if _, had := all[id][where]; !sound(f.Severity) && (!had || f.Severity != result.SeverityInconclusive) {
				put(id, where, f.Severity)
			}
		}
	}
	return all
}

// open reports whether it is not known what became of a finding that is in no
// way among those of now: nobody looked, or what it hangs on is not known.
func (c *findings) open(id, where string) bool {
	if !c.looked(id) || c.d.Origin == "" {
		return true // nobody looked, or there was nothing to be found
	}
	host, address, _ := strings.Cut(where, " ")
	if host == "" {
		return false
	}
	if c.o.leftOut(host, address) {
		return true
	}
	for place, f := range c.now[id] {
		if f.Severity == result.SeverityInconclusive && (place == "" || place == host) {
			return true
		}
	}
	i := slices.IndexFunc(c.d.Hosts, func(h result.Host) bool { return h.Name == host })
	return i >= 0 && address != "" && (c.d.Hosts[i].Lack != nil || len(c.d.Hosts[i].Addresses) == 0)
}

// movedAway reports whether a remembered finding stands at the address now that
// came in the stead of its own: whoever moves a server takes its findings along.
func (c *findings) movedAway(p past) bool {
	for to, from := range c.moved {
		if f := c.now[p.id][to]; from == p.where && f != nil && !sound(f.Severity) {
			return true
		}
	}
	return false
}

// moves are the places that an address came in the stead of, where a host has
// one of a family less and one more.
func moves(before, now *Snapshot) map[string]string {
	all := map[string]string{}
	for name, h := range now.Hosts {
		was := before.Hosts[name]
		if was == nil {
			continue
		}
		for _, six := range []bool{false, true} {
			gone, added := missing(was.Addresses, h.Addresses, six), missing(h.Addresses, was.Addresses, six)
			if len(gone) == 1 && len(added) == 1 {
				all[name+" "+added[0]] = name + " " + gone[0]
			}
		}
	}
	return all
}
