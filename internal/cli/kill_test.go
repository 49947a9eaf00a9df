//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
)

// killRounds is how often the run is killed: five times, and as often as
// MXPROBE_KILLS says.
func killRounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("MXPROBE_KILLS")
	if text == "" {
		return 5
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("MXPROBE_KILLS=%s is no number of rounds", text)
	}
	return n
}

// longList is a world whose servers take a moment, and a list of n of its
// domains: mail is taken, put off, refused, or there is no host to ask.
func longList(t *testing.T, n int) (w *sandbox.World, list []string) {
	t.Helper()
	spec := sandbox.Spec{Loopback: true}
	answers := []string{"", "451 4.7.1 Greylisted, come back later", "550 5.1.1 No such user", "554 5.7.1 blocked using list.example"}
	for i, answer := range answers {
		provider := fmt.Sprintf("provider%d.test", i)
		spec.Zones = append(spec.Zones,
			sandbox.Zone{Name: fmt.Sprintf("kind%d.test", i), Text: "* MX 10 mx." + provider + ".\n"},
			sandbox.Zone{Name: provider, Text: fmt.Sprintf("mx A 192.0.2.%d\n", i+1)})
		spec.Servers = append(spec.Servers, sandbox.Server{
			Name: "mx." + provider, Relay: true,
			Rules: []sandbox.Rule{{On: "RCPT TO:*", Delay: time.Millisecond, Reply: answer}},
		})
	}
	for i := range n {
		list = append(list, fmt.Sprintf("d%d.kind%d.test", i, i%(len(answers)+1))) // the last kind does not exist
	}
	return sandboxtest.Start(t, spec), list
}

// killed is a run over a list that can be killed, and started again.
type killed struct {
	journal, csv string
	args         []string
}

// start begins the run.
func (k *killed) start(t *testing.T, out *bytes.Buffer) *exec.Cmd {
	t.Helper()
	cmd := &exec.Cmd{Path: os.Args[0], Args: k.args, Stdout: out, Stderr: os.Stderr, Env: append(os.Environ(), "GORACE=atexit_sleep_ms=0")}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// size is how long the journal is.
func (k *killed) size() int64 {
	info, err := os.Stat(k.journal)
	if err != nil {
		return 0
	}
	return info.Size()
}

// kill starts the run and kills it: as it begins, or when the journal has grown
// by so many bytes and a moment more. It reports whether the run was killed, and
// did not come to its end.
func (k *killed) kill(t *testing.T, grown int64) bool {
	t.Helper()
	before := k.size()
	cmd := k.start(t, new(bytes.Buffer))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	moment := time.After(time.Duration(rand.IntN(40)) * time.Millisecond)
	for running := true; running; {
		select {
		case err := <-ended:
			ended <- err
			running = false
		case <-moment:
			if running = k.size() < before+grown; running {
				moment = time.After(time.Duration(rand.IntN(1000)) * time.Microsecond)
			}
		}
	}
	_ = cmd.Process.Kill()
	<-ended
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// whole holds that a report is there only when it has all domains, and removes it.
func (k *killed) whole(t *testing.T, domains int) {
	t.Helper()
	b, err := os.ReadFile(k.csv)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if lines := bytes.Count(b, []byte("\n")); err != nil || lines != 1+domains {
		t.Fatalf("there is a report of %d lines for %d domains: %v", lines, domains, err)
	}
	if err := os.Remove(k.csv); err != nil {
		t.Fatal(err)
	}
}

// complete runs to the end and returns the events of its report without times,
// those of domains apart, and its table.
func (k *killed) complete(t *testing.T) (domains, others, table []string) {
	t.Helper()
	var out bytes.Buffer
	cmd := k.start(t, &out)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != ExitFailed {
		t.Fatalf("the run to the end: %v", err)
	}
	for line := range strings.Lines(out.String()) {
		event := map[string]any{}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		text, err := json.Marshal(timeless(event))
		switch {
		case err != nil:
			t.Fatal(err)
		case event["type"] == "domain":
			domains = append(domains, string(text))
		case event["type"] != "end":
			others = append(others, string(text))
		}
	}
	slices.Sort(others) // those of several domains come as they happen
	b, err := os.ReadFile(k.csv)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(line, ",")
		table = append(table, strings.Join(cells[:5], ",")) // domain, server, verdict, reason, cause
	}
	return domains, others, table
}

// timeless leaves out of an event what no two runs have in common.
func timeless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			if name == "ms" || strings.HasSuffix(name, "_ms") || name == "phases" {
				delete(v, name)
				continue
			}
			v[name] = timeless(v[name])
		}
	case []any:
		for i := range v {
			v[i] = timeless(v[i])
		}
	}
	return v
}

