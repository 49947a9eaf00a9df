package report

import (
	"slices"
	"strings"
	"testing"

	"mxprobe/probe/result"
)

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		width int
		want  string
	}{
		{"mx1.example.org", 15, "mx1.example.org"},
		{"mx1.example.org", 14, "mx1.ex...e.org"},
		{"mx1.example.org", 5, "m...g"},
		{"mx1.example.org", 4, "m..."},
		{"mx1.example.org", 3, "..."},
		{"mx1.example.org", 1, "."},
		{"mx1.example.org", 0, ""},
		{"Grüße aus Köln", 9, "Grü...öln"},
		{"世界世界世界", 9, "世...界"}, // half a character has no room
		{"", 0, ""},
	} {
		if got := shorten(tt.in, tt.width); got != tt.want {
			t.Errorf("shorten(%q, %d) = %q; want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"": 0, "abc": 3, "Grüße": 5, "世界": 4, "e\u0301": 1, "한글": 4, "🙂": 2, "ﾊﾝ": 2} {
		if got := cells(in); got != want {
			t.Errorf("cells(%q) = %d; want %d", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two", 0, []string{"one two"}},
		{"one two", 7, []string{"one two"}},
		{"one two", 6, []string{"one", "two"}},
		{"one verylongword two", 6, []string{"one", "verylongword", "two"}},
		{"a b c d", 3, []string{"a b", "c d"}},
		{"450 later ::error::x y", 10, []string{"450 later ::error::x", "y"}},
	} {
		if got := wrap(tt.in, tt.width); !slices.Equal(got, tt.want) {
			t.Errorf("wrap(%q, %d) = %q; want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := "    expect: " + strings.Repeat("x", 60) + "5xx" + strings.Repeat("y", 60)
	for _, tt := range []struct {
		name  string
		width int
		x     result.Excerpt
		why   string
		want  string
	}{
		{
			"tab and other alphabets keep the column", 0,
			result.Excerpt{First: 9, Line: 10, Col: 11, Width: 3, Lines: []string{"  - send: X", "\t# 世界: ab 5xx"}},
			"got 250",
			"   9 |   - send: X\n  10 |  # 世界: ab 5xx\n     |             ^^^ got 250\n",
		},
		{
			"numbers of three digits", 0,
			result.Excerpt{First: 99, Line: 100, Col: 1, Width: 1, Lines: []string{"a", "b"}},
			"",
			"   99 | a\n  100 | b\n      | ^\n",
		},
		{
			"column beyond the end", 0,
			result.Excerpt{First: 1, Line: 1, Col: 9, Width: 4, Lines: []string{"abc"}},
			"got eof",
			"   1 | abc\n     |    ^ got eof\n",
		},
		{
			"column and width of nothing", 0,
			result.Excerpt{First: 1, Line: 1, Lines: []string{"abc"}},
			"got 250",
			"   1 | abc\n     | ^ got 250\n",
		},
		{
			"place in the middle of a long line", 60,
			result.Excerpt{First: 4, Line: 4, Col: 73, Width: 3, Lines: []string{long}},
			"got 250",
			"   4 | ..." + strings.Repeat("x", 47) + "5xx\n     | " + strings.Repeat(" ", 50) + "^^^\n     | got 250\n",
		},
		{
			"reason longer than the line", 40,
			result.Excerpt{First: 4, Line: 4, Col: 9, Width: 3, Lines: []string{"expect: 5xx"}},
			"got 250 2.1.5 and a good deal more than fits",
			"   4 | expect: 5xx\n     |         ^^^\n     | got 250 2.1.5 and a good deal\n     | more than fits\n",
		},
	} {
		p := newPage(Options{Width: tt.width})
		p.excerpt(&tt.x, tt.why)
		if got := string(p.b); got != tt.want {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.name, got, tt.want)
		}
	}
}

func TestCodeFits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want string
		code int
		fits bool
	}{
		{"5xx", 550, true},
		{"5xx", 250, false},
		{"25x", 251, true},
		{"25x", 220, false},
		{"250", 250, true},
		{"250 or 251", 251, true},
		{"250 or 251", 252, false},
		{"eof", 250, false},
		{"5xx", 0, false},
		{"", 250, false},
	} {
		if got := codeFits(tt.want, tt.code); got != tt.fits {
			t.Errorf("codeFits(%q, %d) = %v; want %v", tt.want, tt.code, got, tt.fits)
		}
	}
}

// TestRepliesAreFoldedOneByOne: pipelined replies follow each other without
// a command between them and must stay apart.
func TestRepliesAreFoldedOneByOne(t *testing.T) {
	t.Parallel()
	var in []spoken
	for _, l := range []string{"250-a", "250-b", "250 c", "250 2.1.0 Ok", "550-x", "550"} {
		in = append(in, spoken{label: "S: ", text: l})
	}
	var got []string
	for _, l := range foldReplies(in) {
		got = append(got, l.text)
	}
	want := []string{"250-a (3 lines, -v shows all)", "250 2.1.0 Ok", "550-x (2 lines, -v shows all)"}
	if !slices.Equal(got, want) {
		t.Errorf("folded = %q; want %q", got, want)
	}
}

func TestLongMessagesAndRepliesAreShortened(t *testing.T) {
	t.Parallel()
	var in []spoken
	for i := range 40 {
		in = append(in, spoken{label: "C: ", text: string(rune('A' + i))})
	}
	got := foldSent(append(in, spoken{label: "S: ", text: "250 ok"}))
	if len(got) != maxSent+1 || got[maxSent-2].text != "... (35 lines, -v shows all)" || got[maxSent-1].text != in[39].text || got[maxSent].text != "250 ok" {
		t.Errorf("message of 40 lines = %v", got)
	}
	got = limit(in, maxDecisive)
	if len(got) != maxDecisive || got[0].text != "A" || got[maxDecisive-1].text != in[39].text || got[12].text != "17 lines left out, -v shows all" {
		t.Errorf("reply of 40 lines = %v", got)
	}
}

func TestSendersView(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		s    result.Sender
		want string
	}{
		{result.Sender{View: result.ViewAtOnce, By: "mx1"}, "A sender would deliver at once."},
		{result.Sender{View: result.ViewDegraded, By: "mx1", Failing: []string{"mx2"}}, "Mail would be taken by mx1, but not by mx2: degraded."},
		{result.Sender{View: result.ViewDegraded, By: "mx1", Failing: []string{"mx1"}}, "Mail would be taken by mx1 (not at every address): degraded."},
		{result.Sender{View: result.ViewDegraded, By: "b", Failing: []string{"a", "b", "c", "d"}}, "Mail would be taken by b (not at every address), but not by a, c and d: degraded."},
		{result.Sender{View: result.ViewDegraded, By: "x", Failing: []string{"a", "b", "c", "d", "e"}}, "Mail would be taken by x, but not by a, b, c and 2 others: degraded."},
		{result.Sender{View: result.ViewRefused}, "A sender meets a permanent refusal, and the mail bounces: refused."},
		{result.Sender{View: result.ViewQueued}, "A sender is put off everywhere and tries again, usually for one to five days: queued."},
		{result.Sender{View: result.ViewDown}, "No host serves a sender, which tries again, usually for one to five days: down."},
		{result.Sender{View: result.ViewDown, Port: 2525}, "No host serves a sender, which tries again, usually for one to five days: down, at port 2525."},
		{result.Sender{View: result.ViewReturned}, "A sender has no host to try (none of its MX hosts has a usable address) and returns the mail at once: returned."},
	} {
		if got := SendersView(&result.Domain{Sender: &tt.s, Hosts: make([]result.Host, 2)}); got != tt.want {
			t.Errorf("%+v = %q; want %q", tt.s, got, tt.want)
		}
	}
}

// TestSendersViewWithoutHosts: it says why there is nobody to send to, and
// whether the mail comes back at once.
func TestSendersViewWithoutHosts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d    result.Domain
		view result.SenderView
		want string
	}{
		{result.Domain{Reason: result.NullMX}, result.ViewReturned, "A sender has no host to try (the domain takes no mail) and returns the mail at once: returned."},
		{result.Domain{Reason: result.DNS}, result.ViewReturned, "A sender has no host to try (the DNS has none) and returns the mail at once: returned."},
		{result.Domain{Hosts: make([]result.Host, 1)}, result.ViewReturned, "A sender has no host to try (its MX host has no usable address) and returns the mail at once: returned."},
		{result.Domain{Reason: result.DNS, Temporary: true}, result.ViewQueued, "A sender cannot look the domain up and tries again, usually for one to five days: queued."},
	} {
		tt.d.Sender = &result.Sender{View: tt.view}
		if got := SendersView(&tt.d); got != tt.want {
			t.Errorf("%+v = %q; want %q", tt.d, got, tt.want)
		}
	}
	if got := SendersView(&result.Domain{}); got != "" {
		t.Errorf("a domain of which nothing is known = %q; want nothing", got)
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		c       result.Check
		want    string
		counted bool
	}{
		{"passed", result.Check{Status: result.Pass, StepCount: 1}, "1 step", true},
		{"failed", result.Check{Status: result.Fail, FailedStep: ptr(2), StepCount: 3}, "at step 2 of 3", true},
		{"greeting", result.Check{Status: result.Fail, FailedStep: ptr(0), ConnectMillis: 1, Message: "expected 220, got 554"}, "at the greeting", true},
		{"no connection", result.Check{Status: result.Fail, FailedStep: ptr(0), Message: "connect: refused"}, "connect: refused", false},
		{"no message", result.Check{Status: result.Inconclusive, FailedStep: ptr(0), Reason: result.NoRoute}, "connect: no route", false},
		{"behind the last", result.Check{Status: result.Fail, FailedStep: ptr(4), StepCount: 3}, "after the last step", true},
		{"skipped", result.Check{Status: result.Skip, Message: "no DSN", FailedStep: ptr(1)}, "no DSN", false},
		{"not run", result.Check{Status: result.NotRun, Reason: result.Interrupted}, "interrupted", false},
		{"failed as a whole", result.Check{Status: result.Fail, Reason: result.Deadline}, "deadline", false},
	} {
		if got, counted := Outcome(&tt.c); got != tt.want || counted != tt.counted {
			t.Errorf("%s: outcome = %q, %v; want %q, %v", tt.name, got, counted, tt.want, tt.counted)
		}
	}
}

func ptr(n int) *int { return &n }
