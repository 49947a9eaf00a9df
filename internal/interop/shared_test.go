//go:build linux

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mxprobe/probe/result"
)

// manyDomains writes a list of domains that have two servers in common.
func manyDomains(t *testing.T, each int) string {
	t.Helper()
	var list strings.Builder
	for i := range each {
		fmt.Fprintf(&list, "d%d.many.postfix.test\nd%d.many.exim.test\n", i, i)
	}
	path := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(path, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The dialogues of which each is the same for every domain: one that passes with
// both servers, and one in which Exim refuses what Postfix takes.
const alikeForAll = `name: hello
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
---
name: a recipient of one of them
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<kate@postfix.test>
`

// connections counts those that a server of the world wrote into its log, once
// there are so many.
func connections(t *testing.T, log func() string, line string, least int) int {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if n := strings.Count(log(), line); n >= least || time.Now().After(end) {
			return n
		}
	}
}

// verdicts are those of every dialogue of a run, in order, with the step and the
// code that decided it.
func verdicts(o *outcome) (all []string, sessions int) {
	for i := range o.run.Domains {
		d := &o.run.Domains[i]
		for at := range d.Played() {
			c := at.Check
			words := fmt.Sprintf("%s %s: %s %s", d.Domain, c.Scenario, c.Status, c.Reason)
			if c.FailedStep != nil {
				words += fmt.Sprintf(" at %d", *c.FailedStep)
			}
			for k := range c.Steps {
				if s := &c.Steps[k]; s.Verb != "QUIT" { // it ends a connection, and not each dialogue over one
					words += fmt.Sprintf(" %d", s.Code)
				}
			}
			all = append(all, words)
			if c.Shared == nil {
				sessions++
			}
		}
	}
	return all, sessions
}

func TestSharedWithRealServers(t *testing.T) {
	postfix := need(t, theWorld.postfix)
	need(t, theWorld.exim)
	file := filepath.Join(t.TempDir(), "alike.yaml")
	if err := os.WriteFile(file, []byte(alikeForAll), 0o600); err != nil {
		t.Fatal(err)
	}
	list := manyDomains(t, 11)
	const line = "ehlo=1 mail=1" // of the end of a connection
	before := strings.Count(postfix.Log(), line)
	shared := play(t, file, "-d", "@"+list)
	alike, sessions := verdicts(shared)
	// Two dialogues with each of two addresses; what was refused is asked twice.
	if want := 2*2 + 1; sessions != want {
		t.Errorf("%d sessions; want %d", sessions, want)
	}
	if n := connections(t, postfix.Log, line, before+2) - before; n != 2 {
		t.Errorf("Postfix saw %d connections; want 2", n)
	}
	each := play(t, file, "-d", "@"+list, "--no-share")
	alone, sessions := verdicts(each)
	if want := 2 * 11 * 2; sessions != want {
		t.Errorf("%d sessions without sharing; want %d", sessions, want)
	}
	if n := connections(t, postfix.Log, line, before+2+22) - before - 2; n != 22 {
		t.Errorf("Postfix saw %d connections without sharing; want 22", n)
	}
	if len(alike) != len(alone) || len(alike) != 44 {
		t.Fatalf("%d and %d verdicts", len(alike), len(alone))
	}
	refused := 0
	for i := range alike {
		if alike[i] != alone[i] {
			t.Errorf("shared:  %s\nalone:   %s", alike[i], alone[i])
		}
		if strings.Contains(alone[i], result.Fail.String()) {
			refused++
		}
	}
	if refused != 11 {
		t.Errorf("%d dialogues failed; want the 11 in which Exim refuses", refused)
	}
}
