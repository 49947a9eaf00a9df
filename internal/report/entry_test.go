package report

import (
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

func TestEntryKinds(t *testing.T) {
	t.Parallel()
	forgiven := reporttest.Failed("mx1")
	forgiven.Status, forgiven.Forgiven = result.Warn, "until March"
	check := func(v result.Verdict) result.Check {
		return result.Check{Scenario: "s", Status: v, Message: "m", Attempts: 1}
	}
	of := func(v result.Verdict, c result.Check) *result.Domain {
		d := reporttest.Domain("a.test", reporttest.Host(1, "mx1", reporttest.Address("192.0.2.1", c)))
		d.Status = v
		return d
	}
	for _, tt := range []struct {
		name string
		d    *result.Domain
		kind Kind
		why  string
	}{
		{"pass", of(result.Pass, check(result.Pass)), Passed, ""},
		{"warning", of(result.Warn, check(result.Warn)), Passed, "m"},
		{"forgiven", of(result.Warn, forgiven), Excused, "may fail (until March): expected 5xx, got 250 2.1.5 Ok"},
		{"forgiven, beside a failure", of(result.Fail, forgiven), Excused, "may fail (until March): expected 5xx, got 250 2.1.5 Ok"},
		{"skip", of(result.Skip, check(result.Skip)), Skipped, "m"},
		{"failure", of(result.Fail, check(result.Fail)), Failed, "m"},
		{"failure in a domain that is not sure", of(result.Inconclusive, check(result.Fail)), Failed, "m"},
		{"failure that does not count", of(result.Warn, check(result.Fail)), Excused, "need not pass: m"},
		{"inconclusive", of(result.Inconclusive, check(result.Inconclusive)), Unknown, "m"},
		{"inconclusive that does not count", of(result.Warn, check(result.Inconclusive)), Excused, "need not pass: m"},
		{"not run", of(result.Inconclusive, check(result.NotRun)), Unknown, "m"},
		{"not run, nor anything else", of(result.NotRun, check(result.NotRun)), Unknown, "m"},
		{"not run, and not needed", of(result.Pass, check(result.NotRun)), Skipped, "m"},
		{"dead domain", reporttest.NoSuchDomain(), Failed, "no such domain"},
		{"null MX that is wanted", &result.Domain{Domain: "a.test", Origin: "null", Status: result.Pass}, Passed, ""},
	} {
		all := slices.Collect(Entries(tt.d))
		if all[0].Kind() != tt.kind || all[0].Why() != tt.why {
			t.Errorf("%s: kind %d, why %q; want %d, %q", tt.name, all[0].Kind(), all[0].Why(), tt.kind, tt.why)
		}
	}
}

// TestNothingBadIsLeftOut: a verdict may come from something that is in no
// check, and has to be among the entries all the same.
func TestNothingBadIsLeftOut(t *testing.T) {
	t.Parallel()
	atHost := reporttest.PassingDomain()
	atHost.Hosts[1].Status, atHost.Hosts[1].Message = result.Fail, "its other address cannot be found"
	atHost.Status = result.Fail
	atDomain := reporttest.PassingDomain()
	atDomain.Status, atDomain.Message = result.Inconclusive, "not everything was begun"
	empty := reporttest.PassingDomain()
	empty.Hosts[0].Addresses[1].Checks = nil
	for _, tt := range []struct {
		d    *result.Domain
		want string
	}{
		{reporttest.PassingDomain(), "pass pass pass"},
		{atHost, "pass pass pass host:fail"},
		{atDomain, "pass pass pass domain:inconclusive"},
		{empty, "pass address:pass pass"},
		{reporttest.MixedDomain(), "pass fail skip fail host:fail"},
		{reporttest.UncertainDomain(), "warn warn inconclusive not_run"},
		{reporttest.NullMX(), "domain:fail"},
	} {
		var got []string
		for e := range Entries(tt.d) {
			level := ""
			switch {
			case e.Check != nil:
			case e.Address != nil:
				level = "address:"
			case e.Host != nil:
				level = "host:"
			default:
				level = "domain:"
			}
			got = append(got, level+e.Status().String())
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: entries %s; want %s", tt.d.Domain, s, tt.want)
		}
		for range Entries(tt.d) {
			break // must not go on
		}
	}
}

func TestLedgerFindsFalseCalm(t *testing.T) {
	t.Parallel()
	changed := reporttest.PassingDomain()
	changed.Changes = []result.Change{{Kind: result.ChangeKeywordLost, Message: "STARTTLS is gone", Regression: true}}
	const head = "the run ended with exit status 1 and the verdict "
	for _, tt := range []struct {
		name string
		d    *result.Domain
		end  result.End
		want string
	}{
		{"all well", reporttest.PassingDomain(), result.End{Status: result.Pass}, ""},
		{"said already", reporttest.MixedDomain(), result.End{Status: result.Fail, Exit: 1}, ""},
		{"unknown, said already", reporttest.UncertainDomain(), result.End{Status: result.Inconclusive, Exit: 3}, ""},
		{"a skip that counts", reporttest.PassingDomain(), result.End{Status: result.Pass, Exit: 1, Dialogues: result.Counts{Skip: 2}}, head + "pass although no dialogue failed: 2 dialogues skipped"},
		{"a regression", changed, result.End{Status: result.Pass, Exit: 1}, head + "pass although no dialogue failed: fabrikam.test: STARTTLS is gone"},
		{"a verdict without exit status", reporttest.PassingDomain(), result.End{Status: result.NotRun}, "the run ended with exit status 0 and the verdict not run although no dialogue failed"},
		{"a signal", reporttest.PassingDomain(), result.End{Status: result.Pass, Exit: 130, Notes: []string{"stopped\n"}}, "the run ended with exit status 130 and the verdict pass although no dialogue failed: stopped\\x0a"},
		{"cut short", reporttest.MixedDomain(), result.End{Status: result.Fail, Exit: 1, Incomplete: true, Notes: []string{"too late"}}, "the run was cut short, and domains may be missing here: too late"},
	} {
		var l Ledger
		l.Add(tt.d)
		if got := l.Missing(&tt.end); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

func TestConversationEndsWithTheStep(t *testing.T) {
	t.Parallel()
	c := reporttest.Greylisted("mx1")
	first := Conversation(&c, &c.Steps[3])
	if got := first[len(first)-1]; !strings.HasPrefix(got, "S: 451 4.7.1 ") || len(first) != 11 {
		t.Errorf("first attempt: %d lines, the last %q; want 11, a 451", len(first), got)
	}
	last := Conversation(&c, nil)
	if got := last[len(last)-1]; got != "S: 221 2.0.0 Bye" || slices.Contains(last, first[len(first)-1]) {
		t.Errorf("last attempt: %q", last)
	}
	if got := Speech(&result.Step{Transcript: []result.Line{{From: "-", Text: "closed\n"}}}); !slices.Equal(got, []string{`-- closed\x0a`}) {
		t.Errorf("remark = %q", got)
	}
}
