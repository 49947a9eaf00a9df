package html

import (
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// sentence is the one thing to know of a domain.
func sentence(d *result.Domain) string {
	name := report.Title(d)
	if len(d.Hosts) == 0 {
		return name + ": " + report.Facts(d)
	}
	p := placesOf(d)
	switch d.Status {
	case result.Fail, result.Inconclusive:
		if found := p.worst(name, d.Status); found != "" {
			return found
		}
		return name + " " + ended(d.Status, 1) + because(d)
	case result.Warn:
		if text := firstOf(d, result.Warn); text != "" {
			return name + " passed with a warning: " + text + p.butMilder(d)
		}
		return name + " passed with a warning" + because(d) + p.butMilder(d)
	case result.Pass:
		return p.allPassed(name) + p.butMilder(d)
	}
	return name + " " + ended(d.Status, 1) + because(d)
}

// ended is what became of n things.
func ended(v result.Verdict, n int) string {
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
	if why := report.Because(d.Message, d.Reason); why != "" {
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
	n, dead := counted(&p.addresses, v), counted(&p.dead, v)
	var s string
	switch {
	case n == 0 && dead == 0:
		return ""
	case n == 0:
		s = name + " has " + deadHosts(dead)
	default:
		s = p.share(n) + " of " + name + " " + ended(v, n)
	}
	if n > 0 && dead > 0 {
		s += ", and it has " + deadHosts(dead)
	}
	if n+dead > 1 {
		return s + ". First: " + firstOf(p.d, v)
	}
	return s + ": " + firstOf(p.d, v)
}

func deadHosts(n int) string { return report.Count(n, "host", "hosts") + " without address" }

// share is how many of all addresses there are.
func (p *places) share(n int) string {
	switch {
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
		if n := counted(&p.addresses, v) + counted(&p.dead, v); n > 0 {
			return "; " + strconv.Itoa(n) + " of " + strconv.Itoa(p.all+counted(&p.dead, v)) + " " + participle(v) + " and need not pass: " + firstOf(d, v)
		}
	}
	return ""
}

// firstOf says what happened at the first place that has a verdict.
func firstOf(d *result.Domain, v result.Verdict) string {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if len(h.Addresses) == 0 && h.Status == v {
			return h.Name + ": " + report.Because(h.Message, h.Reason)
		}
		for j := range h.Addresses {
			a := &h.Addresses[j]
			for k := range a.Checks {
				if c := &a.Checks[k]; c.Status == v {
					return at(h, a) + ", " + c.Scenario + ": " + report.Because(c.Message, c.Reason)
				}
			}
		}
	}
	return report.Because(d.Message, d.Reason)
}

// at names a host and one of its addresses.
func at(h *result.Host, a *result.Address) string {
	return strings.TrimSpace(h.Name + " " + report.HostPort(a.IP, a.Port))
}
