//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"mxprobe/bench/targets"
)

// account reads the report as it is written, and looks at the process each time
// that some more of it has come.
type account struct {
	n, ill, every int

	rest     []byte // a line that has not ended
	next     int    // the target whose result comes next
	verdicts map[string]int
	wrong    []string
	samples  []sample
}

// sample is what the process holds at a moment.
type sample struct {
	done, goroutines, descriptors int
	heap, resident                float64 // MiB
}

// maxWrong is how many wrong results are told.
const maxWrong = 10

// Write takes a piece of the report, JSON Lines.
func (a *account) Write(p []byte) (int, error) {
	a.rest = append(a.rest, p...)
	for {
		line, after, whole := bytes.Cut(a.rest, []byte("\n"))
		if !whole {
			break
		}
		a.line(line)
		a.rest = a.rest[:copy(a.rest, after)]
	}
	return len(p), nil
}

func (a *account) line(line []byte) {
	var got struct{ Type, Domain, Status string }
	if err := json.Unmarshal(line, &got); err != nil {
		a.blame("a line of the report is no JSON: %v", err)
		return
	}
	if got.Type != "domain" {
		return
	}
	if want := targets.Domain(a.next); got.Domain != want {
		a.blame("result %d is of %s; want %s", a.next, got.Domain, want)
	} else if fault := targets.Of(a.next, a.ill); got.Status != fault.Verdict() {
		a.blame("%s is %s; its fault is %s, so want %s", got.Domain, got.Status, fault, fault.Verdict())
	}
	if a.verdicts == nil {
		a.verdicts = map[string]int{}
	}
	a.verdicts[got.Status]++
	a.next++
	if a.next%a.every == 0 {
		a.sample()
	}
}

func (a *account) blame(format string, args ...any) {
	if len(a.wrong) < maxWrong {
		a.wrong = append(a.wrong, fmt.Sprintf(format, args...))
	}
}

func (a *account) sample() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := sample{done: a.next, goroutines: runtime.NumGoroutine(), heap: float64(m.HeapAlloc) / (1 << 20)}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		s.descriptors = len(open)
	}
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, _ := strconv.Atoi(fields[1])
			s.resident = float64(pages*os.Getpagesize()) / (1 << 20)
		}
	}
	a.samples = append(a.samples, s)
}

// most returns the largest figure of the samples between two shares of the way,
// in tenths.
func (a *account) most(from, to int, figure func(sample) float64) float64 {
	most := 0.0
	for _, s := range a.samples {
		if s.done*10 >= a.n*from && s.done*10 <= a.n*to {
			most = max(most, figure(s))
		}
	}
	return most
}

// figures are what has to stay as it is, and how much more of it there may be in
// the last third than in the third after the beginning, beside a tenth.
func figures() []struct {
	name  string
	slack float64
	of    func(sample) float64
} {
	return []struct {
		name  string
		slack float64
		of    func(sample) float64
	}{
		{"goroutines", 32, func(s sample) float64 { return float64(s.goroutines) }},
		{"descriptors", 32, func(s sample) float64 { return float64(s.descriptors) }},
		{"heap, MiB", 4, func(s sample) float64 { return s.heap }},
		{"resident, MiB", 4, func(s sample) float64 { return s.resident }},
	}
}

// faults says what is wrong with the report, and what grew.
func (a *account) faults(status int) []string {
	faults := a.wrong
	if a.next != a.n {
		faults = append(faults, fmt.Sprintf("%d results for %d targets", a.next, a.n))
	}
	want := 0
	for _, f := range targets.Faults() {
		if a.expected(f) > 0 {
			want = 1
		}
	}
	if status != want {
		faults = append(faults, fmt.Sprintf("exit status %d; want %d", status, want))
	}
	for _, f := range figures() {
		early, late := a.most(1, 4, f.of), a.most(7, 9, f.of)
		if late > early*1.1+f.slack {
			faults = append(faults, fmt.Sprintf("%s: at most %.0f early in the run, %.0f late", f.name, early, late))
		}
	}
	first, last := a.samples[0], a.samples[len(a.samples)-1]
	if last.goroutines > first.goroutines+4 || last.descriptors > first.descriptors+4 {
		faults = append(faults, fmt.Sprintf("%d goroutines and %d descriptors are left of the run; there were %d and %d",
			last.goroutines, last.descriptors, first.goroutines, first.descriptors))
	}
	return faults
}

// expected counts the targets with a fault.
func (a *account) expected(f targets.Fault) int {
	count := 0
	for n := range a.n {
		if targets.Of(n, a.ill) == f {
			count++
		}
	}
	return count
}

// compare holds what the server did against the list.
func (a *account) compare(seen counted) (faults []string) {
	if seen.Connections != a.n {
		faults = append(faults, fmt.Sprintf("the server had %d connections; want %d", seen.Connections, a.n))
	}
	if want := a.expected(targets.None); seen.Messages != want {
		faults = append(faults, fmt.Sprintf("the server took %d messages; want %d", seen.Messages, want))
	}
	for _, f := range targets.Faults() {
		if want := a.expected(f); seen.Faults[f.String()] != want {
			faults = append(faults, fmt.Sprintf("the server was ill %d times with %s; want %d", seen.Faults[f.String()], f, want))
		}
	}
	return faults
}

// print writes what was seen.
func (a *account) print(w io.Writer, took time.Duration) {
	fmt.Fprintf(w, "%d targets in %s: ", a.n, took.Round(time.Second))
	for _, verdict := range []string{"pass", "fail", "inconclusive", "warn", "skip", "not_run"} {
		if n := a.verdicts[verdict]; n > 0 {
			fmt.Fprintf(w, "%d %s, ", n, verdict)
		}
	}
	fmt.Fprintf(w, "each in its place\n\n| at most | from 10 %% to 40 %% | from 70 %% to 90 %% | before | after |\n|---|---|---|---|---|\n")
	first, last := a.samples[0], a.samples[len(a.samples)-1]
	for _, f := range figures() {
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %.0f | %.0f |\n", f.name, a.most(1, 4, f.of), a.most(7, 9, f.of), f.of(first), f.of(last))
	}
	fmt.Fprintln(w)
}
