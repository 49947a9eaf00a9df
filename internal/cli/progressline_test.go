package cli

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mxprobe/probe"
	"mxprobe/probe/result"
)

// wide is a terminal of a width.
func wide(n int) func() int { return func() int { return n } }

// halfway is a line over a list of 10,000 of which 900 are done, 10 seconds
// after its start.
func halfway(width int) (p *progress, now time.Time) {
	start := time.Now()
	p = &progress{list: true, size: 10_000, width: wide(width), begun: start}
	p.text(start)
	for i := range 900 {
		v := result.Pass
		switch {
		case i%100 == 0:
			v = result.Fail
		case i%50 == 0:
			v = result.Inconclusive
		case i%49 == 0:
			v = result.Warn
		}
		p.began("mx1.example")
		p.Checked(&probe.Target{Host: "mx1.example"}, &result.Check{Status: v})
		p.Domain(&result.Domain{Status: v}, false)
	}
	p.began("mx2.example")
	now = start.Add(10 * time.Second)
	p.text(now) // more is done
	return p, now
}

// What matters most is left where the terminal is narrow.
func TestProgressOfAList(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		width int
		after time.Duration
		want  string
	}{
		{200, 0, "900 of 10000 domains, 9%, 9 failed, 9 inconclusive, 18 with warnings, 864 passed, 90/s, 1m41s left"},
		{81, 0, "900 of 10000 domains, 9%, 9 failed, 9 inconclusive, 864 passed, 90/s, 1m41s left"},
		{80, 0, "900 of 10000 domains, 9%, 9 failed, 9 inconclusive, 90/s, 1m41s left"},
		{60, 0, "900 of 10000 domains, 9%, 9 failed, 9 inconclusive"},
		{64, 0, "900 of 10000 domains, 9%, 9 failed, 9 inconclusive, 1m41s left"},
		{40, 0, "900 of 10000 domains, 9 failed"},
		{24, 0, "900 of 10000 domains"},
		{12, 0, "900 of 1000"},
		{1, 0, ""},
		{0, 0, "900 of 10000 domains, 9%, 9 failed, 9 inconclusive, 90/s, 1m41s left"},
		{200, standstill, "900 of 10000 domains, 9%, 9 failed, 9 inconclusive, 18 with warnings, 864 passed, 69/s, 2m11s left, waiting for mx2.example"},
	} {
		p, now := halfway(tt.width)
		got := p.text(now.Add(tt.after))
		if got != tt.want {
			t.Errorf("%d columns, %s later: %q; want %q", tt.width, tt.after, got, tt.want)
		}
	}
}

// Whatever the width, the line keeps within it, also where names are long and
// not of ASCII.
func TestProgressKeepsWithinTheTerminal(t *testing.T) {
	t.Parallel()
	for width := 1; width < 200; width++ {
		for _, list := range []bool{true, false} {
			p, now := halfway(width)
			p.list = list
			p.waiting = []wait{{strings.Repeat("bücher.", 40), 1}}
			if line := p.text(now.Add(time.Minute)); utf8.RuneCountInString(line) >= width || !utf8.ValidString(line) {
				t.Errorf("%d columns: %q has %d", width, line, utf8.RuneCountInString(line))
			}
		}
	}
}

// In the last minute the line counts seconds.
func TestProgressAtTheEnd(t *testing.T) {
	t.Parallel()
	p, now := halfway(200)
	p.size = 1800
	if got := p.text(now); !strings.HasSuffix(got, " 90/s, 10s left") {
		t.Errorf("%q; want 10s left", got)
	}
}

// A list of a length that nobody knows has no share and no end.
func TestProgressOfAPipe(t *testing.T) {
	t.Parallel()
	p, now := halfway(200)
	p.size = 0
	if got, want := p.text(now), "900 domains, 9 failed, 9 inconclusive, 18 with warnings, 864 passed, 90/s"; got != want {
		t.Errorf("%q; want %q", got, want)
	}
}

// What comes from a journal is done, and says nothing of how fast this run is.
func TestProgressOfAJournal(t *testing.T) {
	t.Parallel()
	start := time.Now()
	p := &progress{list: true, size: 10_000, width: wide(200), begun: start}
	p.text(start)
	for i := range 5450 {
		p.Domain(&result.Domain{Status: result.Pass}, i < 5000)
	}
	if got, want := p.text(start.Add(10*time.Second)), "5450 of 10000 domains, 54%, 5450 passed, 5000 from the journal, 45/s, 1m41s left"; got != want {
		t.Errorf("%q; want %q", got, want)
	}
}

// A domain whose hosts nobody could find counts as well: no dialogue tells of
// it.
func TestProgressCountsDomainsWithoutDialogues(t *testing.T) {
	t.Parallel()
	p := &progress{list: true, size: 10, width: wide(200), begun: time.Now()}
	for range 3 {
		p.Domain(&result.Domain{Status: result.Inconclusive}, false)
	}
	if got, want := p.text(time.Now()), "3 of 10 domains, 30%, 3 inconclusive"; got != want {
		t.Errorf("%q; want %q", got, want)
	}
}
