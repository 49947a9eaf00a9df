package formats

import (
	"io"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report"
	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// TestEveryFormatWrites: a row without a writer, or with the one of another
// row, is found here.
func TestEveryFormatWrites(t *testing.T) {
	t.Parallel()
	reports := map[string]string{}
	for _, f := range All() {
		got := reporttest.Written(t, func(w io.Writer) reporttest.Writer {
			return New(f.Name, w, &Occasion{Header: reporttest.Run()})
		}, reporttest.EndOf(reporttest.MixedDomain()), reporttest.MixedDomain())
		if !strings.Contains(got, "fabrikam.test") {
			t.Errorf("%s names no domain: %.200s", f.Name, got)
		}
		for other, text := range reports {
			if text == got {
				t.Errorf("%s and %s write the same", f.Name, other)
			}
		}
		reports[f.Name] = got
	}
	if New("yaml", io.Discard, &Occasion{}) != nil {
		t.Error("there is a writer of a format that there is not")
	}
}

func TestEveryFormatHasReaders(t *testing.T) {
	t.Parallel()
	var grouped []string
	for _, g := range Groups() {
		grouped = append(grouped, g.Names...)
	}
	names := Names()
	slices.Sort(grouped)
	slices.Sort(names)
	if !slices.Equal(grouped, names) || slices.Compact(slices.Clone(names))[0] != names[0] || len(slices.Compact(names)) != len(grouped) {
		t.Errorf("the groups have %q; want each of %q once", grouped, names)
	}
}

// TestComparesWhereDifferencesAreShown: what no report shows need not be
// worked out, and what one shows must be.
func TestComparesWhereDifferencesAreShown(t *testing.T) {
	t.Parallel()
	const property = "keyword STARTTLS"
	for _, f := range All() {
		for _, verbose := range []int{-1, 0, 1} {
			d := reporttest.MixedDomain()
			d.Differences = []result.Difference{{Property: property, Message: "mx1 does not offer " + property, Values: []result.Variant{{Value: "a"}, {Value: "b"}}}}
			o := report.Options{Verbose: verbose}
			got := reporttest.Written(t, func(w io.Writer) reporttest.Writer {
				return New(f.Name, w, &Occasion{Header: reporttest.Run(), Text: o})
			}, reporttest.EndOf(d), d)
			if shown := strings.Contains(got, property); shown && !Compares(f.Name, &o) {
				t.Errorf("%s shows differences at %d, and they are not worked out", f.Name, verbose)
			} else if !shown && verbose > 0 && Compares(f.Name, &o) {
				t.Errorf("%s shows no differences at %d", f.Name, verbose)
			}
		}
	}
}

func TestFilesHaveMetricsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{"": "", "/var/lib/mail.prom": "mail", "hourly": "hourly"} {
		got := ""
		for _, l := range (&Occasion{File: file}).labels() {
			got += l.Name + "=" + l.Value
		}
		if want != "" {
			want = "run=" + want
		}
		if got != want {
			t.Errorf("the labels of %q are %q; want %q", file, got, want)
		}
	}
}
