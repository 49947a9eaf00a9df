package vantage

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

// view is a domain with one host, as a vantage saw it.
func view(vantage string, status result.Verdict, ips ...string) *result.Domain {
	h := result.Host{Name: "mx1.a.test", Preference: 10, Status: status, Addresses: []result.Address{}}
	for _, ip := range ips {
		h.Addresses = append(h.Addresses, result.Address{IP: ip, Port: 25, Status: status, Checks: []result.Check{{
			Scenario: "talk", Status: status, Attempts: 1, Steps: []result.Step{{Attempt: 1, Code: 220}},
		}}})
	}
	return &result.Domain{Domain: "a.test", Origin: "mx", Status: status, Seen: result.Seen{Vantage: vantage}, Hosts: []result.Host{h}}
}

func places(d *result.Domain) []string {
	var all []string
	for at := range d.Played() {
		all = append(all, at.Host.Name+" "+at.Address.IP+" "+at.Address.Vantage+" "+at.Check.Status.String())
	}
	return all
}

func TestMerge(t *testing.T) {
	t.Parallel()
	sgp := view("sgp1", result.Fail, "192.0.2.1", "192.0.2.2")
	sgp.Message, sgp.Reason, sgp.Notes = "connect: no answer", result.Timeout, []string{"for all", "for one"}
	sgp.Sender = &result.Sender{View: result.ViewDown}
	fra := view("fra1", result.Pass, "192.0.2.2", "192.0.2.1")
	fra.Notes, fra.Sender = []string{"for all"}, &result.Sender{View: result.ViewAtOnce}
	d := Merge([]*result.Domain{sgp, fra})
	if d.Status != result.Fail || d.Reason != result.Timeout || d.Message != "from sgp1: connect: no answer" {
		t.Errorf("%s, %s, %q: it must not look better than from sgp1, and say from where", d.Status, d.Reason, d.Message)
	}
	want := []string{
		"mx1.a.test 192.0.2.2 fra1 pass", "mx1.a.test 192.0.2.2 sgp1 fail",
		"mx1.a.test 192.0.2.1 fra1 pass", "mx1.a.test 192.0.2.1 sgp1 fail",
	}
	if diff := cmp.Diff(want, places(&d)); diff != "" {
		t.Errorf("each address from each vantage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"for all", "from sgp1: for one"}, d.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if d.Sender != nil || len(d.Views) != 2 || d.Views[0].Vantage != "fra1" || d.Views[1].Sender.View != result.ViewDown {
		t.Errorf("sender %v, views %+v", d.Sender, d.Views)
	}
	if fra.Hosts[0].Addresses[0].Vantage != "" {
		t.Error("the view itself was changed")
	}
}

func TestMergeOfOneIsItself(t *testing.T) {
	t.Parallel()
	one := view("fra1", result.Pass, "192.0.2.1")
	if d := Merge([]*result.Domain{one}); d.Vantage != "fra1" || d.Views != nil || len(places(&d)) != 1 || d.Hosts[0].Addresses[0].Vantage != "" {
		t.Errorf("%+v", d)
	}
	if d := Merge(nil); d.Status != result.NotRun || d.Hosts == nil {
		t.Errorf("nothing merges to %+v", d)
	}
}

// TestMergeNeverLooksBetter: every mixture of verdicts is as bad as the worst.
func TestMergeNeverLooksBetter(t *testing.T) {
	t.Parallel()
	all := []result.Verdict{result.Pass, result.Warn, result.Skip, result.NotRun, result.Inconclusive, result.Fail}
	for _, a := range all {
		for _, b := range all {
			d := Merge([]*result.Domain{view("fra1", a, "192.0.2.1"), view("sgp1", b, "192.0.2.1")})
			if want := result.Worst(a, b); d.Status != want || d.Hosts[0].Status != want {
				t.Errorf("%s and %s are %s, the host %s", a, b, d.Status, d.Hosts[0].Status)
			}
		}
	}
}

// TestMergeOfALookUpThatFailedThere: the hosts stay, and what is missing is said.
func TestMergeOfALookUpThatFailedThere(t *testing.T) {
	t.Parallel()
	fra := view("fra1", result.Pass, "192.0.2.1")
	lost := &result.Domain{Domain: "a.test", Status: result.Inconclusive, Reason: result.Resolver, Message: "the resolver does not answer", Seen: result.Seen{Vantage: "sgp1"}}
	d := Merge([]*result.Domain{fra, lost})
	if d.Status != result.Inconclusive || d.Message != "from sgp1: the resolver does not answer" || d.Origin != "mx" || len(places(&d)) != 1 || len(d.Disagreements) != 0 {
		t.Errorf("%s, %q, %q, %q, %v", d.Status, d.Message, d.Origin, places(&d), d.Disagreements)
	}
	none := view("sgp1", result.Fail)
	none.Hosts[0].Reason, none.Hosts[0].Message = result.DNS, "no such name"
	d = Merge([]*result.Domain{fra, none})
	h := &d.Hosts[0]
	if h.Status != result.Fail || h.Message != "from sgp1: no such name" || h.Lack == nil || h.Lack.Message != "from sgp1: no such name" || len(h.Addresses) != 1 {
		t.Errorf("host %s %q, lack %+v", h.Status, h.Message, h.Lack)
	}
}

func TestMergeOfFindings(t *testing.T) {
	t.Parallel()
	f := func(id string, s result.Severity) result.Finding {
		return result.Finding{ID: id, Severity: s, Evidence: "seen", Subject: result.Subject{Domain: "a.test"}}
	}
	fra, sgp := view("fra1", result.Fail), view("sgp1", result.Fail)
	fra.Findings = []result.Finding{f("spf.none", result.SeverityFail), f("mx.reach", result.SeverityOK)}
	sgp.Findings = []result.Finding{f("spf.none", result.SeverityFail), f("mx.reach", result.SeverityFail)}
	d := Merge([]*result.Domain{fra, sgp})
	var got []string
	for _, f := range d.Findings {
		got = append(got, f.ID+" "+string(f.Severity)+" "+f.Evidence)
	}
	if diff := cmp.Diff([]string{"spf.none fail seen", "mx.reach ok from fra1: seen", "mx.reach fail from sgp1: seen"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
