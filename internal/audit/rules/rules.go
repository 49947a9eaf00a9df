// Package rules judges what was seen of a mail domain. Each rule is a row of a
// table, one table a subject, with an identifier that never changes, and a pure
// function of the facts. What is not known is never sound: a rule that hangs on
// a failed look-up says that it is inconclusive.
package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

// Rule is one thing that is looked at.
type Rule struct {
	// ID is the subject and a name, such as "mx.cname". It never changes.
	ID string
	// Title says in a few words what is found where it is not sound.
	Title string
	// Severity is the worst it gives.
	Severity result.Severity
	// Actor is who can mend it.
	Actor result.Actor
	// RFC is the document and section it goes by; empty for what is usage.
	RFC string
	// Means says what it means for mail, Advice what to do.
	Means, Advice string

	check func(*facts.Domain, *sheet)
}

// Subject is the part of the identifier before the dot.
func (r *Rule) Subject() string {
	subject, _, _ := strings.Cut(r.ID, ".")
	return subject
}

// byDNS reports whether the rule goes by the DNS alone, and by the web server of
// an MTA-STS policy.
func (r *Rule) byDNS() bool {
	switch r.Subject() {
	case "mx", "dns", "dnssec", "ptr", "mtasts", "tlsrpt", "spf", "dmarc", "dkim", "bimi", "dnsbl":
		return r.ID != "ptr.disagrees" && r.ID != "mtasts.tls"
	}
	return false
}

// Table returns all rules in the order of their subjects.
func Table() []Rule {
	return slices.Concat(
		mxRules(), dnsRules(), dnssecRules(), ptrRules(), greetingRules(), ehloRules(), tlsRules(), submissionRules(),
		daneRules(), mtastsRules(), tlsrptRules(), spfRules(), dmarcRules(), dkimRules(), bimiRules(),
		behaviourRules(), dnsblRules(), selfRules(), consistencyRules(),
	)
}

