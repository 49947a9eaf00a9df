package markdown

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// listOf is a list of n domains at as many providers, of which one is called like
// a table.
func listOf(n int) *result.List {
	l := &result.List{Domains: result.Counts{Fail: n}}
	for i := range n {
		name := fmt.Sprintf("p%d.example", i)
		if i == 0 {
			name = "a | b\n| @everyone | <b>"
		}
		l.Providers.Rows = append(l.Providers.Rows, result.Row{Name: name, Domains: result.Counts{Fail: 1}})
	}
	l.Providers.Others = result.Counts{Pass: 7}
	l.Causes.Rows = []result.Row{{Name: "no-such-user", Domains: result.Counts{Fail: n}}}
	return l
}

// A long list has tables, of a bounded length, in which every domain is counted
// and no name makes a cell.
func TestTablesOfAList(t *testing.T) {
	t.Parallel()
	if got := tables(listOf(20)); got != "" {
		t.Errorf("a short list has tables:\n%s", got)
	}
	if got := tables(nil); got != "" {
		t.Errorf("no list has tables:\n%s", got)
	}
	got := tables(listOf(30))
	for _, want := range []string{
		"| all | 30 | 30 | 0 | 0 |\n", "\n| By cause | Domains | Failed | Inconclusive | Passed |\n", "| `no such user` | 30 | 30 | 0 | 0 |\n",
		"| `p9.example` | 1 | 1 | 0 | 0 |\n", "| others | 27 | 20 | 0 | 7 |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	for line := range strings.Lines(got) {
		if n := strings.Count(line, "|"); n != 0 && n != 6 {
			t.Errorf("%d borders of cells in %q", n, line)
		}
	}
	if strings.Contains(got, "p10.example") {
		t.Errorf("there are more than %d rows in\n%s", maxListRows, got)
	}
}
