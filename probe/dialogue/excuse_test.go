package dialogue_test

import (
	"context"
	"testing"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// skip and may_fail hold for a host whose name does not resolve, as they do
// for one that does not answer: where every scenario says so.
func TestHostRulesCoverLookUps(t *testing.T) {
	t.Parallel()
	w := start(t, "@ MX 10 mx1\n@ MX 20 old\nmx1 A 192.0.2.10\n", sandbox.Server{})
	const (
		skip    = "hosts: [{match: old.*, skip: goes away}]\n"
		mayFail = "hosts: [{match: pref=20, may_fail: goes away}]\n"
		vars    = "hosts: [{match: old.*, vars: {x: y}}]\n"
		network = "hosts: [{match: 0.0.0.0/0, skip: IPv4 only}]\n"
	)
	const gone = `A or AAAA of "old.example.test": no such domain (NXDOMAIN)`
	for _, tc := range []struct {
		name    string
		rules   []string
		host    result.Verdict
		reason  result.Reason
		message string
		domain  result.Verdict
	}{
		{"skipped", []string{skip}, result.Skip, result.Condition, "goes away", result.Pass},
		{"may fail", []string{mayFail}, result.Warn, result.DNS, "may fail (goes away): " + gone, result.Warn},
		{"skipped in one, may fail in another", []string{skip, mayFail}, result.Warn, result.DNS, "may fail (goes away): " + gone, result.Warn},
		{"skipped in one, nothing in another", []string{skip, ""}, result.Fail, result.DNS, gone, result.Fail},
		{"an entry without either", []string{vars}, result.Fail, result.DNS, gone, result.Fail},
		{"an entry for addresses", []string{network}, result.Fail, result.DNS, gone, result.Fail},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var made []probe.Check
			for _, rule := range tc.rules {
				made = append(made, checks(t, settings(w), rule+ask)...)
			}
			d := playWith(t, t.Context(), runner(t, w), made)
			h := d.Hosts[1]
			if h.Status != tc.host || h.Reason != tc.reason || h.Message != tc.message || (h.Hint != "") != (tc.host != result.Skip) {
				t.Errorf("host is %v, %q: %q, hint %q; want %v, %q: %q", h.Status, h.Reason, h.Message, h.Hint, tc.host, tc.reason, tc.message)
			}
			if d.Status != tc.domain {
				t.Errorf("domain is %v: %s; want %v", d.Status, d.Message, tc.domain)
			}
		})
	}
}

// A look-up that the end of the run cut short is no failure to forgive.
func TestStoppedLookUpIsNotForgiven(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{})
	made := checks(t, settings(w), "hosts: [{match: \"*\", may_fail: known}]\n"+ask)
	ctx, cancel := context.WithCancel(t.Context())
	r := runner(t, w)
	r.Resolver = stopping{r.Resolver, cancel}
	d := playWith(t, ctx, r, made)
	if h := d.Hosts[0]; h.Status != result.Inconclusive || h.Reason != result.Interrupted {
		t.Errorf("host is %v, %q: %q; want inconclusive, interrupted", h.Status, h.Reason, h.Message)
	}
}

// stopping is a resolver that ends the run while it looks up an address.
type stopping struct {
	probe.Resolver
	cancel context.CancelFunc
}

func (s stopping) Route(ctx context.Context, domain string) (dnsmx.Route, error) {
	s.cancel()
	host := dnsmx.Host{Name: "mx1." + domain, Preference: 10, Err: ctx.Err()}
	return dnsmx.Route{Domain: domain, Origin: dnsmx.OriginMX, Hosts: []dnsmx.Host{host}}, nil
}
