//go:build linux

package faults

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// group is a part of the table.
type group struct {
	title  string
	faults []fault
}

func table() []group {
	return []group{
		{"The connection", connecting()},
		{"The greeting", greetings()},
		{"The form of replies", framing()},
		{"Each step of a session", everywhere()},
		{"STARTTLS and TLS", handshakes()},
		{"Logins", logins()},
		{"Messages, chunks, a reply for each recipient, and groups", messages()},
		{"Mailboxes", mailboxes()},
		{"Policies of MTA-STS", policies()},
		{"The DNS", lookups()},
		{"Proxies", ways()},
		{"This machine", machines()},
	}
}

// atOnce is how many faults are played at the same time. Most of them wait for
// something.
const atOnce = 24

// played is a fault and what came of it.
type played struct {
	outcome *outcome
	err     error
}

// TestFaults plays all of the table.
func TestFaults(t *testing.T) {
	t.Parallel()
	faults := map[string]*fault{}
	for _, g := range table() {
		for i := range g.faults {
			f := &g.faults[i]
			if faults[f.name] != nil {
				t.Fatalf("there are two faults named %q", f.name)
			}
			faults[f.name] = f
		}
	}
	if len(faults) < 120 {
		t.Errorf("%d faults; want 120 at least", len(faults))
	}
	outcomes := playAll(t, faults)
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			p := outcomes[name]
			if p.err != nil {
				t.Fatalf("%v\n%s", p.err, p.outcome)
			}
			if wrong := f.wrong(p.outcome); wrong != "" {
				t.Errorf("%s\n%s", wrong, p.outcome)
			}
		})
	}
}

// playAll plays many faults at the same time.
func playAll(t *testing.T, faults map[string]*fault) map[string]played {
	t.Helper()
	program, dir := build(t), t.TempDir()
	outcomes := make(map[string]played)
	places := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	var mu sync.Mutex
	n := 0
	// Those that take long begin first.
	order := slices.SortedFunc(maps.Keys(faults), func(a, b string) int {
		return cmp.Or(cmp.Compare(faults[b].limit(), faults[a].limit()), strings.Compare(a, b))
	})
	for _, name := range order {
		f := faults[name]
		own := filepath.Join(dir, fmt.Sprint(n))
		n++
		if err := os.Mkdir(own, 0o700); err != nil {
			t.Fatal(err)
		}
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			o, err := f.play(t.Context(), program, own)
			mu.Lock()
			defer mu.Unlock()
			outcomes[name] = played{o, err}
		})
	}
	all.Wait()
	return outcomes
}

// build builds the program as it is released.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mxprobe")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-tags", "urfave_cli_no_docs,urfave_cli_no_suggest,nethttpomithttp2", "-trimpath", "-ldflags", "-s -w", "-o", path, "mxprobe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}
