package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// TestSchemaFindsBadComparisons changes differences and changes in one place
// each, which the schema has to notice.
func TestSchemaFindsBadComparisons(t *testing.T) {
	t.Parallel()
	schema := reporttest.Schema(t, Schema(), false)
	doc := reporttest.Decode(t, document(t, reporttest.Run(*reporttest.ChangedDomain())))
	if err := schema.Validate(doc); err != nil {
		t.Fatal(err)
	}
	domain := doc.(map[string]any)["domains"].([]any)[0].(map[string]any)
	difference := domain["differences"].([]any)[0].(map[string]any)
	change := domain["changes"].([]any)[0].(map[string]any)
	variant := difference["values"].([]any)[0].(map[string]any)
	for _, tt := range []struct {
		object map[string]any
		key    string
		wrong  any
	}{
		{domain, "differences", []any{}},
		{domain, "changes", []any{}},
		{difference, "property", nil},
		{difference, "message", 1},
		{difference, "values", []any{variant}},
		{variant, "value", nil},
		{variant, "where", []any{}},
		{variant, "where", "mx1"},
		{change, "kind", "no such kind"},
		{change, "kind", nil},
		{change, "message", nil},
		{change, "regression", "yes"},
		{change, "before", 1},
		{change, "where", []any{"mx1"}},
	} {
		was, had := tt.object[tt.key]
		tt.object[tt.key] = tt.wrong
		if tt.wrong == nil {
			delete(tt.object, tt.key)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("%s = %v is accepted", tt.key, tt.wrong)
		}
		tt.object[tt.key] = was
		if !had {
			delete(tt.object, tt.key)
		}
	}
}

// TestSchemaKnowsEveryKindOfChange compares the closed list with the
// constants of package result.
func TestSchemaKnowsEveryKindOfChange(t *testing.T) {
	t.Parallel()
	schema := reporttest.Schema(t, Schema(), true)
	for _, kind := range []string{
		result.ChangeDomainNew, result.ChangeRoute, result.ChangeMXAdded, result.ChangeMXGone, result.ChangePreference, result.ChangeAddressAdded,
		result.ChangeAddressGone, result.ChangeAddressChanged, result.ChangeKeywordAdded, result.ChangeKeywordLost, result.ChangeKeywordChanged,
		result.ChangeTLSVersion, result.ChangeCertificate, result.ChangeVerdict, result.ChangeReply, result.ChangeSlower,
		result.ChangeFindingNew, result.ChangeFindingGone, result.ChangeFindingSeverity,
	} {
		d := reporttest.PassingDomain()
		d.Changes = []result.Change{{Kind: kind, Message: "x"}}
		d.Hosts[0].Addresses[0].Checks[0].DelayMillis = 720_000 * 1_000_000
		if err := schema.Validate(reporttest.Decode(t, document(t, reporttest.Run(*d)))); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestQuietSaysWhatIsNewAndNothingElse: cron sends mail for any output.
func TestQuietSaysWhatIsNewAndNothingElse(t *testing.T) {
	t.Parallel()
	changed := reporttest.PassingDomain()
	changed.Changes = []result.Change{{Kind: result.ChangeKeywordLost, Regression: true, Message: "mx1 no longer offers STARTTLS"}}
	differs := reporttest.PassingDomain()
	differs.Differences = reporttest.ChangedDomain().Differences
	for _, tt := range []struct {
		name    string
		domains []*result.Domain
		known   func(*result.Domain) bool
		want    []string // each is in the output; none: there is no output
	}{
		{"a change in a domain that passes", []*result.Domain{changed}, nil, []string{"PASS  fabrikam.test", "worse: mx1 no longer offers STARTTLS"}},
		{"a difference alone", []*result.Domain{differs}, nil, nil},
		{"a failure that is known", []*result.Domain{reporttest.MixedDomain()}, func(*result.Domain) bool { return true }, nil},
		{"a failure that is not", []*result.Domain{reporttest.MixedDomain()}, func(*result.Domain) bool { return false }, []string{"FAIL", "1 passed"}},
		{"one of two", []*result.Domain{reporttest.MixedDomain(), reporttest.NoSuchDomain()}, func(d *result.Domain) bool { return d.Domain == "fabrikam.test" }, []string{"FAIL  nosuch.test", "1 passed"}},
	} {
		got := textOf(t, Options{Verbose: -1, Known: tt.known}, tt.domains...)
		if tt.want == nil && got != "" {
			t.Errorf("%s:\n%s\nwant nothing", tt.name, got)
		}
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s:\n%s\nwant %q", tt.name, got, want)
			}
		}
		if strings.Contains(got, "Its hosts differ") || tt.known != nil && strings.Contains(got, "fabrikam.test: 3 MX") && tt.known(tt.domains[0]) {
			t.Errorf("%s: too much:\n%s", tt.name, got)
		}
	}
	// Without a quiet report, what is known is told as before.
	if got := textOf(t, Options{Known: func(*result.Domain) bool { return true }}, reporttest.MixedDomain()); !strings.Contains(got, "FAIL") {
		t.Errorf("known and not quiet:\n%s", got)
	}
}

