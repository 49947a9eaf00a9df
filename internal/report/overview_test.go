package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// manyDomains has domains that passed, are not known and failed, in this order.
func manyDomains(passed, unsure, failed int) []*result.Domain {
	var all []*result.Domain
	add := func(n int, kind string, of func() *result.Domain) {
		for i := range n {
			d := of()
			d.Domain = fmt.Sprintf("%s%d.test", kind, i)
			all = append(all, d)
		}
	}
	add(passed, "good", reporttest.PassingDomain)
	add(unsure, "grey", func() *result.Domain {
		d := reporttest.PassingDomain()
		d.Status, d.Reason = result.Inconclusive, result.Temporary
		return d
	})
	add(failed, "bad", reporttest.NoSuchDomain)
	return all
}

// TestLongListEndsWithWhatFailed: who comes back to a screen of thousands of
// domains sees its end.
func TestLongListEndsWithWhatFailed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		passed, unsure, failed int
		opt                    Options
		want                   string // nothing: no such list
	}{
		{40, 1, 2, Options{List: true}, "\n\n3 of 43 domains did not pass:\nFAIL  bad0.test: no such domain\nFAIL  bad1.test: no such domain\nINCONCLUSIVE  grey0.test is inconclusive: temporary\n\n"},
		{1, 2, 60, Options{List: true}, "\nFAIL  bad38.test: no such domain\nFAIL  bad39.test: no such domain\n  and 22 more\n\n"},
		{1, 30, 39, Options{List: true}, "\nFAIL  bad38.test: no such domain\nINCONCLUSIVE  grey0.test is inconclusive: temporary\n  and 29 more\n\n"},
		{40, 0, 0, Options{List: true}, ""},
		{18, 1, 1, Options{List: true}, ""},
		{40, 1, 2, Options{List: true, Verbose: -1}, ""},
	} {
		text := textOf(t, tt.opt, manyDomains(tt.passed, tt.unsure, tt.failed)...)
		_, end, found := strings.Cut(text, "domains did not pass:")
		if !strings.Contains(text, tt.want) || found != (tt.want != "") || strings.Count(end, "\n") > 2+maxLines+2 {
			t.Errorf("%d, %d and %d: no %q, or too much, at the end of\n%s", tt.passed, tt.unsure, tt.failed, tt.want, text[max(len(text)-1200, 0):])
		}
	}
}

// TestLongListHasFewPages: of the eleventh domain that did not pass there is a
// line, unless more is asked for.
func TestLongListHasFewPages(t *testing.T) {
	t.Parallel()
	var all []*result.Domain
	for i := range 15 {
		d := reporttest.MixedDomain()
		d.Domain = fmt.Sprintf("bad%d.test", i)
		all = append(all, d)
	}
	for verbose, want := range map[int]int{0: maxPages, 1: 15} {
		text := textOf(t, Options{List: true, Verbose: verbose}, all...)
		if got := strings.Count(text, "bad-sender.yaml:9:13"); got != want {
			t.Errorf("verbose %d: %d pages; want %d", verbose, got, want)
		}
		for i := range 15 {
			if !strings.Contains(text, fmt.Sprintf("bad%d.test", i)) {
				t.Errorf("verbose %d: bad%d.test is not named", verbose, i)
			}
		}
	}
	if text := textOf(t, Options{List: true}, all...); !strings.Contains(text, "\nFAIL  Both addresses of bad14.test failed") {
		t.Errorf("the last domain has no line in\n%s", text)
	}
}

func TestOverviewTables(t *testing.T) {
	t.Parallel()
	o := NewOverview(3)
	for _, d := range append(manyDomains(30, 2, 5), reporttest.ExaminedDomain(), reporttest.UncertainDomain()) {
		if d.Domain == "good0.test" {
			d.Hosts[0].Addresses[0].Checks[0].Steps[0].Text = []string{"mx1 ESMTP Postfix (Debian)"}
		}
		o.Add(d)
	}
	var got []string
	for _, table := range o.Tables(10) {
		got = append(got, table.Title)
		for _, r := range table.Rows {
			got = append(got, fmt.Sprintf("%s %d/%d", r.Name, r.Domains.Fail, r.Domains.Total()))
		}
	}
	want := []string{
		"By cause", "dns 5/5", "temporary 0/3", "ptr.missing 1/1",
		"By provider", "fabrikam.test 1/33", "contoso.test 0/1",
		"By software", "not named 0/32", "Postfix 0/1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the tables are\n%q; want\n%q", got, want)
	}
	lines, more := o.Worst()
	if len(lines) != 3 || more != 6 || lines[0].Sentence != "bad0.test: no such domain" {
		t.Errorf("the worst are %v and %d more; want 3 of those that failed and 6 more", lines, more)
	}
}

// TestOverviewIsBounded: names come from elsewhere.
func TestOverviewIsBounded(t *testing.T) {
	t.Parallel()
	var c counter
	for i := range maxNames + 500 {
		c.add(fmt.Sprint("name ", i), result.Fail)
	}
	c.add("name 0", result.Pass)
	top := c.top(2)
	if others := (result.Counts{Fail: maxNames - 2 + 500}); len(c.names) != maxNames || len(top.Rows) != 2 || top.Rows[0].Name != "name 0" || top.Others != others {
		t.Errorf("%d names are kept, %+v", len(c.names), top)
	}
}

// TestTallyCountsWhatIsShown: the counts of a report are those of its entries.
func TestTallyCountsWhatIsShown(t *testing.T) {
	t.Parallel()
	for name, domains := range reporttest.Runs() {
		var tally Tally
		want := result.Counts{}
		for _, d := range domains {
			tally.Add(d)
			for e := range Entries(d) {
				want.Add(e.Status())
			}
		}
		if tally.Entries != want || tally.Domains.Total() != len(domains) {
			t.Errorf("%s: %+v of %d domains; want %+v of %d", name, tally.Entries, tally.Domains.Total(), want, len(domains))
		}
	}
	var tally Tally
	for _, d := range []*result.Domain{reporttest.MixedDomain(), reporttest.NullMX()} {
		tally.Add(d)
	}
	if want := "1 passed, 4 failed, 1 skipped, among them 1 host without address and 1 domain without hosts,"; tally.Words() != want {
		t.Errorf("words are %q; want %q", tally.Words(), want)
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"aspmx.l.google.com":                       "google.com",
		"example-org.mail.protection.outlook.com.": "outlook.com",
		"MX1.Example.CO.UK":                        "example.co.uk",
		"mx1":                                      "mx1",
		"[192.0.2.1]":                              "",
		"[IPv6:2001:db8::1]":                       "",
		"2001:db8::1":                              "",
		"":                                         "",
		"mail.\x1b[31m.test":                       `\x1b[31m.test`,
		strings.Repeat("a.", 200) + "example.github.io": "example.github.io",
	} {
		if got := Provider(&result.Domain{Hosts: []result.Host{{Name: host}}}); got != want {
			t.Errorf("the provider of %q is %q; want %q", host, got, want)
		}
	}
	if got := Provider(&result.Domain{}); got != "" {
		t.Errorf("a domain without hosts has the provider %q", got)
	}
}
