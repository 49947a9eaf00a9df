// Package judge says whether what was seen is what was expected. It is a pure
// function of an expectation of a scenario and of an observation.
package judge

import (
	"fmt"
	"time"

	"mxprobe/probe/causes"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Judgement is what an observation amounts to.
type Judgement struct {
	Status  result.Verdict
	Reason  result.Reason
	Message string
	Pos     scenarios.Pos // the expectation that was not met
	Hint    string
	Cause   causes.Cause // what is behind it, where that is known
	Note    string
	Code    int  // of a reply that is not that of the step
	Closed  bool // the other side had ended the connection
	// Value is true if the message is about the value of a variable, which may
	// be a part of a secret.
	Value bool
}

// Unmet reports whether the dialogue ends with the step. A temporary answer
// ends it even where it counts as a warning: what follows would fail because
// of it.
func (j *Judgement) Unmet() bool { return j.Status > result.Warn || j.Reason == result.Temporary }

// Met is the judgement where everything was as expected.
func Met() Judgement { return Judgement{Status: result.Pass} }

// Failed is the judgement that a reply is not as expected; pos is the place of
// what was not met.
func Failed(pos scenarios.Pos, format string, args ...any) Judgement {
	return Judgement{Status: result.Fail, Reason: result.Reply, Message: fmt.Sprintf(format, args...), Pos: pos}
}

// From is a ruling as a judgement; pos is the place in the scenario that
// it is about.
func From(r result.Ruling, pos scenarios.Pos) Judgement {
	return Judgement{Status: r.Status, Reason: r.Reason, Message: r.Message, Hint: r.Hint, Pos: pos}
}

// BadValue is the judgement on a step whose variables cannot be put in: the
// mistake is ours.
func BadValue(err error) Judgement {
	return Judgement{Status: result.Inconclusive, Reason: result.Local, Message: result.PrintableString(err.Error()), Value: true}
}

// Judge says whether an observation is what was expected. It looks at
// nothing else, and temporary answers where something else was expected get
// the verdict temporary.
func Judge(want *scenarios.Expect, seen *Observation, temporary result.Verdict) Judgement {
	j := judgeOutcome(want, seen, temporary)
	if j.Status == result.Pass {
		j = judgeTime(want, seen, j)
	}
	if j.Status != result.Pass {
		j.Explain(seen)
	}
	return j
}

// PlainlyMet reports whether a reply that says yes is one of those wanted and
// nothing more was asked of it. Most are, and the stacks of sessions that wait
// stay small where they get no further than this.
func PlainlyMet(want *scenarios.Expect, seen *Observation) bool {
	return seen.Reply != nil && seen.Reply.Code < 400 && want.Codes.Match(seen.Reply.Code) && !isFarewell(seen) &&
		len(want.Enhanced) == 0 && len(want.Text) == 0 && want.Lines == nil && len(want.Offers) == 0 && len(want.Lacks) == 0 &&
		want.Within == scenarios.Limit{}
}

// Explain adds to a judgement what is behind an observation that was not
// expected, and what to do about it, where that is known.
func (j *Judgement) Explain(seen *Observation) {
	d := seen.Diagnose()
	if explained(j.Reason) {
		j.Cause = d.Cause
	}
	if j.Hint == "" {
		j.Hint = d.Hint(j.Reason)
	}
}

// explained reports whether the reason is a reply or the lack of one: for the
// others the server has given no cause.
func explained(r result.Reason) bool {
	switch r {
	case result.Slow, result.Condition, result.Local, result.Deadline, result.Interrupted:
		return false
	}
	return true
}

func judgeOutcome(want *scenarios.Expect, seen *Observation, temporary result.Verdict) Judgement {
	if seen.Reply == nil {
		return judgeSilence(want, seen)
	}
	code := seen.Reply.Code
	if want.Codes.Any {
		return judgeContent(want, seen)
	}
	if !want.Codes.Match(code) {
		return judgeOther(want, seen, temporary)
	}
	if isFarewell(seen) && !want.Codes.Names(code) {
		return Judgement{
			Status: result.Fail, Reason: result.Protocol, Pos: want.Codes.Pos,
			Message: fmt.Sprintf("expected %s, got %s, with which servers answer QUIT and nothing else", wanted(want), seen.Shown()),
		}
	}
	if code/100 >= 4 && want.Codes.ByClass(code) && len(want.Enhanced) == 0 && len(want.Text) == 0 {
		if d := seen.Diagnose(); ours(seen, &d) && !aboutTheLine(seen, &d) {
			return Judgement{
				Status: result.Inconclusive, Reason: result.Policy, Pos: want.Codes.Pos,
				Message: fmt.Sprintf("refused as expected (%s), but because of this machine: nothing is known of what the scenario asks", seen.Shown()),
			}
		}
	}
	return judgeContent(want, seen)
}

// judgeSilence judges the end of the connection, a time-out and what is not
// a reply.
func judgeSilence(want *scenarios.Expect, seen *Observation) Judgement {
	if want.Codes.EOF && seen.Fault.Closed || want.Codes.Silence && seen.Silent {
		return Met()
	}
	if want.Codes.Any && seen.Fault.Mixed {
		// Postfix' postscreen breaks off its greeting for the answer to a client
		// who could not wait.
		j := Met()
		j.Note = seen.Fault.Message
		return j
	}
	message := seen.Fault.Message
	if want.Codes.EOF && seen.Fault.Reason == result.Timeout {
		message = "the server did not close the connection: " + message
	}
	return Judgement{Status: seen.Fault.Status, Reason: seen.Fault.Reason, Message: message, Pos: want.Codes.Pos}
}

// judgeTime applies the limits of within to a reply that is right.
func judgeTime(want *scenarios.Expect, seen *Observation, j Judgement) Judgement {
	limit := want.Within
	status, bound := result.Pass, time.Duration(0)
	switch {
	case limit.Fail > 0 && seen.Took > limit.Fail:
		status, bound = result.Fail, limit.Fail
	case limit.Warn > 0 && seen.Took > limit.Warn:
		status, bound = result.Warn, limit.Warn
	default:
		return j
	}
	return Judgement{
		Status: status, Reason: result.Slow, Pos: limit.Pos,
		Message: fmt.Sprintf("as expected, but after %v, the limit is %v", seen.Took.Round(time.Millisecond), bound),
	}
}

func wanted(want *scenarios.Expect) string { return want.Codes.String() }
