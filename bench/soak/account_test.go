//go:build linux

package main

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/bench/targets"
)

// report makes the report of n targets, as it should be.
func report(n, ill int) (lines []string) {
	for i := range n {
		lines = append(lines, `{"type":"mx","domain":"`+targets.Domain(i)+`"}`+"\n",
			fmt.Sprintf(`{"type":"domain","domain":"%s","status":"%s"}`+"\n", targets.Domain(i), targets.Of(i, ill).Verdict()))
	}
	return lines
}

// TestAccount holds that a report that is right is taken, in whatever pieces it
// comes, and that each way to be wrong is found.
func TestAccount(t *testing.T) {
	t.Parallel()
	const n, ill = 60, 4
	failing := 0
	for targets.Of(failing, ill).Verdict() != "fail" {
		failing++
	}
	tests := []struct {
		name   string
		change func(lines []string) []string
		status int
		want   string // "" for nothing wrong
	}{
		{"as it should be", func(l []string) []string { return l }, 1, ""},
		{"one is missing", func(l []string) []string { return append(l[:20], l[22:]...) }, 1, "59 results for 60 targets"},
		{"the last is missing", func(l []string) []string { return l[:2*n-2] }, 1, "59 results for 60 targets"},
		{"one comes twice", func(l []string) []string { return append(l[:22:22], l[20:]...) }, 1, "61 results for 60 targets"},
		{"two change places", func(l []string) []string { l[21], l[23] = l[23], l[21]; return l }, 1, "result 10 is of [127.16.0.11]"},
		{"a failure passes", func(l []string) []string {
			l[2*failing+1] = strings.Replace(l[2*failing+1], "fail", "pass", 1)
			return l
		}, 1, "so want fail"},
		{"no JSON", func(l []string) []string { l[5] = "what\n"; return l }, 1, "no JSON"},
		{"green by mistake", func(l []string) []string { return l }, 0, "exit status 0; want 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := &account{n: n, ill: ill, every: 10, samples: []sample{{goroutines: 1000, descriptors: 1000, heap: 1000, resident: 10_000}}}
			for text := strings.Join(tt.change(report(n, ill)), ""); text != ""; {
				piece := min(17, len(text))
				if _, err := a.Write([]byte(text[:piece])); err != nil {
					t.Fatal(err)
				}
				text = text[piece:]
			}
			got := strings.Join(a.faults(tt.status), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("faults %q; want %q", got, tt.want)
			}
		})
	}
}

// TestGrowth holds that what grows through the run is told, and what is left
// behind by it.
func TestGrowth(t *testing.T) {
	t.Parallel()
	flat := func(i int) sample {
		return sample{done: i * 10, goroutines: 300, descriptors: 268, heap: 40, resident: 90}
	}
	tests := []struct {
		name   string
		change func(i int, s *sample)
		want   string
	}{
		{"flat", func(int, *sample) {}, ""},
		{"goroutines", func(i int, s *sample) { s.goroutines += 2 * i }, "goroutines: at most"},
		{"descriptors", func(i int, s *sample) { s.descriptors += 2 * i }, "descriptors: at most"},
		{"memory", func(i int, s *sample) { s.resident += float64(i) / 2 }, "resident, MiB: at most"},
		{"left", func(i int, s *sample) {
			if i == 100 {
				s.goroutines += 5
			}
		}, "are left of the run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := &account{n: 1000, next: 1000}
			for i := range 101 {
				s := flat(i)
				tt.change(i, &s)
				a.samples = append(a.samples, s)
			}
			got := strings.Join(a.faults(0), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("faults %q; want %q", got, tt.want)
			}
		})
	}
}

// TestCompare holds that the server's word counts.
func TestCompare(t *testing.T) {
	t.Parallel()
	a := &account{n: 1000, ill: 50}
	right := counted{Connections: 1000, Messages: a.expected(targets.None), Faults: map[string]int{}}
	for _, f := range targets.Faults() {
		right.Faults[f.String()] = a.expected(f)
	}
	if got := a.compare(right); len(got) > 0 {
		t.Errorf("faults %q; want none", got)
	}
	right.Connections, right.Messages = 1001, right.Messages-1
	right.Faults["silent"]++
	if got := a.compare(right); len(got) != 3 {
		t.Errorf("faults %q; want three", got)
	}
}
