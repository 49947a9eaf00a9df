package gather

import (
	"context"
	"slices"
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/records"
	"mxprobe/internal/audit/spf"
)

// spf finds the SPF record and follows it.
func (g *Gatherer) spf(ctx context.Context, d *facts.Domain) {
	d.SPF.Text = g.text(ctx, d.Name)
	var texts []string
	for _, t := range d.SPF.Records {
		if spf.IsRecord(t) {
			texts = append(texts, t)
		}
	}
	if len(texts) == 1 {
		d.SPF.Report = spf.Walk(ctx, spfResolver{g}, d.Name, texts[0])
	}
}

// dmarc makes the tree walk (RFC 9989 section 4.10), and asks whether report
// addresses elsewhere are authorised.
func (g *Gatherer) dmarc(ctx context.Context, d *facts.Domain) {
	d.DMARC.Walk = g.walk(ctx, d.Name)
	policy, ok := findPolicy(d.Name, d.DMARC.Walk)
	if !ok {
		return
	}
	var seen []string
	for _, uri := range slices.Concat(policy.Record.Aggregate, policy.Record.Failure) {
		host := records.Host(uri)
		if host == "" || slices.Contains(seen, host) || !g.elsewhere(ctx, host, &policy) {
			continue
		}
		seen = append(seen, host)
		d.DMARC.Reports = append(d.DMARC.Reports, facts.ReportAuthorisation{
			Host: host, Text: g.text(ctx, policy.Domain+"._report._dmarc."+host),
		})
	}
}

// walk looks up the DMARC records of a domain and those above it.
func (g *Gatherer) walk(ctx context.Context, domain string) []facts.Text {
	var all []facts.Text
	for _, name := range records.WalkNames(domain) {
		t := g.text(ctx, "_dmarc."+name)
		all = append(all, t)
		if records.EndsWalk(t.Records) {
			break
		}
	}
	return all
}

func findPolicy(domain string, walk []facts.Text) (records.Policy, bool) {
	var texts [][]string
	for _, w := range walk {
		texts = append(texts, w.Records)
	}
	return records.FindPolicy(records.WalkNames(domain), texts)
}

// elsewhere reports whether a host is sure to belong to another organisation
// than the policy: only then reports to it need to be authorised (RFC 9990
// section 4).
func (g *Gatherer) elsewhere(ctx context.Context, host string, p *records.Policy) bool {
	if within(host, p.Organisation) || within(p.Organisation, host) {
		return false
	}
	walk := g.walk(ctx, host)
	if slices.ContainsFunc(walk, func(t facts.Text) bool { return t.State == facts.Failed }) {
		return false
	}
	other, ok := findPolicy(host, walk)
	return !ok || other.Organisation != p.Organisation
}

func within(name, domain string) bool {
	return name == domain || strings.HasSuffix(name, "."+domain)
}

func (g *Gatherer) dkim(ctx context.Context, d *facts.Domain) {
	d.Keys, _ = g.records(ctx, "_domainkey."+d.Name, dnsmx.TypeTXT)
	for _, s := range g.Selectors {
		d.DKIM = append(d.DKIM, facts.DKIM{Selector: s})
	}
	eachOf(d.DKIM, func(k *facts.DKIM) { k.Text = g.text(ctx, k.Selector+"._domainkey."+d.Name) })
}