// TestManyChangesAreCutAndTheWorstComeFirst: what got worse must not hide
// behind what is only new.
func TestManyChangesAreCutAndTheWorstComeFirst(t *testing.T) {
	t.Parallel()
	d := reporttest.PassingDomain()
	for i := range 30 {
		d.Changes = append(d.Changes, result.Change{Kind: result.ChangeKeywordAdded, Message: fmt.Sprintf("new %d", i)})
		d.Differences = append(d.Differences, result.Difference{Property: "keyword SIZE", Message: fmt.Sprintf("differs %d", i)})
	}
	d.Changes = append(d.Changes, result.Change{Kind: result.ChangeMXGone, Regression: true, Message: "mx9 is gone"})
	d.Status = result.Warn
	got := textOf(t, Options{Width: 80}, d)
	for _, want := range []string{"Changed since the baseline:\n  worse: mx9 is gone\n  - new 0\n", "  - new 10\n  19 more, -v shows all\n", "  - differs 11\n  18 more, -v shows all\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got = textOf(t, Options{Verbose: 1}, d); strings.Contains(got, "shows all") || !strings.Contains(got, "- new 29\n") || !strings.Contains(got, "- differs 29\n") {
		t.Errorf("-v does not show all:\n%s", got)
	}
}

// TestDifferencesThatMatter: a line where all is well, what matters to a sender
// behind a failure, everything where more is asked for.
func TestDifferencesThatMatter(t *testing.T) {
	t.Parallel()
	var all []result.Difference
	for _, property := range []string{
		"keyword CHUNKING", "keywords AUTH, CHUNKING, DSN", "keyword SIZE under TLS", "TLS version", "certificate", "certificate days left",
		"DANE", "MTA-STS", "reply to RCPT TO:<a@b.test>", "greylisting", "verdict of x", "keywords PIPELINING, HELP under TLS",
	} {
		all = append(all, result.Difference{Property: property, Message: "differs in " + property, Values: []result.Variant{{Value: "a"}, {Value: "b"}}})
	}
	well, failed := reporttest.PassingDomain(), reporttest.MixedDomain()
	well.Differences, failed.Differences = all, all
	if got, want := textOf(t, Options{}, well), "\nIts hosts differ in AUTH, DSN, SIZE, TLS version, certificate, DANE, MTA-STS; -v shows how.\n"; !strings.Contains(got, want) || strings.Contains(got, "differs in") {
		t.Errorf("no %q alone in\n%s", want, got)
	}
	got := textOf(t, Options{}, failed)
	_, behind, _ := strings.Cut(got, "Its hosts differ:\n")
	if strings.Count(behind, "- differs in") != 7 || strings.Contains(got, "greylisting") || strings.Contains(behind, "FAIL") {
		t.Errorf("not the seven that matter behind the failures in\n%s", got)
	}
	for _, d := range []*result.Domain{well, failed} {
		if got := textOf(t, Options{Verbose: 1}, d); strings.Count(got, "- differs in") != len(all) {
			t.Errorf("-v does not show all:\n%s", got)
		}
	}
	well.Differences = all[:1]
	if got := textOf(t, Options{}, well); strings.Contains(got, "differ") {
		t.Errorf("what matters to no sender is shown in\n%s", got)
	}
}

// TestForgedComparisonsStayText: nothing of a server begins a line or acts on
// a terminal.
func TestForgedComparisonsStayText(t *testing.T) {
	t.Parallel()
	d := reporttest.ForgingComparison()
	d.Differences[0].Message += reporttest.Hostile
	d.Changes[0].Message += reporttest.Hostile
	for _, o := range []Options{{}, {Width: 80}, {Verbose: 2}, {Verbose: -1}, {List: true}} {
		for line := range strings.Lines(textOf(t, o, d)) {
			if line = strings.TrimSuffix(line, "\n"); !harmless([]byte(line)) || strings.HasPrefix(strings.TrimSpace(line), "::") {
				t.Errorf("%+v: %q", o, line)
			}
		}
	}
	if b := document(t, reporttest.Run(*d)); !harmless(bytes.ReplaceAll(b, []byte("\n"), nil)) {
		t.Errorf("JSON acts on a terminal: %q", b)
	}
}
