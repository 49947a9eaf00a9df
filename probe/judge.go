package probe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// observation is what followed a command.
type observation struct {
	verb  string          // the command word, "" for the greeting, noVerb for a line without
	reply *smtpwire.Reply // nil if none came
	fault fault           // why none came
	took  time.Duration
	// silent is true if not a byte came in the time there was.
	silent bool
	// partial is true if a reply began and did not end.
	partial bool
	mask    *mask // of the secrets that the reply may repeat
	// plain is true for the greeting and the answers to EHLO and HELO,
	// where no enhanced status code can stand (RFC 2034 section 4).
	plain bool
}

// noVerb stands for the command word of a line that has none.
const noVerb = "?"

// judgement is what an observation amounts to.
type judgement struct {
	status  result.Verdict
	reason  result.Reason
	message string
	pos     scenarios.Pos // the expectation that was not met
	hint    string
	note    string
	code    int  // of a reply that is not that of the step
	closed  bool // the other side had ended the connection
	// value is true if the message is about the value of a variable, which may
	// be a part of a secret.
	value bool
}

// unmet reports whether the dialogue ends with the step. A temporary answer
// ends it even where it counts as a warning: what follows would fail because
// of it.
func (j *judgement) unmet() bool { return j.status > result.Warn || j.reason == result.Temporary }

// met is the judgement where everything was as expected.
func met() judgement { return judgement{status: result.Pass} }

func failed(pos scenarios.Pos, format string, args ...any) judgement {
	return judgement{status: result.Fail, reason: result.Reply, message: fmt.Sprintf(format, args...), pos: pos}
}

// judge says whether an observation is what was expected. It looks at
// nothing else, and temporary answers where something else was expected get
// the verdict temporary.
func judge(want *scenarios.Expect, seen *observation, temporary result.Verdict) judgement {
	j := judgeOutcome(want, seen, temporary)
	if j.status == result.Pass {
		j = judgeTime(want, seen, j)
	}
	if j.hint == "" && j.status != result.Pass {
		code, enhanced, text := facts(seen)
		verb := seen.verb
		if verb == "" && seen.partial {
			verb = noVerb // it spoke, whatever keeps it from going on
		}
		j.hint = advice(j.reason, verb, code, enhanced, text)
	}
	return j
}

func judgeOutcome(want *scenarios.Expect, seen *observation, temporary result.Verdict) judgement {
	if seen.reply == nil {
		return judgeSilence(want, seen)
	}
	code := seen.reply.Code
	if want.Codes.Any {
		return judgeContent(want, seen)
	}
	if !want.Codes.Match(code) {
		return judgeOther(want, seen, temporary)
	}
	if code/100 >= 4 && want.Codes.ClassOnly() && len(want.Enhanced) == 0 && len(want.Text) == 0 {
		if _, enhanced, text := facts(seen); aimedAtUs(code, enhanced, text) {
			return judgement{
				status: result.Inconclusive, reason: result.Policy, pos: want.Codes.Pos,
				message: fmt.Sprintf("refused as expected (%s), but because of this machine's address: nothing is known of what the scenario asks", seen.shown()),
			}
		}
	}
	return judgeContent(want, seen)
}

// judgeSilence judges the end of the connection, a time-out and what is not
// a reply.
func judgeSilence(want *scenarios.Expect, seen *observation) judgement {
	if want.Codes.EOF && seen.fault.closed || want.Codes.Silence && seen.silent {
		return met()
	}
	if want.Codes.Any && seen.fault.mixed {
		// Postfix' postscreen breaks off its greeting for the answer to a client
		// who could not wait.
		j := met()
		j.note = seen.fault.message
		return j
	}
	message := seen.fault.message
	if want.Codes.EOF && seen.fault.reason == result.Timeout {
		message = "the server did not close the connection: " + message
	}
	return judgement{status: seen.fault.status, reason: seen.fault.reason, message: message, pos: want.Codes.Pos}
}

// judgeOther judges a reply with another code than expected.
func judgeOther(want *scenarios.Expect, seen *observation, temporary result.Verdict) judgement {
	code, enhanced, text := facts(seen)
	j := failed(want.Codes.Pos, "expected %s, got %s", wanted(want), seen.shown())
	switch {
	case aimedAtUs(code, enhanced, text):
		j.status, j.reason = result.Inconclusive, result.Policy
		if code/100 == 4 {
			j.status = temporary
		}
	case isTemporary(seen.verb, code):
		j.status, j.reason = temporary, result.Temporary
	}
	return j
}

// isTemporary reports whether a code asks to come back: every 4xx, and 552
// to RCPT, where older servers mean 452 (RFC 5321 section 4.5.3.1.10).
func isTemporary(verb string, code int) bool {
	return code/100 == 4 || (code == 552 && verb == "RCPT")
}

