package rules

import (
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/spf"
)

func policyTwins() map[string]twin {
	policy := func(f func(*facts.STSPolicy)) func(*facts.Domain) {
		return func(d *facts.Domain) { f(&d.STS.Policy) }
	}
	rpt := func(all ...string) func(*facts.Domain) {
		return func(d *facts.Domain) { d.TLSRPT.Records = all }
	}
	dmarc := func(text string) func(*facts.Domain) {
		return func(d *facts.Domain) { d.DMARC.Walk[0].Records = []string{text} }
	}
	bimi := func(text string) func(*facts.Domain) {
		return func(d *facts.Domain) { d.BIMI.Records = []string{text} }
	}
	return map[string]twin{
		"mtasts.none": {
			spoil: func(d *facts.Domain) {
				d.STS = facts.STS{Record: facts.Text{Lookup: missing("_mta-sts.corp.example.net")}}
			},
			evidence: "_mta-sts.corp.example.net", publish: `_mta-sts.corp.example.net. IN TXT "v=STSv1; id=20260301120000"`,
		},
		"mtasts.record": {spoil: func(d *facts.Domain) { d.STS.Problem = "no id" }, evidence: "no id", publish: "v=STSv1"},
		"mtasts.fetch": {spoil: policy(func(p *facts.STSPolicy) {
			p.State, p.Fault, p.Why = facts.Failed, facts.STSFaultCertificate, "the certificate has expired"
		}), evidence: "expired"},
		"mtasts.policy":  {spoil: policy(func(p *facts.STSPolicy) { p.Problem = "no mode" }), evidence: "no mode"},
		"mtasts.mode":    {spoil: policy(func(p *facts.STSPolicy) { p.Mode = "testing" }), evidence: "mode testing"},
		"mtasts.age":     {spoil: policy(func(p *facts.STSPolicy) { p.MaxAge = time.Hour }), evidence: "1h0m0s"},
		"mtasts.unused":  {spoil: policy(func(p *facts.STSPolicy) { p.MX = append(p.MX, "*.old.example.net") }), evidence: "*.old.example.net"},
		"tlsrpt.none":    {spoil: rpt("other"), publish: `_smtp._tls.corp.example.net. IN TXT "v=TLSRPTv1; rua=mailto:tlsrpt@corp.example.net"`},
		"tlsrpt.several": {spoil: rpt("v=TLSRPTv1; rua=mailto:a@example.net", "v=TLSRPTv1; rua=mailto:b@example.net"), evidence: "2 records"},
		"tlsrpt.syntax":  {spoil: rpt("v=TLSRPTv1; rua=tls@corp.example.net"), evidence: "no scheme"},
		"dmarc.none":     {spoil: func(d *facts.Domain) { d.DMARC.Walk[0] = facts.Text{Lookup: missing("_dmarc.corp.example.net")} }, publish: `_dmarc.corp.example.net. IN TXT "v=DMARC1; p=none;`},
		"dmarc.several": {spoil: func(d *facts.Domain) {
			d.DMARC.Walk[0].Records = append(d.DMARC.Walk[0].Records, "v=DMARC1; p=none")
		}, evidence: "2 records"},
		"dmarc.syntax": {spoil: dmarc("v=DMARC1; p=refuse; rua=mailto:a@corp.example.net"), evidence: "p=refuse is none of"},
		"dmarc.inherited": {spoil: func(d *facts.Domain) {
			d.DMARC.Walk[0] = facts.Text{Lookup: missing("_dmarc.corp.example.net")}
			d.DMARC.Walk[1] = text("_dmarc.example.net", "v=DMARC1; p=reject; sp=quarantine")
		}, evidence: "of example.net: quarantine"},
		"dmarc.removed":    {spoil: dmarc("v=DMARC1; p=reject; pct=50"), evidence: "pct"},
		"dmarc.policy":     {spoil: dmarc("v=DMARC1; p=none"), evidence: "policy none"},
		"dmarc.testing":    {spoil: dmarc("v=DMARC1; p=reject; t=y"), evidence: "t=y with policy reject"},
		"dmarc.subdomains": {spoil: dmarc("v=DMARC1; p=reject; np=none"), evidence: "p=reject, np=none"},
		"dmarc.no-reports": {spoil: dmarc("v=DMARC1; p=reject"), evidence: "no rua="},
		"dmarc.report-address": {
			spoil: func(d *facts.Domain) {
				d.DMARC.Reports[0].Text = facts.Text{Lookup: missing("corp.example.net._report._dmarc.reports.example.org")}
			},
			evidence: "no record", publish: `corp.example.net._report._dmarc.reports.example.org. IN TXT "v=DMARC1;"`,
		},
		"bimi.syntax": {spoil: bimi("v=BIMI1; l=http://corp.example.net/logo.svg"), evidence: "no https address"},
		"bimi.dmarc":  {spoil: dmarc("v=DMARC1; p=none"), evidence: "policy none"},
	}
}

