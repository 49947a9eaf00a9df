package cli

import (
	"os"
	"syscall"
	"testing"

	"mxprobe/probe/result"
)

// TestTrap74ExitStatus walks over every row of the table of exit statuses:
// tools of this kind are known to exit 0 whatever happens.
func TestTrap74ExitStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   outcome
		want int
	}{
		{"all passed", outcome{verdict: result.Pass}, 0},
		{"passed, some skipped", outcome{verdict: result.Pass, skipped: true}, 0},
		{"all skipped", outcome{verdict: result.Skip, skipped: true}, 0},
		{"skipped, which counts", outcome{verdict: result.Pass, skipped: true, failOnSkip: true}, 1},
		{"none skipped, which would count", outcome{verdict: result.Pass, failOnSkip: true}, 0},
		{"passed with warnings", outcome{verdict: result.Warn}, 0},
		{"failed", outcome{verdict: result.Fail}, 1},
		{"failed, and not everything done", outcome{verdict: result.Fail, undone: true}, 1},
		{"failed, and the report is cut off", outcome{verdict: result.Fail, internal: true}, 1},
		{"failed, and the list has a bad line", outcome{verdict: result.Fail, usage: true}, 1},
		{"inconclusive", outcome{verdict: result.Inconclusive}, 3},
		{"inconclusive and skips count", outcome{verdict: result.Inconclusive, skipped: true, failOnSkip: true}, 1},
		{"not run", outcome{verdict: result.NotRun}, 3},
		{"passed, not everything done", outcome{verdict: result.Pass, undone: true}, 3},
		{"passed, the report is cut off", outcome{verdict: result.Pass, internal: true}, 3},
		{"bad call", outcome{usage: true}, 2},
		{"passed until the bad line of the list", outcome{verdict: result.Pass, usage: true}, 2},
		{"inconclusive until the bad line of the list", outcome{verdict: result.Inconclusive, usage: true}, 2},
		{"SIGINT", outcome{signal: os.Interrupt, verdict: result.Pass}, 130},
		{"SIGINT after a failure", outcome{signal: os.Interrupt, verdict: result.Fail, undone: true}, 130},
		{"SIGTERM", outcome{signal: syscall.SIGTERM, verdict: result.NotRun, undone: true}, 143},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.in.status(); got != tt.want {
				t.Errorf("%+v.status() = %d; want %d", tt.in, got, tt.want)
			}
		})
	}
}

// TestPluginStatus walks over the same rows as a monitoring system sees them.
func TestPluginStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   outcome
		want int
	}{
		{"all passed", outcome{verdict: result.Pass}, 0},
		{"all skipped", outcome{verdict: result.Skip, skipped: true}, 0},
		{"skipped, which counts", outcome{verdict: result.Pass, skipped: true, failOnSkip: true}, 2},
		{"passed with warnings", outcome{verdict: result.Warn}, 1},
		{"failed", outcome{verdict: result.Fail}, 2},
		{"failed, and not everything done", outcome{verdict: result.Fail, undone: true}, 2},
		{"failed, and the report is cut off", outcome{verdict: result.Fail, internal: true}, 2},
		{"mail is delayed", outcome{verdict: result.Inconclusive}, 1},
		{"a fault on this side", outcome{verdict: result.Inconclusive, ours: true}, 3},
		{"not run", outcome{verdict: result.NotRun}, 3},
		{"passed, not everything done", outcome{verdict: result.Pass, undone: true}, 3},
		{"a warning, not everything done", outcome{verdict: result.Warn, undone: true}, 3},
		{"passed, the report is cut off", outcome{verdict: result.Pass, internal: true}, 3},
		{"bad call", outcome{usage: true}, 3},
		{"SIGINT", outcome{signal: os.Interrupt, verdict: result.Pass}, 3},
		{"SIGTERM after a failure", outcome{signal: syscall.SIGTERM, verdict: result.Fail}, 3},
	} {
		if got := tt.in.plugin(); got != tt.want {
			t.Errorf("%s: %+v.plugin() = %d; want %d", tt.name, tt.in, got, tt.want)
		}
	}
	for v := range result.Verdict(10) {
		good := v == result.Pass || v == result.Skip
		if got := (outcome{verdict: v}).plugin(); (got == pluginOK) != good {
			t.Errorf("outcome{verdict: %s}.plugin() = %d", v, got)
		}
	}
}

// TestOnlyGoodVerdictsExitZero holds that a verdict added later cannot make a
// pipeline green by mistake.
func TestOnlyGoodVerdictsExitZero(t *testing.T) {
	t.Parallel()
	for v := range result.Verdict(10) {
		good := v == result.Pass || v == result.Warn || v == result.Skip
		if got := (outcome{verdict: v}).status(); (got == ExitOK) != good {
			t.Errorf("outcome{verdict: %s}.status() = %d", v, got)
		}
	}
}
