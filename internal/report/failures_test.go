package report

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// TestLongListEndsWithWhatFailed: who comes back to a screen of thousands of
// domains sees its end.
func TestLongListEndsWithWhatFailed(t *testing.T) {
	t.Parallel()
	list := func(passed, unsure, failed int) []*result.Domain {
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
			d.Status = result.Inconclusive
			return d
		})
		add(failed, "bad", reporttest.NoSuchDomain)
		return all
	}
	for _, tt := range []struct {
		passed, unsure, failed int
		opt                    Options
		want                   string // nothing: no such list
	}{
		{40, 1, 2, Options{List: true}, "\n\n3 of 43 domains did not pass:\n  FAIL  bad0.test\n  FAIL  bad1.test\n  INCONCLUSIVE  grey0.test\n\n"},
		{1, 2, 30, Options{List: true}, "\n  FAIL  bad18.test\n  FAIL  bad19.test\n  and 12 more\n\n"},
		{1, 30, 19, Options{List: true}, "\n  FAIL  bad18.test\n  INCONCLUSIVE  grey0.test\n  and 29 more\n\n"},
		{40, 0, 0, Options{List: true}, ""},
		{18, 1, 1, Options{List: true}, ""},
		{40, 1, 2, Options{List: true, Verbose: -1}, ""},
	} {
		text := textOf(t, tt.opt, list(tt.passed, tt.unsure, tt.failed)...)
		_, end, found := strings.Cut(text, "domains did not pass:")
		if !strings.Contains(text, tt.want) || found != (tt.want != "") || strings.Count(end, "\n") > 2+maxFailures+2 {
			t.Errorf("%d, %d and %d: no %q, or too much, at the end of\n%s", tt.passed, tt.unsure, tt.failed, tt.want, text[max(len(text)-1200, 0):])
		}
	}
}
