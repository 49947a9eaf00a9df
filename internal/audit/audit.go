// Package audit looks at a mail domain as a whole: package gather finds the
// facts, package rules judges them, and neither knows the other. It turns the
// result of a run, whose checks are the sessions of gather, into findings.
package audit

import (
	"context"
	"slices"
	"strings"
	"sync"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/gather"
	"mxprobe/internal/audit/rules"
	"mxprobe/probe/result"
)

// Audit looks at domains. Set the fields before the first use.
type Audit struct {
	Gatherer *gather.Gatherer
	// Depth is how many sessions there are with each address.
	Depth  gather.Depth
	Choice rules.Choice

	mu    sync.Mutex
	of    map[string]chan *facts.Domain
	group sync.WaitGroup
}

// Begin starts to find what the DNS says of a domain, while its sessions are
// still to come. Finish has to be called for the domain, or ctx to end.
func (a *Audit) Begin(ctx context.Context, domain string) {
	ready := make(chan *facts.Domain, 1)
	a.mu.Lock()
	if a.of == nil {
		a.of = map[string]chan *facts.Domain{}
	}
	a.of[key(domain)] = ready
	a.mu.Unlock()
	a.group.Go(func() { ready <- a.Gatherer.DNS(ctx, domain) })
}

// Wait returns when nothing is looked up any more. Call it when ctx has ended, or
// every domain is finished.
func (a *Audit) Wait() { a.group.Wait() }

// key is a domain as both sides name it.
func key(domain string) string {
	return strings.ToLower(strings.TrimSuffix(dnsmx.ASCII(domain), "."))
}

// Finish judges a domain whose sessions are done: it has its findings, what three
// kinds of senders would do with it, and its verdict then. The dialogues are the
// evidence of the findings, and decide nothing by themselves.
func (a *Audit) Finish(ctx context.Context, d *result.Domain) {
	a.mu.Lock()
	ready := a.of[key(d.Domain)]
	delete(a.of, key(d.Domain))
	a.mu.Unlock()
	if ready == nil {
		return
	}
	f := <-ready
	gather.Fold(f, d)
	a.Gatherer.Names(ctx, f)
	a.Gatherer.OurSide(ctx, f)
	stopped := d.Status == result.NotRun
	d.Findings, _ = rules.Judge(f, &a.Choice)
	d.Reception = receptions(f)
	a.Weigh(d)
	if stopped && ctx.Err() != nil {
		d.Status = result.NotRun
	}
	d.Sender = senderOf(d)
	settle(d)
}

// Weigh works out what the findings of a domain amount to.
func (a *Audit) Weigh(d *result.Domain) {
	d.Status = rules.Verdict(d.Findings, &a.Choice)
	d.Reason, d.Message, d.Hint = summary(d.Findings)
}

// Looks reports whether a rule is looked at, so that a finding of it that does
// not come again is gone.
func (a *Audit) Looks(id string) bool {
	r, ok := rules.Find(id)
	return ok && a.Choice.Chosen(&r) && a.reaches(id)
}

// Preflight looks at our own side alone: what a receiver would hold against mail
// from here.
func (a *Audit) Preflight(ctx context.Context) result.Domain {
	f := a.Gatherer.Preflight(ctx)
	d := result.Domain{Domain: f.Name, Hosts: []result.Host{}, Reception: []result.Reception{}}
	d.Findings, _ = rules.Judge(f, &a.Choice)
	a.Weigh(&d)
	if d.Message == "" {
		d.Message = "our own side"
	}
	return d
}

func receptions(f *facts.Domain) []result.Reception {
	all := []result.Reception{}
	for _, s := range rules.Senders(f) {
		all = append(all, result.Reception{
			Host: s.Host, Address: s.Address, Opportunistic: result.PrintableString(s.Opportunistic),
			MTASTS: result.PrintableString(s.STS), DANE: result.PrintableString(s.DANE),
		})
	}
	return all
}

// summary says what decided the verdict of a domain.
func summary(findings []result.Finding) (result.Reason, string, string) {
	i := slices.IndexFunc(findings, func(f result.Finding) bool {
		return f.Severity != result.SeverityNote && f.Severity != result.SeverityOK
	})
	if i < 0 {
		return result.None, "", ""
	}
	f := &findings[i]
	if f.Subject.Host == "" && f.Subject.Address == "" {
		return result.Found, f.Title, f.Advice
	}
	return result.Found, f.Subject.String() + ": " + f.Title, f.Advice
}

// settle takes every verdict of its own from the dialogues: what they showed is
// in the findings.
func settle(d *result.Domain) {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		h.Status, h.Reason, h.Message, h.Hint, h.Lack = result.Pass, result.None, "", "", nil
		for j := range h.Addresses {
			at := &h.Addresses[j]
			at.Status = result.Pass
			for k := range at.Checks {
				c := &at.Checks[k]
				switch {
				case c.Status == result.Skip:
				case !gather.Answered(c):
					c.Status, c.Reason, c.FailedStep = result.Skip, result.Condition, nil
				default:
					c.Status, c.Reason, c.Message, c.Hint, c.Cause, c.Whose, c.FailedStep = result.Pass, result.None, "", "", "", "", nil
				}
				for n := range c.Steps {
					s := &c.Steps[n]
					if s.Status == result.Fail || s.Status == result.Inconclusive || s.Status == result.Warn {
						s.Status, s.Reason, s.Message, s.Cause, s.Whose, s.Excerpt = result.Pass, result.None, "", "", "", nil
					}
				}
			}
		}
	}
}
