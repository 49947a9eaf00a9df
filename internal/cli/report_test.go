package cli

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

func TestColor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		when string
		env  map[string]string
		want bool
	}{
		{"auto", nil, false}, // the output is no terminal
		{"always", nil, true},
		{"always", map[string]string{"NO_COLOR": "1"}, true}, // the flag is stronger
		{"never", map[string]string{"CLICOLOR_FORCE": "1"}, false},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"auto", map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, false},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": ""}, true},
		{"auto", map[string]string{"TERM": "dumb"}, false},
	}
	for _, tt := range tests {
		p := program()
		p.LookupEnv = func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }
		if got := p.colored(tt.when); got != tt.want {
			t.Errorf("colored(%s) with %v = %t; want %t", tt.when, tt.env, got, tt.want)
		}
	}
}

// TestTallyHidesNothing: what was not done must not vanish behind what passed.
func TestTallyHidesNothing(t *testing.T) {
	t.Parallel()
	domain := func(status result.Verdict, reason result.Reason, checks ...result.Check) *result.Domain {
		return &result.Domain{
			Domain: "x.example", Status: status, Reason: reason,
			Hosts: []result.Host{{Addresses: []result.Address{{Checks: checks}}}},
		}
	}
	pass := result.Check{Status: result.Pass, Attempts: 2, Steps: []result.Step{
		{Attempt: 1, Status: result.Inconclusive}, {Attempt: 2, Status: result.Pass},
	}}
	late := result.Check{Status: result.NotRun, Reason: result.Deadline}
	skip := result.Check{Status: result.Skip}

	var all tally
	all.add(domain(result.Pass, "", pass))
	if all.undone || all.late || all.verdict != result.Pass || all.steps.Inconclusive != 0 || all.steps.Pass != 1 {
		t.Errorf("one pass: %+v", all)
	}
	all.add(domain(result.Pass, "", pass, late))
	if !all.undone || !all.late {
		t.Errorf("a check not run beside a pass: %+v; want undone and late", all)
	}
	if end := all.end(ExitInconclusive, time.Second); end.Status != result.Inconclusive || end.Dialogues.NotRun != 1 || end.Exit != 3 {
		t.Errorf("end = %+v; want inconclusive", end)
	}
	anyHost := tally{require: verdict.Any}
	anyHost.add(domain(result.Pass, "", pass, late))
	if anyHost.undone {
		t.Error("--require any: one pass is enough, the rest may be undone")
	}
	var notRun tally
	notRun.add(domain(result.Pass, "", pass))
	notRun.add(&result.Domain{Status: result.NotRun, Reason: result.Interrupted})
	if !notRun.undone {
		t.Error("a domain that was not run is not counted as undone")
	}
	var skipped tally
	skipped.add(domain(result.Skip, "", skip))
	if !skipped.allSkipped() || skipped.nothingLeft() {
		t.Errorf("one skip: %+v", skipped)
	}
	skipped.add(domain(result.Pass, "", pass))
	if skipped.allSkipped() {
		t.Error("a pass beside a skip: not all was skipped")
	}
	half := domain(result.Inconclusive, result.Resolver, pass)
	half.Hosts[0].Lack = &result.Lack{Status: result.Inconclusive, Reason: result.Resolver}
	var lacking tally
	lacking.add(half)
	if !lacking.ours {
		t.Error("addresses that our resolver does not give are taken for a temporary answer")
	}
	var none tally
	none.add(&result.Domain{Status: result.NotRun, Reason: result.Condition})
	if !none.nothingLeft() {
		t.Error("a domain without a chosen host: something is left")
	}
}

// lockedBuffer is a terminal that can be read while it is written to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

func TestProgressComesAfterTwoSecondsAndGoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tty, out lockedBuffer
		p := startProgress(&tty, nil, false, 0)
		for _, host := range []string{"mx1.example", "mx1.example", "mx2.example"} {
			p.began(host)
		}
		p.Checked(&probe.Target{Host: "mx1.example"}, &result.Check{Status: result.Fail})
		time.Sleep(quickWork - rewrite)
		synctest.Wait()
		if got := tty.take(); got != "" {
			t.Errorf("after less than %s: %q; want nothing", quickWork, got)
		}
		time.Sleep(2 * rewrite)
		synctest.Wait()
		if got := tty.take(); !strings.HasPrefix(got, "\r1 of 3 dialogues, 1 failed, waiting for mx1.example") {
			t.Errorf("after %s: %q", quickWork, got)
		}
		p.Checked(&probe.Target{Host: "mx1.example"}, &result.Check{Status: result.Pass})
		time.Sleep(rewrite)
		synctest.Wait()
		if got := tty.take(); !strings.HasPrefix(got, "\r2 of 3 dialogues, 1 failed, waiting for mx2.example") {
			t.Errorf("later: %q", got)
		}
		if _, err := p.over(&out).Write([]byte("PASS\n")); err != nil {
			t.Error(err)
		}
		if got := tty.take(); got != "\r\x1b[K" || out.take() != "PASS\n" {
			t.Errorf("other output did not clear the line first: %q", got)
		}
		time.Sleep(rewrite)
		synctest.Wait()
		tty.take()
		p.stop()
		if got := tty.take(); got != "\r\x1b[K" {
			t.Errorf("at the end: %q; want the line gone", got)
		}
	})
}

// TestProgressStaysInALine: a line that wraps cannot be taken away again.
func TestProgressStaysInALine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tty lockedBuffer
		p := startProgress(&tty, nil, false, 0)
		for range 100_000 {
			p.began(strings.Repeat("long.", 40) + "example")
		}
		for range 99_999 {
			p.Checked(&probe.Target{}, &result.Check{Status: result.Fail})
		}
		time.Sleep(quickWork + 2*time.Hour)
		synctest.Wait()
		frames := strings.Split(strings.TrimPrefix(tty.take(), "\r"), "\r")
		for _, f := range []string{frames[0], frames[len(frames)-1]} {
			if f = strings.ReplaceAll(f, "\x1b[K", ""); len(f) > 80 || !strings.HasPrefix(f, "99999 of 100000 dialogues, 99999 failed") {
				t.Errorf("the line has %d columns: %q", len(f), f)
			}
		}
		p.stop()
	})
}

func TestQuickWorkShowsNoProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tty lockedBuffer
		p := startProgress(&tty, nil, false, 0)
		p.began("mx1.example")
		time.Sleep(time.Second)
		p.stop()
		if got := tty.take(); got != "" {
			t.Errorf("progress = %q; want nothing", got)
		}
	})
}