// Find returns the rule with an identifier.
func Find(id string) (Rule, bool) {
	all := Table()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

// Subjects returns the subjects in the order of the table.
func Subjects() []string {
	var subjects []string
	for _, r := range Table() {
		if s := r.Subject(); !slices.Contains(subjects, s) {
			subjects = append(subjects, s)
		}
	}
	return subjects
}

// Choice says which rules count, and how much. The zero value is all of them,
// as the table has them.
type Choice struct {
	// Only and Skip are identifiers or subjects.
	Only, Skip []string
	// Severity replaces that of the findings of a rule.
	Severity map[string]result.Severity
}

// Chosen reports whether a rule counts.
func (c *Choice) Chosen(r *Rule) bool {
	named := func(names []string) bool {
		return slices.Contains(names, r.ID) || slices.Contains(names, r.Subject())
	}
	return (len(c.Only) == 0 || named(c.Only)) && !named(c.Skip)
}

// Sessions reports whether a rule that counts goes by what servers say.
func (c *Choice) Sessions() bool {
	return slices.ContainsFunc(Table(), func(r Rule) bool { return c.Chosen(&r) && !r.byDNS() })
}

// worst is the severity of a rule with the choice applied.
func (c *Choice) worst(r *Rule) result.Severity {
	if s, ok := c.Severity[r.ID]; ok {
		return s
	}
	return r.Severity
}

// Judge returns what the chosen rules say of a domain, the worst first, and what
// all of it amounts to.
func Judge(d *facts.Domain, c *Choice) ([]result.Finding, result.Verdict) {
	var all []result.Finding
	for _, r := range Table() {
		if !c.Chosen(&r) {
			continue
		}
		s := sheet{rule: &r, domain: d.Name}
		r.check(d, &s)
		for _, f := range s.findings {
			if level, ok := c.Severity[r.ID]; ok && f.Severity != result.SeverityOK && f.Severity != result.SeverityInconclusive {
				f.Severity = level
			}
			all = append(all, *f)
		}
	}
	slices.SortStableFunc(all, func(a, b result.Finding) int { return cmp.Compare(a.Severity.Rank(), b.Severity.Rank()) })
	return all, Verdict(all, c)
}

// Verdict is what findings amount to. What is not known weighs where the rule
// could have given more than a note.
func Verdict(all []result.Finding, c *Choice) result.Verdict {
	verdict := result.Pass
	light := map[string]bool{}
	for _, r := range Table() {
		light[r.ID] = c.worst(&r).Rank() >= result.SeverityNote.Rank()
	}
	for i := range all {
		f := &all[i]
		if f.Severity == result.SeverityInconclusive && light[f.ID] {
			continue
		}
		verdict = result.Worst(verdict, f.Severity.Verdict())
	}
	return verdict
}

// sheet takes down what a rule finds.
type sheet struct {
	rule     *Rule
	domain   string
	findings []*result.Finding
}

// place is what a finding is about; the zero value is the domain.
type place struct{ host, address string }

func at(h *facts.Host) place { return place{host: h.Name} }

func on(h *facts.Host, a *facts.Address) place { return place{h.Name, a.IP.String()} }

// maxEvidence bounds what is repeated of what others say.
const maxEvidence = 400

func (s *sheet) add(severity result.Severity, p place, evidence string) *result.Finding {
	f := &result.Finding{
		ID: s.rule.ID, Severity: severity, Title: s.rule.Title, RFC: s.rule.RFC,
		Subject:  result.Subject{Domain: s.domain, Host: result.PrintableString(p.host), Address: p.address},
		Evidence: result.Printable([]byte(evidence), maxEvidence),
	}
	s.findings = append(s.findings, f)
	return f
}

// ok says that a place is sound.
func (s *sheet) ok(p place, format string, args ...any) {
	s.add(result.SeverityOK, p, fmt.Sprintf(format, args...))
}

// bad says that a place is not sound, as much as the rule's severity says.
func (s *sheet) bad(p place, format string, args ...any) *result.Finding {
	return s.as(s.rule.Severity, p, format, args...)
}

// as is bad with another severity.
func (s *sheet) as(severity result.Severity, p place, format string, args ...any) *result.Finding {
	f := s.add(severity, p, fmt.Sprintf(format, args...))
	f.Actor, f.Advice = s.rule.Actor, strings.ReplaceAll(s.rule.Advice, "DOMAIN", s.domain)
	return f
}

// unknown says that it could not be found out.
func (s *sheet) unknown(p place, format string, args ...any) {
	f := s.add(result.SeverityInconclusive, p, fmt.Sprintf(format, args...))
	f.Title = "not known whether " + f.Title
}

// postponed says that a reply leaves it open, in the same words for all that it
// leaves open.
func (s *sheet) postponed(p place, r *facts.Reply) {
	s.unknown(p, "%d %s", r.Code, r)
	f := s.findings[len(s.findings)-1]
	switch {
	case r.Greylists:
		f.Advice = "this looks like greylisting: look again after some minutes, with the same sender (--from)"
	case r.Ours:
		f.Advice = "the server refuses this machine: mxprobe check --self shows what a receiver holds against it"
	}
}

// known reports whether a look-up was answered; where it failed, the rule is
// inconclusive there. What was not asked gives no finding at all.
func (s *sheet) known(p place, l *facts.Lookup, what string) bool {
	if l.State == facts.Failed {
		s.unknown(p, "%s", l.Failure(what))
	}
	return l.Known()
}

// replied does the same for the reply of a server.
func (s *sheet) replied(p place, r *facts.Reply, what string) bool {
	if r.State == facts.Failed {
		s.unknown(p, "no reply to %s: %s", what, r.Why)
	}
	return r.State == facts.Found
}

// eachAddress calls f for each address of each host.
func eachAddress(d *facts.Domain, f func(place, *facts.Host, *facts.Address)) {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		for j := range h.Addresses {
			f(on(h, &h.Addresses[j]), h, &h.Addresses[j])
		}
	}
}

// eachSession calls f for each address whose main session came about. Where it
// is not known whether the address serves mail, the rule is inconclusive; where
// it does not, another rule says so.
func eachSession(d *facts.Domain, s *sheet, f func(place, *facts.Address, *facts.Session)) {
	eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) {
		switch a.Main.State {
		case facts.Found:
			f(p, a, &a.Main)
		case facts.Failed:
			s.unknown(p, "%s", a.Main.Why)
		}
	})
}
