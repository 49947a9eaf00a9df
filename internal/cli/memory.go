package cli

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"mxprobe/internal/state"

	"mxprobe/internal/timespan"
)

const groupMemory = "From run to run"

// The values of --fail-on.
const (
	failOnAny        = "any"
	failOnNew        = "new"
	failOnRegression = "regression"
)

// memorySettings is what the flags say of other runs.
type memorySettings struct {
	baseline       string
	updateBaseline bool
	slower         float64
	slowerGiven    bool
	failOn         string

	journal string
	state   string
	longest time.Duration // of greylisting; 0 for the default
}

// The kinds of files. A baseline is there to be read, and to be committed; a
// state names recipients.
func baselineKind() state.Kind { return state.Kind{Type: "mxprobe baseline", Mode: 0o644} }
func stateKind() state.Kind    { return state.Kind{Type: "mxprobe state", Mode: 0o600} }

const (
	usualSlower  = 3
	usualLongest = 24 * time.Hour
)

func newMemorySettings() memorySettings {
	return memorySettings{slower: usualSlower, failOn: failOnAny, longest: usualLongest}
}

func (m *memorySettings) options() []option {
	all := []option{
		{
			name: "baseline", arg: "FILE", env: "MXPROBE_BASELINE", set: setText(&m.baseline),
			help: "tell what is not as it was when FILE was written; write it if it is not there",
		},
		{
			name: "update-baseline", set: setSwitch(&m.updateBaseline),
			help: "write to --baseline what is known now, so that each change is told once",
		},
		{
			name: "fail-on", arg: "WHAT", env: "MXPROBE_FAIL_ON", set: setChoice(&m.failOn, failOnAny, failOnNew, failOnRegression),
			def: failOnAny, help: "any failure fails the run; new: those that are not in the baseline; regression: those, and whatever got worse",
		},
		{
			name: "slower", arg: "N", set: m.setSlower, def: "3",
			help: "with --baseline: tell of dialogues that take N times as long, and at least 1s longer; 0 for never",
		},
		{
			name: "state", again: true, arg: "FILE", env: "MXPROBE_STATE", set: setText(&m.state),
			help: "remember in FILE who was greylisted, so that a later run can finish the test",
		},
		{
			name: "greylist-max", arg: "TIME", set: m.setLongest, def: "24h",
			help: "with --state: a temporary answer that stays for longer is no greylisting",
		},
		{
			name: "journal", arg: "FILE", env: "MXPROBE_JOURNAL", set: setText(&m.journal),
			help: "write to FILE what is done: a run that was killed goes on there",
		},
	}
	for i := range all {
		all[i].group = groupMemory
	}
	return all
}

func (m *memorySettings) setSlower(value string) error {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(n) || n != 0 && (n <= 1 || n > 1000) {
		return fmt.Errorf("%q is not a factor above 1, nor 0", value)
	}
	m.slower, m.slowerGiven = n, true
	return nil
}

func (m *memorySettings) setLongest(value string) error {
	return setTime(&m.longest, timespan.Parse)(value)
}

// contradiction says which flags cannot stand together, nil if none do.
func (m *memorySettings) contradiction(dryRun bool) error {
	without := ""
	switch {
	case m.baseline != "":
	case m.updateBaseline:
		without = "--update-baseline"
	case m.failOn != failOnAny:
		without = "--fail-on " + m.failOn
	case m.slowerGiven:
		without = "--slower"
	}
	switch {
	case without != "":
		return usagef("%s is of no use without --baseline FILE", without)
	case m.state == "" && m.longest != usualLongest:
		return usagef("--greylist-max is of no use without --state FILE")
	case dryRun && (m.baseline != "" || m.state != "" || m.journal != ""):
		return usagef("--dry-run plays nothing that --baseline, --state or --journal could remember; leave them out")
	}
	return nil
}
