package report

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// In a long list the same failure is told in full three times, and then only
// what differs.
func TestSameFailuresOfAList(t *testing.T) {
	t.Parallel()
	var gone, mixed []*result.Domain
	for i := range 6 {
		d := reporttest.NoSuchDomain()
		d.Domain = fmt.Sprintf("d%d.test", i)
		d.Hint = fmt.Sprintf("the name does not exist in DNS, which is a long hint, and goes on; closer: dig d%d.test MX", i)
		gone = append(gone, d)
		m := reporttest.MixedDomain()
		m.Domain = fmt.Sprintf("m%d.test", i)
		mixed = append(mixed, m)
	}
	list := textOf(t, Options{List: true}, gone...)
	for i := range 6 {
		want := fmt.Sprintf("  hint: the name does not exist in DNS, which is a long hint, and goes on; closer: dig d%d.test MX\n", i)
		if i >= 3 {
			want = fmt.Sprintf("  hint: the name does not exist in DNS, which is a long ... (as above); closer: dig d%d.test MX\n", i)
		}
		if !strings.Contains(list, want) {
			t.Errorf("domain %d: no %q in\n%s", i, want, list)
		}
	}
	const said = "C: EHLO"
	one := strings.Count(textOf(t, Options{List: true}, mixed[0]), said)
	all := textOf(t, Options{List: true}, mixed...)
	if got := strings.Count(all, said); one == 0 || got != 3*one {
		t.Errorf("%d dialogues are shown, %d of the first domain; want those of three domains", got, one)
	}
	if got := strings.Count(all, "the same as above, -v shows it"); got != 3*one {
		t.Errorf("%d failures are referred to; want %d", got, 3*one)
	}
	for _, o := range []Options{{}, {List: true, Verbose: 1}} {
		if text := textOf(t, o, append(mixed, gone...)...); strings.Contains(text, "as above") {
			t.Errorf("%+v: not everything is said in full", o)
		}
	}
}

// What is counted does not grow with the list.
func TestRecurrentIsBounded(t *testing.T) {
	t.Parallel()
	var r recurrent
	for i := range 2 * maxRecurrent {
		r.said("hint", fmt.Sprint(i))
	}
	if len(r.counts) != maxRecurrent {
		t.Errorf("%d are counted; want %d", len(r.counts), maxRecurrent)
	}
	for range 2 * inFull {
		if r.said("hint", "another") {
			t.Error("what is not counted was referred to")
		}
	}
}