func senderTwins() map[string]twin {
	report := func(f func(*spf.Report)) func(*facts.Domain) {
		return func(d *facts.Domain) { f(&d.SPF.Report) }
	}
	fault := func(kind spf.FaultKind, text string) func(*facts.Domain) {
		return report(func(r *spf.Report) { r.Faults = []spf.Fault{{Kind: kind, Domain: "corp.example.net", Text: text}} })
	}
	key := func(text string) func(*facts.Domain) {
		return func(d *facts.Domain) { d.DKIM[0].Records = []string{text} }
	}
	return map[string]twin{
		"spf.none":      {spoil: func(d *facts.Domain) { d.SPF.Records = []string{"hello"} }, evidence: "1 TXT record", publish: `corp.example.net. IN TXT "v=spf1 mx -all"`},
		"spf.several":   {spoil: func(d *facts.Domain) { d.SPF.Records = append(d.SPF.Records, "v=spf1 -all") }, evidence: "v=spf1 mx -all | v=spf1 -all"},
		"spf.syntax":    {spoil: fault(spf.FaultSyntax, `"ipv4:1.2.3.4": no such mechanism`), evidence: "no such mechanism"},
		"spf.include":   {spoil: fault(spf.FaultInclude, "include:gone.example.net"), evidence: "gone.example.net"},
		"spf.loop":      {spoil: fault(spf.FaultLoop, "a -> b -> a"), evidence: "a -> b -> a"},
		"spf.mx":        {spoil: fault(spf.FaultMX, "mx: more than 10"), evidence: "more than 10"},
		"spf.lookups":   {spoil: report(func(r *spf.Report) { r.Lookups = 11 }), evidence: "11"},
		"spf.void":      {spoil: report(func(r *spf.Report) { r.Voids = []string{"a:x", "a:y", "a:z"} }), evidence: "3: a:x; a:y; a:z"},
		"spf.plus-all":  {spoil: report(func(r *spf.Report) { r.All = spf.PassQualifier }), evidence: "+all"},
		"spf.no-all":    {spoil: report(func(r *spf.Report) { r.All = spf.NeutralQualifier }), evidence: "?all"},
		"spf.ptr":       {spoil: report(func(r *spf.Report) { r.PTR = true }), evidence: "ptr"},
		"spf.after-all": {spoil: report(func(r *spf.Report) { r.After, r.Ignored = []string{"a"}, true }), evidence: "behind all: a; redirect"},
		"spf.length": {spoil: func(d *facts.Domain) {
			long := "v=spf1 "
			for len(long) < 460 {
				long += "ip4:192.0.2.1 "
			}
			d.SPF.Records[1] = long + "-all"
		}, evidence: "octets"},
		"dkim.none":    {spoil: func(d *facts.Domain) { d.Keys.State = facts.NoName }, evidence: "nothing below _domainkey.corp.example.net"},
		"dkim.missing": {spoil: func(d *facts.Domain) { d.DKIM[0].Text = facts.Text{Lookup: missing("s1._domainkey.corp.example.net")} }, evidence: "no such record"},
		"dkim.syntax":  {spoil: key("v=DKIM1; p=not base64!"), evidence: "base64"},
		"dkim.revoked": {spoil: key("v=DKIM1; p="), evidence: "empty"},
		"dkim.short":   {spoil: key("v=DKIM1; p=" + a512), evidence: "512 bits"},
		"dkim.testing": {spoil: key("v=DKIM1; t=y; p=" + a2048), evidence: "t=y"},
		"dkim.hash":    {spoil: key("v=DKIM1; h=sha1; p=" + a2048), evidence: "h=sha1"},
	}
}
