package vouch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe/certs"
	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

// maxPolicies is how many policies are kept; a list may have a million
// domains.
const maxPolicies = 1024

// againAfter is how soon a policy that was not there is asked for again.
const againAfter = 5 * time.Second

// policies keeps the policies of a run: one fetch for all hosts of a domain.
type policies struct {
	mu       sync.Mutex
	byDomain map[string]*policyEntry
}

// policyEntry is the policy of one domain. Its lock is held while it is
// fetched.
type policyEntry struct {
	mu      sync.Mutex
	promise *STS
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

// PolicyOf returns the policy for a target. What went wrong is tried again
// after a moment, so that a further attempt of a scenario may see it mended.
func (v *Voucher) PolicyOf(ctx context.Context, t Server) *STS {
	switch _, sni := certs.Reference(t.Host); {
	case !isDomain(t.Domain):
		return &STS{Early: leftOut("no mail domain is given, and an MTA-STS policy is that of a domain")}
	case t.Named && (sni == "" || t.Socket):
		return &STS{Early: leftOut("the server is named by its address, and an MTA-STS policy names hosts")}
	case v.Resolver == nil:
		return &STS{Early: withoutResolver("the MTA-STS record")}
	}
	domain := strings.ToLower(strings.TrimSuffix(dnsmx.ASCII(t.Domain), "."))
	e := v.policies.entry(domain)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.promise != nil && (e.promise.Early.Status <= result.Skip || v.now().Sub(e.at) < againAfter) {
		return e.promise
	}
	p := v.promiseOf(ctx, domain)
	if ctx.Err() == nil {
		e.promise, e.at = p, v.now()
	}
	return p
}

// promiseOf looks the record up and fetches the policy. Senders go on without
// a policy that is unavailable, so that nothing of this is a failure.
func (v *Voucher) promiseOf(ctx context.Context, domain string) *STS {
	p := &STS{Domain: domain}
	id, j := v.policyID(ctx, domain)
	if j.Status != result.NotRun {
		p.Early = j
		if j.Status == result.Skip {
			p.Notes = v.forgotten(ctx, domain)
		}
		return p
	}
	doc, err := v.fetcher(mtasts.DefaultTimeout).Fetch(ctx, domain)
	if err == nil {
		p.Doubts = doc.Doubts
		p.Policy, err = mtasts.ParsePolicy(doc.Text)
	}
	if err != nil {
		p.Early = v.policyFault(ctx, domain, err)
		return p
	}
	if p.Policy.Mode == mtasts.None {
		p.Early = leftOut("the MTA-STS policy of " + domain + " has the mode none: senders verify nothing")
	}
	p.Doubts = append(p.Doubts, p.Policy.Doubts...)
	p.Notes = append(p.Notes, fmt.Sprintf("MTA-STS policy of %s: mode %s, id %s, max_age %d: senders keep it for %s, also when its record is gone",
		domain, p.Policy.Mode, id, p.Policy.MaxAge/time.Second, certs.Days(p.Policy.MaxAge)))
	if p.Policy.MaxAge < 24*time.Hour {
		p.Notes = append(p.Notes, "max_age is less than a day, so that the policy is soon forgotten where somebody keeps senders from fetching it; weeks are usual (RFC 8461 section 3.2)")
	}
	return p
}

// policyID takes the id from the record of a domain. The ruling says why
// there is none, and has the status NotRun otherwise.
func (v *Voucher) policyID(ctx context.Context, domain string) (string, result.Ruling) {
	name := mtasts.RecordName(domain)
	txt, err := v.Resolver.TXT(ctx, name)
	var failed *dnsmx.Error
	switch {
	case err == nil:
		var id string
		if id, err = mtasts.ParseRecord(txt.Records); err == nil {
			return id, result.Ruling{}
		}
	case errors.As(err, &failed) && (failed.Kind == dnsmx.NoName || failed.Kind == dnsmx.NoData):
		err = mtasts.ErrNoRecord
	default:
		return "", atMostWarn(v.lookupFault(ctx, err, withoutPolicy))
	}
	if errors.Is(err, mtasts.ErrNoRecord) {
		return "", leftOut("there is no MTA-STS record at " + name + ", so that senders ask for no policy")
	}
	return "", result.Ruling{
		Status: result.Warn, Reason: result.DNS, Hint: withoutPolicy,
		Message: "MTA-STS is of no effect, at " + name + ": " + result.PrintableString(err.Error()),
	}
}

// withoutPolicy is what becomes of mail where the policy is unavailable.
const withoutPolicy = "senders deliver as if there was no policy, but for those that have kept an earlier one until its max_age is over"

// atMostWarn makes a warning of a failure: senders deliver all the same.
func atMostWarn(j result.Ruling) result.Ruling {
	if j.Status == result.Fail {
		j.Status = result.Warn
	}
	return j
}

// forgotten looks for a policy that no record speaks of.
func (v *Voucher) forgotten(ctx context.Context, domain string) []string {
	if v.Resolver.Host(ctx, mtasts.Host(domain)).Err != nil {
		return nil
	}
	doc, err := v.fetcher(forgottenFetch).Fetch(ctx, domain)
	if err != nil {
		return nil
	}
	policy, err := mtasts.ParsePolicy(doc.Text)
	if err != nil || policy.Mode == mtasts.None {
		return nil
	}
	return []string{fmt.Sprintf("there is an MTA-STS policy at %s without a record: only senders that have kept it go by it", mtasts.URL(domain))}
}
