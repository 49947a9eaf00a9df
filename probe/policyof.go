package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

// maxPolicies is how many policies are kept; a list may have a million
// domains.
const maxPolicies = 1024

// policies keeps the policies of a run: one fetch for all hosts of a domain.
type policies struct {
	mu       sync.Mutex
	byDomain map[string]*policyEntry
}

// policyEntry is the policy of one domain. Its lock is held while it is
// fetched.
type policyEntry struct {
	mu      sync.Mutex
	promise *stsPromise
	at      time.Time
}

func (p *policies) entry(domain string) *policyEntry {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.byDomain[domain]; e != nil {
		return e
	}
	if p.byDomain == nil || len(p.byDomain) >= maxPolicies {
		p.byDomain = make(map[string]*policyEntry)
	}
	e := &policyEntry{}
	p.byDomain[domain] = e
	return e
}

// policyOf returns the policy for a target. What went wrong is tried again
// after a moment, so that a further attempt of a scenario may see it mended.
func (s *Settings) policyOf(ctx context.Context, t Target) *stsPromise {
	switch _, sni := referenceName(t.Host); {
	case !isDomain(t.Domain):
		return &stsPromise{early: leftOut("no mail domain is given, and an MTA-STS policy is that of a domain")}
	case t.Named && (sni == "" || !t.IP.IsValid()):
		return &stsPromise{early: leftOut("the server is named by its address, and an MTA-STS policy names hosts")}
	case s.Resolver == nil:
		return &stsPromise{early: badValue(errors.New("there is no resolver to look the MTA-STS record up with"))}
	}
	domain := strings.ToLower(strings.TrimSuffix(dnsmx.ASCII(t.Domain), "."))
	e := s.policies.entry(domain)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.promise != nil && (e.promise.early.status <= result.Skip || s.now().Sub(e.at) < aliveFor) {
		return e.promise
	}
	p := s.promiseOf(ctx, domain)
	if ctx.Err() == nil {
		e.promise, e.at = p, s.now()
	}
	return p
}

// promiseOf looks the record up and fetches the policy. Senders go on without
// a policy that is not to be had, so that nothing of this is a failure.
func (s *Settings) promiseOf(ctx context.Context, domain string) *stsPromise {
	p := &stsPromise{domain: domain}
	id, j := s.policyID(ctx, domain)
	if j.status != result.NotRun {
		p.early = j
		if j.status == result.Skip {
			p.notes = s.forgotten(ctx, domain)
		}
		return p
	}
	doc, err := s.fetcher(mtasts.DefaultTimeout).Fetch(ctx, domain)
	if err == nil {
		p.notes = doc.Notes
		p.policy, err = mtasts.ParsePolicy(doc.Text)
	}
	if err != nil {
		p.early = s.policyFault(ctx, domain, err)
		return p
	}
	if p.policy.Mode == mtasts.None {
		p.early = leftOut("the MTA-STS policy of " + domain + " has the mode none: senders verify nothing")
	}
	p.notes = append(p.notes, p.policy.Notes...)
	p.notes = append(p.notes, fmt.Sprintf("MTA-STS policy of %s: mode %s, id %s, max_age %d: senders keep it for %s, also when its record is gone",
		domain, p.policy.Mode, id, p.policy.MaxAge/time.Second, days(p.policy.MaxAge)))
	if p.policy.MaxAge < 24*time.Hour {
		p.notes = append(p.notes, "max_age is less than a day, so that the policy is soon forgotten where somebody keeps senders from fetching it; weeks are usual (RFC 8461 section 3.2)")
	}
	return p
}

// policyID takes the id from the record of a domain. The judgement says why
// there is none, and has the status NotRun otherwise.
func (s *Settings) policyID(ctx context.Context, domain string) (string, judgement) {
	name := mtasts.RecordName(domain)
	txt, err := s.Resolver.TXT(ctx, name)
	var failed *dnsmx.Error
	switch {
	case err == nil:
		var id string
		if id, err = mtasts.ParseRecord(txt.Records); err == nil {
			return id, judgement{}
		}
	case errors.As(err, &failed) && (failed.Kind == dnsmx.NoName || failed.Kind == dnsmx.NoData):
		err = mtasts.ErrNoRecord
	default:
		return "", atMostWarn(s.lookupFault(ctx, err, withoutPolicy))
	}
	if errors.Is(err, mtasts.ErrNoRecord) {
		return "", leftOut("there is no MTA-STS record at " + name + ", so that senders ask for no policy")
	}
	return "", judgement{
		status: result.Warn, reason: result.DNS, hint: withoutPolicy,
		message: "MTA-STS is of no effect, at " + name + ": " + result.PrintableString(err.Error()),
	}
}

// withoutPolicy is what becomes of mail where the policy is not to be had.
const withoutPolicy = "senders deliver as if there was no policy, but for those that have kept an earlier one until its max_age is over"

// atMostWarn makes a warning of a failure: senders deliver all the same.
func atMostWarn(j judgement) judgement {
	if j.status == result.Fail {
		j.status = result.Warn
	}
	return j
}

// forgotten looks for a policy that no record speaks of.
func (s *Settings) forgotten(ctx context.Context, domain string) []string {
	if s.Resolver.Host(ctx, mtasts.Host(domain)).Err != nil {
		return nil
	}
	doc, err := s.fetcher(forgottenFetch).Fetch(ctx, domain)
	if err != nil {
		return nil
	}
	policy, err := mtasts.ParsePolicy(doc.Text)
	if err != nil || policy.Mode == mtasts.None {
		return nil
	}
	return []string{fmt.Sprintf("there is an MTA-STS policy at %s without a record: only senders that have kept it go by it", mtasts.URL(domain))}
}
