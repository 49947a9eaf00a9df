package probe_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// asker is a check of domains and of hosts that notes what it was asked of.
type asker struct {
	mu    sync.Mutex
	asked []string
}

func (a *asker) Name() string { return "asker" }

func (a *asker) ask(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, what)
}

func (a *asker) Domain(_ context.Context, t probe.DomainTarget) func(*result.Domain) []result.Finding {
	a.ask("domain " + t.Domain)
	return func(d *result.Domain) []result.Finding {
		for p := range d.Played() {
			a.ask("seen " + p.Check.Scenario + " at " + p.Address.IP)
		}
		if t.Err != nil {
			return []result.Finding{{ID: "dns.none", Severity: result.SeverityNote, Subject: result.Subject{Domain: t.Domain}, Title: t.Err.Error()}}
		}
		return nil
	}
}

func (a *asker) Host(_ context.Context, t probe.HostTarget) []result.Finding {
	a.ask("host " + t.Host.Name)
	severity := result.SeverityOK
	if t.Host.Name == "mx2.example.test" {
		severity = result.SeverityFail
	}
	return []result.Finding{{
		ID: "ptr.missing", Severity: severity, Subject: result.Subject{Domain: t.Domain, Host: t.Host.Name},
		Title: "no name for the address", Advice: "publish one",
	}}
}

// What is asked beside the addresses is asked once for the domain and once for
// each host that was chosen, and counts in the verdict.
func TestSurvey(t *testing.T) {
	t.Parallel()
	zone := "@ MX 10 mx1\n@ MX 20 mx2\n@ MX 30 mx3\nmx1 A 192.0.2.10\nmx2 A 192.0.2.11\nmx3 A 192.0.2.12\n"
	w := start(t, zone, sandbox.Server{}, sandbox.Server{Name: "mx2.example.test"}, sandbox.Server{Name: "mx3.example.test"})
	r := runner(t, w)
	r.SkipHost = []string{"mx3.*"}
	a := &asker{}
	request := probe.Request{
		Domain: "example.test", Checks: checks(t, settings(w), ask),
		DomainChecks: []probe.DomainCheck{a}, HostChecks: []probe.HostCheck{a},
	}
	for d := range r.Run(t.Context(), slices.Values([]probe.Request{request})) {
		if d.Status != result.Fail || d.Reason != result.Found || d.Hint != "publish one" ||
			d.Message != "mx2.example.test: ptr.missing: no name for the address" {
			t.Errorf("domain is %v, %q: %s (%s); want the failure of a finding", d.Status, d.Reason, d.Message, d.Hint)
		}
		if len(d.Findings) != 2 || d.Findings[0].Subject.Host != "mx1.example.test" {
			t.Errorf("findings = %+v; want one for each chosen host, in their order", d.Findings)
		}
	}
	slices.Sort(a.asked)
	want := "domain example.test, host mx1.example.test, host mx2.example.test, seen ask at 192.0.2.10, seen ask at 192.0.2.11"
	if got := strings.Join(a.asked, ", "); got != want {
		t.Errorf("asked: %s\nwant:  %s", got, want)
	}
}

// A domain without hosts is asked about as well.
func TestSurveyOfADomainWithoutHosts(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost)
	a := &asker{}
	request := probe.Request{Domain: "gone.example.test", DomainChecks: []probe.DomainCheck{a}, HostChecks: []probe.HostCheck{a}}
	for d := range runner(t, w).Run(t.Context(), slices.Values([]probe.Request{request})) {
		if d.Status != result.Fail || d.Reason != result.DNS || len(d.Findings) != 1 || d.Findings[0].ID != "dns.none" {
			t.Errorf("domain is %v, %q with findings %+v; want a failure of DNS, and a note", d.Status, d.Reason, d.Findings)
		}
	}
}
