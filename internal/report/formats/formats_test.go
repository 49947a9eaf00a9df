package formats

import (
	"io"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
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
