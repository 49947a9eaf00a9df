package cli

import (
	"testing"

	"mxprobe/internal/compare"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// talked is a domain of two hosts, of which the second ends as it is told.
func talked(v result.Verdict, r result.Reason, keyword string) *result.Domain {
	check := func(v result.Verdict, r result.Reason) []result.Check {
		return []result.Check{{
			Scenario: "talk", Status: v, Reason: r, StepCount: 1, Attempts: 1,
			Steps: []result.Step{{Attempt: 1, Code: 220}, {Attempt: 1, Number: 1, Sent: "EHLO x", Facts: result.Facts{Verb: "EHLO"}, Code: 250, Text: []string{"mx", keyword}}},
		}}
	}
	host := func(name string, pref uint16, v result.Verdict, r result.Reason) result.Host {
		return result.Host{
			Name: name, Preference: pref, Status: v, Reason: r,
			Addresses: []result.Address{{IP: "192.0.2.1", Port: 25, Status: v, Checks: check(v, r)}},
		}
	}
	d := &result.Domain{Domain: "a.test", Origin: "mx", Hosts: []result.Host{host("mx1", 10, result.Pass, ""), host("mx2", 20, v, r)}}
	verdict.Rejudge(d, verdict.All)
	return d
}

// TestFailOn walks over what a baseline knew, what a run saw, and what counts.
// The exit status follows from the verdict.
func TestFailOn(t *testing.T) {
	t.Parallel()
	const (
		pass, warn, fail, unsure = result.Pass, result.Warn, result.Fail, result.Inconclusive
		reply, timeout           = result.Reply, result.Timeout
	)
	passed, failed := talked(pass, "", "STARTTLS"), talked(fail, reply, "STARTTLS")
	for _, tt := range []struct {
		name                string
		before, now         *result.Domain
		any, new, regressed result.Verdict
	}{
		{"all well", passed, talked(pass, "", "STARTTLS"), pass, pass, pass},
		{"a new failure", passed, talked(fail, reply, "STARTTLS"), fail, fail, fail},
		{"a known failure", failed, talked(fail, reply, "STARTTLS"), fail, warn, warn},
		{"it fails in another way", failed, talked(fail, timeout, "STARTTLS"), fail, fail, fail},
		{"it works again", failed, talked(pass, "", "STARTTLS"), pass, pass, pass},
		{"a keyword is lost", passed, talked(pass, "", "DSN"), pass, pass, fail},
		{"a keyword is lost beside a known failure", failed, talked(fail, reply, "DSN"), fail, warn, fail},
		{"nothing final is known", passed, talked(unsure, result.Temporary, "STARTTLS"), unsure, unsure, unsure},
		{"a domain that is new and fails", nil, talked(fail, reply, "STARTTLS"), fail, fail, fail},
		{"a domain that is new and passes", nil, talked(pass, "", "STARTTLS"), pass, pass, pass},
	} {
		for failOn, want := range map[string]result.Verdict{failOnAny: tt.any, failOnNew: tt.new, failOnRegression: tt.regressed} {
			known := map[string]*compare.Snapshot{}
			if tt.before != nil {
				known["a.test"] = compare.Remember(nil, tt.before, &compare.Options{})
			}
			m := &memory{settings: &memorySettings{failOn: failOn}, domains: known, seen: map[string]*compare.Snapshot{}}
			d := *tt.now // its checks are changed, so that each turn needs its own
			d.Hosts = append([]result.Host(nil), d.Hosts...)
			for i := range d.Hosts {
				d.Hosts[i].Addresses = append([]result.Address(nil), d.Hosts[i].Addresses...)
				a := &d.Hosts[i].Addresses[0]
				a.Checks = append([]result.Check(nil), a.Checks...)
			}
			m.judge(&d)
			if d.Status != want {
				t.Errorf("%s, --fail-on %s: %s (%s); want %s", tt.name, failOn, d.Status, d.Message, want)
			}
			if d.Reason == result.Regression && (d.Message == "" || failOn != failOnRegression) {
				t.Errorf("%s, --fail-on %s: a regression with the message %q", tt.name, failOn, d.Message)
			}
		}
	}
}

// TestNothingIsComparedWithoutABaseline: the first run has nothing to say,
// and without the flag nothing is kept.
func TestNothingIsComparedWithoutABaseline(t *testing.T) {
	t.Parallel()
	var none *memory
	d := talked(result.Pass, "", "STARTTLS")
	none.judge(d)
	if err := none.save(t.Context(), true); none.remark(true) != "" || err != nil || none.known(d) || d.Changes != nil {
		t.Errorf("no memory: %q, %v, %+v", none.remark(true), err, d.Changes)
	}
	first := &memory{settings: &memorySettings{failOn: failOnRegression}, domains: map[string]*compare.Snapshot{}, fresh: true, seen: map[string]*compare.Snapshot{}}
	first.judge(d)
	if d.Status != result.Pass || d.Changes != nil || first.seen["a.test"] == nil {
		t.Errorf("the first run: %s, %+v", d.Status, d.Changes)
	}
}

func TestSlowerIsAFactor(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]float64{"3": 3, "1.5": 1.5, "0": 0, "1000": 1000, "1": -1, "0.5": -1, "-2": -1, "1001": -1, "NaN": -1, "Inf": -1, "3x": -1, "": -1} {
		m := newMemorySettings()
		err := m.setSlower(value)
		if (err != nil) != (want < 0) || err == nil && m.slower != want {
			t.Errorf("--slower %q: %v, %v; want %v", value, m.slower, err, want)
		}
	}
}