// A run that is killed again and again, at any moment, ends with the report of
// one that was not: no domain is missing, none is there twice, they are in the
// order of the list, and each has the same results.
func TestJournalSurvivesKill(t *testing.T) {
	t.Parallel()
	const each = 40 // domains for a kill
	rounds := killRounds(t)
	w, list := longList(t, rounds*each)
	dir := t.TempDir()
	file := filepath.Join(dir, "list")
	if err := os.WriteFile(file, []byte(strings.Join(list, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	k := &killed{journal: filepath.Join(dir, "journal"), csv: filepath.Join(dir, "report.csv")}
	k.args = []string{
		// Who goes on over whose connection is chance, and would be told.
		"mxprobe", "run", "@rcpt", "--no-share", "-d", "@" + file, "--dns", w.DNS().String(), "-p", strconv.Itoa(int(w.SMTPPort())),
		"--helo", "probe.test", "--allow-loopback", "-j", "4", "--per-provider", "0", "--address-rate", "0", "--host-rate", "0", "--provider-rate", "0",
		"-f", "jsonl", "--report", "csv=" + k.csv, "-q",
	}
	wantDomains, wantOthers, wantTable := k.complete(t)
	if err := os.Remove(k.csv); err != nil {
		t.Fatal(err)
	}
	k.args = append(k.args, "--journal", k.journal)
	kills, tries := 0, 0
	for ; kills < rounds && tries < 3*rounds; tries++ {
		grown := int64(0) // at once
		if rand.IntN(4) > 0 {
			grown = int64(rand.IntN(each * 500))
		}
		if k.kill(t, grown) {
			kills++
		}
		k.whole(t, len(list))
	}
	t.Logf("%d kills in %d runs over %d domains, %d bytes in the journal at last", kills, tries, len(list), k.size())
	if kills < rounds {
		t.Errorf("killed %d times; want %d", kills, rounds)
	}
	k.compare(t, list, wantDomains, wantOthers, wantTable)
	if _, err := os.Stat(k.journal); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the journal after the end: %v; want it gone", err)
	}
}

// compare runs to the end and holds that its report is the one that is wanted,
// domain by domain.
func (k *killed) compare(t *testing.T, list, wantDomains, wantOthers, wantTable []string) {
	t.Helper()
	domains, others, table := k.complete(t)
	if len(domains) != len(list) {
		t.Errorf("%d domains; want %d", len(domains), len(list))
	}
	for i := range min(len(domains), len(list)) {
		if !strings.Contains(domains[i], `"domain":"`+list[i]+`"`) || domains[i] != wantDomains[i] {
			t.Fatalf("number %d, %s:\n%s\nwant\n%s", i+1, list[i], domains[i], wantDomains[i])
		}
	}
	for i := range min(len(others), len(wantOthers)) {
		if others[i] != wantOthers[i] {
			t.Errorf("an event of a session is\n%s\nwant\n%s", others[i], wantOthers[i])
			break
		}
	}
	if !slices.Equal(others, wantOthers) {
		t.Errorf("%d events of sessions; want the %d of a run that was not killed", len(others), len(wantOthers))
	}
	if !slices.Equal(table, wantTable) {
		t.Errorf("the table is\n%s\nwant\n%s", strings.Join(table, ""), strings.Join(wantTable, ""))
	}
}
