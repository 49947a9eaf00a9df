//go:build linux

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"a -b c":              {"a", "-b", "c"},
		"  a   b ":            {"a", "b"},
		"a 'b c' d''e '' 'f'": {"a", "b c", "de", "", "f"},
	}
	for command, want := range tests {
		got, err := split(command)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("split(%q) = %q, %v; want %q", command, got, err, want)
		}
	}
	for _, command := range []string{"", "  ", "a 'b"} {
		if got, err := split(command); err == nil {
			t.Errorf("split(%q) = %q; want an error", command, got)
		}
	}
}

// TestRatiosAreOfTheirRound holds that a round in which the machine was slow does
// not count against whoever happened to run in it.
func TestRatiosAreOfTheirRound(t *testing.T) {
	t.Parallel()
	uses := func(ms ...int) (all []use) {
		for _, n := range ms {
			all = append(all, use{cpu: time.Duration(n) * time.Millisecond, wall: time.Duration(2*n) * time.Millisecond, peak: float64(n)})
		}
		return all
	}
	var b strings.Builder
	err := write(&b, []*program{{label: "a", uses: uses(10, 100, 10)}, {label: "b", uses: uses(5, 50, 8)}}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if want := "| b | 0.500 (0.500 to 0.800) | 80.0 | 0.500 | 16 | 8.0 |\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("got\n%s\nwant at the end\n%s", b.String(), want)
	}
}

// TestFailedProgramIsNotMeasured holds that a figure is one of a program that
// did its work.
func TestFailedProgramIsNotMeasured(t *testing.T) {
	t.Parallel()
	p := &program{label: "loser", argv: []string{"sh", "-c", "echo no such thing >&2; exit 3"}}
	_, err := p.run()
	if err == nil || !strings.Contains(err.Error(), "no such thing") || !strings.Contains(err.Error(), "loser") {
		t.Errorf("error %v; want one that names the program and what it said", err)
	}
	p = &program{label: "winner", argv: []string{"true"}}
	if u, err := p.run(); err != nil || u.wall <= 0 || u.peak <= 0 {
		t.Errorf("run = %+v, %v; want time and memory", u, err)
	}
}
