package spf

import (
	"context"
	"net/netip"
	"slices"
	"strings"
)

// Result is what SPF says of a sender (RFC 7208 section 2.6).
type Result string

// The results.
const (
	None      Result = "none"
	Neutral   Result = "neutral"
	Pass      Result = "pass"
	Fail      Result = "fail"
	SoftFail  Result = "softfail"
	TempError Result = "temperror"
	PermError Result = "permerror"
)

// Sender is what a receiver knows of a message before its data.
type Sender struct {
	IP netip.Addr
	// HELO is the name given in EHLO, From the reverse-path; with an empty one
	// postmaster at HELO is looked at (RFC 7208 section 2.4).
	HELO, From string
}

// Outcome is the result of Check.
type Outcome struct {
	Result Result
	// Why says which term decided, or what went wrong.
	Why string
	// Explanation is the text that the domain has for those it refuses.
	Explanation string
	// Lookups are the terms that counted for the limit, Voids the look-ups
	// that found nothing.
	Lookups, Voids int
}

// Check says what a receiver makes of a sender (check_host, RFC 7208 section 4).
func Check(ctx context.Context, r Resolver, s Sender) Outcome {
	if s.From == "" {
		s.From = "postmaster@" + s.HELO
	}
	local, domain, ok := cutLast(s.From, '@')
	if !ok || local == "" {
		local = "postmaster"
	}
	s.From = local + "@" + domain
	s.IP = s.IP.Unmap()
	c := &check{ctx: ctx, resolver: r, sender: s}
	o := c.host(domain, false)
	o.Lookups, o.Voids = c.lookups, c.voids
	return o
}

// check is one evaluation with its counters, which hold across includes.
type check struct {
	ctx            context.Context
	resolver       Resolver
	sender         Sender
	lookups, voids int
	validated      []string // the names of the address that it is shown to have
	asked          bool
}

// stop ends an evaluation.
type stop struct {
	result Result
	why    string
}

func (c *check) host(domain string, included bool) Outcome {
	text, s := c.record(domain)
	if s != nil {
		return Outcome{Result: s.result, Why: s.why}
	}
	record, err := Parse(text)
	if err != nil {
		return Outcome{Result: PermError, Why: domain + ": " + err.Error()}
	}
	for i := range record.Terms {
		t := &record.Terms[i]
		fits, s := c.fits(t, domain)
		switch {
		case s != nil:
			return Outcome{Result: s.result, Why: domain + ": " + t.Text + ": " + s.why}
		case fits:
			o := Outcome{Result: t.Qualifier.result(), Why: domain + ": " + t.Text}
			if o.Result == Fail && record.Explain != "" && !included {
				o.Explanation = c.explain(record.Explain, domain)
			}
			return o
		}
	}
	if record.Redirect != "" {
		return c.redirect(record.Redirect, domain, included)
	}
	return Outcome{Result: Neutral, Why: domain + ": no term fits"}
}

func (q Qualifier) result() Result {
	switch q {
	case FailQualifier:
		return Fail
	case SoftFailQualifier:
		return SoftFail
	case NeutralQualifier:
		return Neutral
	}
	return Pass
}

// record finds the one SPF record of a domain (RFC 7208 sections 4.3 to 4.5).
func (c *check) record(domain string) (string, *stop) {
	if !validName(domain) {
		return "", &stop{None, domain + " is no domain"}
	}
	texts, err := c.resolver.TXT(c.ctx, domain)
	if err != nil {
		return "", &stop{TempError, err.Error()}
	}
	texts = slices.DeleteFunc(slices.Clone(texts), func(t string) bool { return !IsRecord(t) })
	switch len(texts) {
	case 0:
		return "", &stop{None, domain + " has no SPF record"}
	case 1:
		return texts[0], nil
	}
	return "", &stop{PermError, domain + " has more than one SPF record"}
}

// validName reports whether a name may be looked up: two labels at least, none
// empty or longer than 63 octets.
func validName(name string) bool {
	name = strings.TrimSuffix(name, ".")
	labels := strings.Split(name, ".")
	if len(labels) < 2 || len(name) > 253 {
		return false
	}
	return !slices.ContainsFunc(labels, func(l string) bool { return l == "" || len(l) > 63 })
}

func (c *check) redirect(spec, domain string, included bool) Outcome {
	if s := c.count(); s != nil {
		return Outcome{Result: s.result, Why: s.why}
	}
	target, s := c.target(spec, domain)
	if s != nil {
		return Outcome{Result: s.result, Why: s.why}
	}
	o := c.host(target, included)
	if o.Result == None {
		o.Result = PermError
	}
	return o
}

// count counts a term that causes look-ups.
func (c *check) count() *stop {
	if c.lookups++; c.lookups > MaxLookups {
		return &stop{PermError, "more than 10 terms that cause look-ups"}
	}
	return nil
}

// void counts a look-up that found nothing.
func (c *check) void() *stop {
	if c.voids++; c.voids > MaxVoids {
		return &stop{PermError, "more than 2 look-ups that find nothing"}
	}
	return nil
}

// target expands a domain-spec.
func (c *check) target(spec, domain string) (string, *stop) {
	if spec == "" {
		return domain, nil
	}
	name, why := expand(spec, c.values(domain), false)
	if why != "" {
		return "", &stop{PermError, why}
	}
	return shorten(strings.TrimSuffix(name, ".")), nil
}

// shorten takes labels off the front of a name that is too long (RFC 7208
// section 7.3).
func shorten(name string) string {
	for len(name) > 253 {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			return name
		}
		name = rest
	}
	return name
}

func (c *check) values(domain string) *values {
	return &values{
		sender: c.sender.From, helo: c.sender.HELO, domain: domain, ip: c.sender.IP, receiver: "unknown",
		now: "0", validated: func() string { return c.shownName(domain) },
	}
}

func (c *check) explain(spec, domain string) string {
	target, s := c.target(spec, domain)
	if s != nil {
		return ""
	}
	texts, err := c.resolver.TXT(c.ctx, target)
	if err != nil || len(texts) != 1 {
		return ""
	}
	for i := range len(texts[0]) {
		if texts[0][i] > 0x7e {
			return ""
		}
	}
	text, why := expand(texts[0], c.values(domain), true)
	if why != "" {
		return ""
	}
	return text
}
