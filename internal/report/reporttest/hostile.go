package reporttest

import "mxprobe/probe/result"

// Hostile holds everything a server might send to play with a terminal, a
// log or a page, as it would look if nobody had made it printable.
const Hostile = "\x1b[2J\x1b]0;owned\x07\u009b31m\u202eabc\u2066x\u200f\u200b\ufeff\u2028\u2029\x00\r\n\x7f\xff\u00ad\U000e0041 ::error::x </script> \"q\" \\"

// Forged plays with what reads reports: it begins lines that mean something
// in TAP, to a runner and in Markdown, closes what XML and fences open, and
// names people, pages and pictures.
const Forged = "x\r\nok 1 - forged\nnot ok 2\nBail out! forged\n1..99\n    ok 3 # SKIP\n  ...\n  ---\n::error::forged\n##[error]forged\n" +
	"::stop-commands::x\n%0A::warning::forged\n```\n````````\n~~~\n# forged | a | b\n|-|-|\n> q\n- [x] l\n1. one\n===\n\n    code\n" +
	"]]></failure></testcase>&lt;&#10;<img src=x onerror=alert(1)><!-- <!DOCTYPE a [<!ENTITY b \"c\">]> ' \" \\# \\ # TODO forged " +
	"@octocat #1 GH-1 octo/cat#1 ![p](http://x.test/p.png) [l](javascript:alert(1)) <http://x.test> http://x.test www.x.test " +
	"me@x.test **b** _i_ ~~s~~ `c` $m$ :tada: [^1] &copy; \\| |\ufffe\uffff\xed\xa0\x80\u0085"

// HostileDomain has foreign text in every field, as if nothing before the
// writers had made it printable.
func HostileDomain() *result.Domain { return ForeignDomain(Hostile) }

// ForgingDomain is HostileDomain with Forged for its text.
func ForgingDomain() *result.Domain { return ForeignDomain(Forged) }

// ForgingComparison is ForgingDomain with differences and changes.
func ForgingComparison() *result.Domain {
	d := ForgingDomain()
	d.Differences = []result.Difference{{
		Property: Forged, Message: Forged, Values: []result.Variant{{Value: Forged, Where: []string{Forged}}, {Where: []string{Forged}}},
	}}
	d.Changes = []result.Change{{
		Kind: result.ChangeReply, Where: Forged, Before: Forged, Now: Forged, Regression: true, Message: Forged,
	}}
	return d
}

// ForeignDomain has a text in every field that a server, a file or a zone can
// write to.
func ForeignDomain(text string) *result.Domain {
	c := Failed("mx1")
	c.Scenario, c.Message, c.Hint, c.Notes = text, text, text, []string{text}
	c.Cause, c.Whose = text, text
	c.Captures = map[string]string{text: text}
	c.TLS = &result.TLSState{
		Version: text, Cipher: text, Curve: text, SNI: text, Reference: text, Resumed: true, Implicit: true,
		ChainFinding: text, NameFinding: text, DatesFinding: text, DaysLeft: 3,
		DANEFinding: text, STSFinding: text, VerifiedBy: "dane",
		Chain: []result.Certificate{{Subject: text, Issuer: text, Names: []string{text}, SHA256: text}},
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		s.Name, s.Sent, s.Want, s.Enhanced, s.Text, s.Notes, s.File = text, text, text, text, []string{text}, []string{text}, text
		for j := range s.Transcript {
			s.Transcript[j].Text = text
		}
		if s.Status != result.Pass {
			s.Message = text
			s.Excerpt.Lines = []string{text, text}
		}
	}
	d := Domain(text, Host(10, text, Address(text, c)), DeadHost())
	d.Hosts[1].Name, d.Hosts[1].Message, d.Hosts[1].Hint = text, text, text
	d.Hosts[0].Notes, d.Hosts[0].Addresses[0].Via = []string{text}, text
	d.Server, d.Message, d.Hint, d.Notes = text, text, text, []string{text}
	d.Findings = []result.Finding{{
		ID: text, Severity: result.SeverityFail, Subject: result.Subject{Domain: text, Host: text, Address: text}, Title: text, Evidence: text,
		Actor: result.ActorDNS, Advice: text, Publish: []string{text}, RFC: text,
	}}
	c.Cause, c.Whose = text, text
	d.Sender = &result.Sender{View: result.ViewDegraded, By: text, Failing: []string{text, "mx2"}}
	return d
}
