package report

import (
	"strconv"

	"mxprobe/probe/result"
)

// Sentence is the one thing to know of a domain, printable.
func Sentence(d *result.Domain) string {
	name := Title(d)
	if f := worstFinding(d); f != nil && f.Severity.Verdict() == d.Status && d.Status > result.Pass {
		ended := Ended(d.Status, 1)
		if d.Status == result.Warn {
			ended = "passed with a warning"
		}
		return name + " " + ended + ": " + clean(join(f.Title, f.Evidence))
	}
	if d.Audited() && d.Status == result.Pass {
		return name + " " + soundness(d)
	}
	if len(d.Hosts) == 0 {
		return name + ": " + Facts(d)
	}
	p := placesOf(d)
	switch d.Status {
	case result.Fail, result.Inconclusive:
		if found := p.worst(name, d.Status); found != "" {
			return found
		}
		return name + " " + Ended(d.Status, 1) + because(d)
	case result.Warn:
		if text := firstOf(d, result.Warn); text != "" {
			return name + " passed with a warning: " + text + p.butMilder(d)
		}
		return name + " passed with a warning" + because(d) + p.butMilder(d)
	case result.Pass:
		return p.allPassed(name) + p.butMilder(d)
	}
	return name + " " + Ended(d.Status, 1) + because(d)
}

// soundness says of a domain that was checked and has nothing to be mended how
// much of it is known.
func soundness(d *result.Domain) string {
	n := 0
	for i := range d.Findings {
		if d.Findings[i].Severity == result.SeverityInconclusive {
			n++
		}
	}
	if n > 0 {
		return "passed, with " + Count(n, "thing", "things") + " not known"
	}
	return "is sound"
}

// Ended is what became of n things, as it stands behind them.
func Ended(v result.Verdict, n int) string {
	is, was := "is ", "was "
	if n > 1 {
		is, was = "are ", "were "
	}
	switch v {
	case result.Fail:
		return "failed"
	case result.Inconclusive:
		return is + "inconclusive"
	case result.Skip:
		return was + "skipped"
	}
	return was + "not run"
}

func because(d *result.Domain) string {
	if why := Because(d.Message, d.Reason); why != "" {
		return ": " + why
	}
	return ""
}

// places counts the addresses of a domain and the hosts without any.
type places struct {
	d         *result.Domain
	addresses result.Counts
	dead      result.Counts
	all       int
}

func placesOf(d *result.Domain) places {
	p := places{d: d}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if len(h.Addresses) == 0 {
			p.dead.Add(h.Status)
		}
		for j := range h.Addresses {
			p.addresses.Add(h.Addresses[j].Status)
			p.all++
		}
	}
	return p
}

// worst says how many places have a verdict, and what happened at the first.
func (p *places) worst(name string, v result.Verdict) string {
	n, dead := p.addresses.Of(v), p.dead.Of(v)
	var s string
	switch {
	case n == 0 && dead == 0:
		return ""
	case n == 0:
		s = name + " has " + DeadHosts(dead)
	default:
		s = p.share(n) + " of " + name + " " + Ended(v, n)
	}
	if n > 0 && dead > 0 {
		s += ", and it has " + DeadHosts(dead)
	}
	if n+dead > 1 {
		return s + ". First: " + firstOf(p.d, v)
	}
	return s + ": " + firstOf(p.d, v)
}

// DeadHosts counts hosts without an address in words.
func DeadHosts(n int) string { return Count(n, "host", "hosts") + " without address" }

// share is how many of all addresses there are.
func (p *places) share(n int) string {
	switch {
	case len(p.d.Views) > 0:
		return strconv.Itoa(n) + " of " + strconv.Itoa(p.all) + " addresses, counted once a vantage,"
	case n < p.all:
		return strconv.Itoa(n) + " of " + strconv.Itoa(p.all) + " addresses"
	case n == 1:
		return "The only address"
	case n == 2:
		return "Both addresses"
	}
	return "All " + strconv.Itoa(n) + " addresses"
}

func (p *places) allPassed(name string) string {
	if n := p.addresses.Pass + p.addresses.Skip + p.addresses.Warn; n < p.all || n == 0 {
		return name + " passed"
	}
	return p.share(p.all) + " of " + name + " passed"
}

// butMilder names what went wrong and does not count: not every host has to
// pass.
func (p *places) butMilder(d *result.Domain) string {
	for _, v := range []result.Verdict{result.Fail, result.Inconclusive} {
		if v <= d.Status {
			continue
		}
		if n := p.addresses.Of(v) + p.dead.Of(v); n > 0 {
			return "; " + strconv.Itoa(n) + " of " + strconv.Itoa(p.all+p.dead.Of(v)) + " " + Participle(v) + " and need not pass: " + firstOf(d, v)
		}
	}
	return ""
}

// firstOf says what happened at the first place that has a verdict.
func firstOf(d *result.Domain, v result.Verdict) string {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if len(h.Addresses) == 0 && h.Status == v {
			return clean(h.Name) + ": " + Because(h.Message, h.Reason)
		}
		for j := range h.Addresses {
			a := &h.Addresses[j]
			for k := range a.Checks {
				if c := &a.Checks[k]; c.Status == v {
					return At(h, a) + ", " + clean(c.Scenario) + ": " + Because(c.Message, c.Reason)
				}
			}
		}
	}
	return Because(d.Message, d.Reason)
}

// worstFinding is the first finding of the worst severity, nil without any.
func worstFinding(d *result.Domain) *result.Finding {
	var worst *result.Finding
	for i := range d.Findings {
		if f := &d.Findings[i]; worst == nil || f.Severity.Rank() < worst.Severity.Rank() {
			worst = f
		}
	}
	return worst
}

// Participle is what became of something, as it stands behind a number.
func Participle(v result.Verdict) string {
	switch v {
	case result.Pass:
		return "passed"
	case result.Warn:
		return "with a warning"
	case result.Fail:
		return "failed"
	case result.Inconclusive:
		return "inconclusive"
	case result.Skip:
		return "skipped"
	}
	return "not run"
}

// Order are the verdicts from the one to be looked at first.
func Order() []result.Verdict {
	return []result.Verdict{result.Fail, result.Inconclusive, result.Warn, result.NotRun, result.Skip, result.Pass}
}
