package cli

import (
	"os"
	"syscall"

	"mxprobe/probe/result"
)

// The exit statuses. Nothing but a run in which every verdict is pass, warn
// or skip ends in ExitOK, so that a pipeline is never green by mistake.
const (
	// ExitOK says that every required host passed; skips are fine.
	ExitOK = 0
	// ExitFailed says that something failed: a final answer that was not
	// expected, a refused connection, a time-out, a domain without mail.
	ExitFailed = 1
	// ExitUsage says that nothing was done because of how it was asked for:
	// a bad flag, a bad file, an undefined variable, nothing left to run.
	ExitUsage = 2
	// ExitInconclusive says that nothing failed but something is not known:
	// a temporary answer, a fault on this side, or an internal error.
	ExitInconclusive = 3
	// ExitIncomplete says that nothing failed but domains of a list have no
	// result, where other machines were to find it out.
	ExitIncomplete = 4
	// ExitInterrupted says that SIGINT ended the run; what was known is printed.
	ExitInterrupted = 130
	// ExitTerminated says that SIGTERM ended the run; what was known is printed.
	ExitTerminated = 143
)

// outcome is everything the exit status of a run depends on.
type outcome struct {
	// usage is true if nothing was run because of a mistake in the call or
	// in a file, or because nothing was left to run.
	usage bool
	// signal ended the run early; nil if none did.
	signal os.Signal
	// verdict is the worst verdict of all domains, --require and may_fail
	// already applied.
	verdict result.Verdict
	// undone is true if a dialogue that had to pass was never finished,
	// because of --max-time or because the run was stopped.
	undone bool
	// missing is true if there is no result of a domain that others were to look
	// at.
	missing bool
	// skipped is true if a dialogue was skipped, failOnSkip if that counts.
	skipped, failOnSkip bool
	// ours is true if something inconclusive is not just a temporary answer.
	ours bool
	// internal is true if the report could not be written, or the program
	// itself went wrong.
	internal bool
}

// plugin is status as a monitoring system has it: mail that is only delayed
// is a warning, and what is not known is unknown.
func (o outcome) plugin() int {
	switch {
	case o.signal != nil:
		return pluginUnknown
	case o.verdict == result.Fail, o.skipped && o.failOnSkip:
		return pluginCritical
	case o.usage, o.undone, o.missing, o.internal, o.verdict == result.Inconclusive && o.ours:
		return pluginUnknown
	case o.verdict == result.Warn, o.verdict == result.Inconclusive:
		return pluginWarning
	case o.verdict == result.Pass, o.verdict == result.Skip:
		return pluginOK
	}
	return pluginUnknown
}

// status decides the exit status of a run. Only plugin does so beside it.
func (o outcome) status() int {
	switch {
	case o.signal == syscall.SIGTERM:
		return ExitTerminated
	case o.signal != nil:
		return ExitInterrupted
	case o.verdict == result.Fail, o.skipped && o.failOnSkip:
		return ExitFailed
	case o.usage:
		return ExitUsage
	case o.missing:
		return ExitIncomplete
	case o.undone, o.internal:
		return ExitInconclusive
	case o.verdict == result.Pass, o.verdict == result.Warn, o.verdict == result.Skip:
		return ExitOK
	}
	return ExitInconclusive
}
