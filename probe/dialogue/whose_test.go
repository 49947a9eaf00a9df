package dialogue_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// namesake is a scenario whose message and envelope bear names that others
// bear too.
func namesake(before, steps string) string {
	return strings.NewReplacer(
		"ENVID=${dialogue_id|xtext} ", "ENVID=same ",
		"Subject: x", "Message-ID: <same@example.test>\n      Subject: x",
		"  - EHLO ${helo}\n", "  - EHLO ${helo}\n"+before,
	).Replace(waiting(steps))
}

// A message or a report that an earlier run may have caused, or another
// dialogue, vouches for nothing, and is not removed.
func TestTrap67NamesakeIsNoProof(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		step string
		text string
	}{
		"message":        {"arrives: {maildir: \"${box}\", delete: true}", "Message-ID: <same@example.test>\n\n"},
		"report":         {"report: {maildir: \"${box}\", delete: true}", dsn("<>", "", "<same@example.test>", kate+"Action: delivered")},
		"report, ENVID":  {"report: {maildir: \"${box}\", delete: true}", dsn("<>", "same", "", kate+"Action: delivered")},
		"report, by two": {"report: {maildir: \"${box}\", delete: true}", dsn("<>", "same", "<same@example.test>", kate+"Action: delivered")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := sandboxtest.Maildir(t, t.TempDir())
			w := after(t, func(string, string) { deliver(t, dir, "1.it", tc.text) })
			c := playBox(t, t.Context(), w, dir, namesake("", "  - "+tc.step+"\n    within: 20s\n"))
			expect(t, c, ending{result.Warn, result.Local, 5, "may be that of another dialogue or of an earlier run"})
			if !strings.Contains(c.Hint, "${dialogue_id}") {
				t.Errorf("hint %q", c.Hint)
			}
			if n := len(files(t, dir)); n != 1 {
				t.Errorf("%d files are left; want the one that may be somebody else's", n)
			}
		})
	}
}

// What was in the mailbox before the text went out is another message.
func TestTrap67WhatWasThereBeforeIsAnother(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	n := 0
	w := after(t, func(string, string) {
		if n++; n == 1 { // the second is lost
			deliver(t, dir, "1.it", "Message-ID: <same@example.test>\n\n")
		}
	})
	set := settings(w)
	set.Overrides = []map[string]string{{"box": dir}}
	const look = "  - arrives: {maildir: \"${box}\"}\n    within: 2s\n"
	src := namesake("", look+"  - report: {maildir: \"${box}\", action: none}\n    within: 2s\n") +
		"---" + namesake("  - sleep: 500ms\n", strings.Replace(look, "2s", "600ms", 1))
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
	all := d.Hosts[0].Addresses[0].Checks
	expect(t, &all[0], ending{result.Warn, result.Local, 5, "may be that of another dialogue"})
	expect(t, &all[1], ending{result.Fail, result.Timeout, 6, "not seen in the mailbox within 600ms"})
}

// A domain and a scenario that are given twice are dialogues of their own.
func TestTrap67GivenTwice(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	var mu sync.Mutex // the last server may still be ending its session
	seen := map[string]bool{}
	w := after(t, func(id, _ string) {
		mu.Lock()
		defer mu.Unlock()
		if seen[id] = true; len(seen) == 1 {
			deliver(t, dir, "1.it", "Message-ID: "+id+"\n\n")
		}
	})
	set := settings(w)
	set.Overrides = []map[string]string{{"box": dir}}
	src := waiting("\n  - arrives: {maildir: \"${box}\"}\n    within: 500ms\n")
	run := dialogue.NewRun(set)
	all := append(checksIn(t, run, src), checksIn(t, run, src)...)
	passed := 0
	for d := range runner(t, w).Run(t.Context(), slices.Values([]probe.Request{{Domain: "example.test", Checks: all}, {Domain: "example.test", Checks: all}})) {
		for _, c := range d.Hosts[0].Addresses[0].Checks {
			if c.Status == result.Pass {
				passed++
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 4 || passed != 1 {
		t.Errorf("%d messages, %d passed; want 4 of their own and the one that arrived", len(seen), passed)
	}
}

// What was found counts, though the look broke off behind it.
func TestMessageInAFloodIsSeen(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	w := after(t, func(id, _ string) {
		for i := range 10_001 {
			if err := os.WriteFile(filepath.Join(dir, "cur", fmt.Sprint(i)), nil, 0o600); err != nil {
				t.Error(err)
				return
			}
		}
		deliver(t, dir, "1.it", "Message-ID: "+id+"\n\n")
	})
	expect(t, playBox(t, t.Context(), w, dir, waiting(arrives)), pass)
	w = after(t, func(string, string) {
		for i := range 10_001 {
			deliver(t, dir, fmt.Sprint("x", i), "")
		}
	})
	expect(t, playBox(t, t.Context(), w, dir, waiting(arrives)), ending{result.Inconclusive, result.Local, 5, "more than 10000 messages came"})
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}