// judgeContent judges a reply whose code is right.
func judgeContent(want *scenarios.Expect, seen *observation) judgement {
	for _, check := range [...]func(*scenarios.Expect, *observation) judgement{
		judgeEnhanced, judgeText, judgeLines, judgeKeywords,
	} {
		if j := check(want, seen); j.status != result.Pass {
			return j
		}
	}
	return met()
}

func judgeEnhanced(want *scenarios.Expect, seen *observation) judgement {
	if len(want.Enhanced) == 0 {
		return met()
	}
	var codes []string
	if !seen.plain {
		codes = slices.Collect(seen.reply.EnhancedCodes())
	}
	var patterns []string
	for i := range want.Enhanced {
		for _, code := range codes {
			if want.Enhanced[i].Match(code) {
				return met()
			}
		}
		patterns = append(patterns, want.Enhanced[i].String())
	}
	pos, pattern := want.Enhanced[0].Pos, strings.Join(patterns, " or ")
	if len(codes) == 0 {
		return failed(pos, "expected enhanced status code %s, got none in %s", pattern, seen.shown())
	}
	return failed(pos, "expected enhanced status code %s, got %s", pattern, strings.Join(codes, " "))
}

func judgeText(want *scenarios.Expect, seen *observation) judgement {
	if len(want.Text) == 0 {
		return met()
	}
	text := seen.reply.Text()
	for i := range want.Text {
		if !want.Text[i].Match(text) {
			return failed(want.Text[i].Pos, "expected text %s, got %s", want.Text[i].String(), seen.shown())
		}
	}
	return met()
}

func judgeLines(want *scenarios.Expect, seen *observation) judgement {
	if want.Lines == nil {
		return met()
	}
	got := slices.Collect(seen.reply.Lines())
	ok, at := scenarios.MatchLines(want.Lines, got)
	if ok {
		return met()
	}
	if at >= len(want.Lines) {
		last := want.Lines[len(want.Lines)-1]
		return failed(last.Pos, "expected no further line, got %d lines", len(got))
	}
	return failed(want.Lines[at].Pos, "no line where %q should stand, in %d lines", want.Lines[at].Prefix, len(got))
}

func judgeKeywords(want *scenarios.Expect, seen *observation) judgement {
	if len(want.Offers) == 0 && len(want.Lacks) == 0 {
		return met()
	}
	keywords := smtpwire.ParseEHLO(seen.reply)
	for i := range want.Offers {
		k := &want.Offers[i]
		if params, ok := keywords.Lookup(k.Name); !k.Offered(params, ok) {
			return failed(k.Pos, "the server does not offer %s%s", k, insteadOf(k, params, ok))
		}
	}
	for i := range want.Lacks {
		k := &want.Lacks[i]
		if params, ok := keywords.Lookup(k.Name); k.Offered(params, ok) {
			return failed(k.Pos, "the server offers %s", result.PrintableString(strings.TrimSpace(k.Name+" "+params)))
		}
	}
	return met()
}

// insteadOf says what a keyword that was not good enough looks like.
func insteadOf(k *scenarios.Keyword, params string, ok bool) string {
	if !ok {
		return ""
	}
	return ", only " + result.PrintableString(strings.TrimSpace(k.Name+" "+params))
}

// judgeTime applies the limits of within to a reply that is right.
func judgeTime(want *scenarios.Expect, seen *observation, j judgement) judgement {
	limit := want.Within
	status, bound := result.Pass, time.Duration(0)
	switch {
	case limit.Fail > 0 && seen.took > limit.Fail:
		status, bound = result.Fail, limit.Fail
	case limit.Warn > 0 && seen.took > limit.Warn:
		status, bound = result.Warn, limit.Warn
	default:
		return j
	}
	return judgement{
		status: status, reason: result.Slow, pos: limit.Pos,
		message: fmt.Sprintf("as expected, but after %v, the limit is %v", seen.took.Round(time.Millisecond), bound),
	}
}

// facts returns the code, the enhanced status code and the text of the reply
// that was seen.
func facts(seen *observation) (code int, enhanced, text string) {
	if seen.reply == nil {
		return 0, "", ""
	}
	if !seen.plain {
		enhanced, _, _ = seen.reply.Enhanced()
	}
	return seen.reply.Code, enhanced, seen.reply.Text()
}

func wanted(want *scenarios.Expect) string { return want.Codes.String() }

// shown is the reply on one line: its code and the first line of its text.
// Secrets are hidden here already, for one that is cut off in the middle is
// not found later.
func (o *observation) shown() string {
	text, _, more := strings.Cut(o.reply.Text(), "\n")
	s := fmt.Sprintf("%d %s", o.reply.Code, o.mask.printable([]byte(text), maxShown))
	if more {
		s += " ..."
	}
	return strings.TrimSpace(s)
}

// maxShown bounds what a message repeats of a reply; the reply itself is in
// the step and in the transcript.
const maxShown = 200
