// Package judge says whether what was seen is what was expected. It is a pure
// function of an expectation of a scenario and of an observation.
package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/fault"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// Observation is what followed a command.
type Observation struct {
	Verb  string          // the command word, "" for the greeting, NoVerb for a line without
	Reply *smtpwire.Reply // nil if none came
	Fault fault.Fault     // why none came
	Took  time.Duration
	// Silent is true if not a byte came in the time there was.
	Silent bool
	// Partial is true if a reply began and did not end.
	Partial bool
	// Plain is true for the greeting and the answers to EHLO and HELO,
	// where no enhanced status code can stand (RFC 2034 section 4).
	Plain bool
	// OwnSender is true if the reverse-path is the scenario's own choice, so
	// that its refusal is what the scenario asks about.
	OwnSender bool
	// AskedHELO and AskedSender are true if the scenario lets the line be
	// refused that bears this machine's name, or the reverse-path: what it asks
	// about is then that, and many servers refuse it no earlier than at RCPT.
	AskedHELO, AskedSender bool
}

// NoVerb stands for the command word of a line that has none.
const NoVerb = "?"

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

// Diagnose says why what was seen came, as far as that is known.
func (o *Observation) Diagnose() diagnosis.Diagnosis {
	verb := o.Verb
	if verb == "" && o.Partial {
		verb = NoVerb // it spoke, whatever keeps it from going on
	}
	if o.Reply == nil {
		return fault.OfFault(&o.Fault, verb)
	}
	code, enhanced, text := Facts(o)
	return diagnosis.Diagnose(diagnosis.Seen{At: diagnosis.StageOf(verb), Code: code, Enhanced: enhanced, Lines: strings.Split(text, "\n")})
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

// isFarewell reports whether a command other than QUIT got the reply to QUIT:
// the server says goodbye in its place, or is a reply ahead.
func isFarewell(seen *Observation) bool {
	return seen.Reply.Code == 221 && seen.Verb != "QUIT" && seen.Verb != NoVerb
}

// ours reports whether a refusal is about this machine, or about a sender that
// nobody asked about: then nothing is known of what the scenario asks.
func ours(seen *Observation, d *diagnosis.Diagnosis) bool {
	return d.AimedAtUs() || d.Whose == causes.Sender && !seen.OwnSender && seen.Reply.Class() >= 4
}

// aboutTheLine reports whether an EHLO was refused for the very name, or a MAIL
// for the sender with its parameters, that it bears, which is what a scenario
// that expects a refusal there asks for. Servers may put off what they have
// against either until there is a recipient, as Postfix does (smtpd_delay_reject).
func aboutTheLine(seen *Observation, d *diagnosis.Diagnosis) bool {
	at := diagnosis.StageOf(seen.Verb)
	switch {
	case d.Cause == causes.HeloRefused:
		return at == diagnosis.EHLO || seen.AskedHELO
	case d.Whose == causes.Sender:
		return at == diagnosis.MAIL || seen.AskedSender
	}
	return false
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

// judgeOther judges a reply with another code than expected.
func judgeOther(want *scenarios.Expect, seen *Observation, temporary result.Verdict) Judgement {
	code, d := seen.Reply.Code, seen.Diagnose()
	j := Failed(want.Codes.Pos, "expected %s, got %s", wanted(want), seen.Shown())
	switch {
	case namesRefusal(want, seen, &d):
		if j = judgeText(want, seen); j.Status == result.Pass {
			j.Note = fmt.Sprintf("refused with %d for now: the refusal is the one that was expected", code)
		}
	case ours(seen, &d):
		j.Status, j.Reason = result.Inconclusive, result.Policy
		if code/100 == 4 {
			j.Status = temporary
		}
	case IsTemporary(seen.Verb, code):
		j.Status, j.Reason = temporary, result.Temporary
	}
	return j
}

// StandsFor reports whether a temporary refusal of a MAIL line is the permanent
// one that codes ask for there; see namesRefusal.
func StandsFor(codes *scenarios.Codes, seen *Observation) bool {
	if seen.Reply == nil || codes.Match(seen.Reply.Code) {
		return false
	}
	d := seen.Diagnose()
	return namesRefusal(&scenarios.Expect{Codes: *codes}, seen, &d)
}

// namesRefusal reports whether a temporary refusal is the permanent one that
// the expectation names: it is the sender of the scenario that is refused, and
// not that the server could not look; and its enhanced status code is, but for
// the class, one that is asked for, or the scenario lets the MAIL line be refused
// and the sender's domain does not exist. Postfix says 450 4.1.8 where others
// say 550 5.1.8.
func namesRefusal(want *scenarios.Expect, seen *Observation, d *diagnosis.Diagnosis) bool {
	if seen.Reply.Class() != 4 || d.Whose != causes.Sender || d.Cause == causes.SenderUnchecked || !seen.OwnSender || !want.Codes.Match(550) {
		return false
	}
	if len(want.Enhanced) == 0 {
		return seen.AskedSender && d.Cause == causes.SenderDomainUnknown
	}
	for code := range seen.Reply.EnhancedCodes() {
		for i := range want.Enhanced {
			if want.Enhanced[i].Match("5" + code[1:]) {
				return true
			}
		}
	}
	return false
}

// IsTemporary reports whether a code asks to come back: every 4xx, and 552
// to RCPT, where older servers mean 452 (RFC 5321 section 4.5.3.1.10).
func IsTemporary(verb string, code int) bool {
	return code/100 == 4 || (code == 552 && verb == "RCPT")
}

// judgeContent judges a reply whose code is right.
func judgeContent(want *scenarios.Expect, seen *Observation) Judgement {
	for _, check := range [...]func(*scenarios.Expect, *Observation) Judgement{
		judgeEnhanced, judgeText, judgeLines, judgeKeywords,
	} {
		if j := check(want, seen); j.Status != result.Pass {
			return j
		}
	}
	return Met()
}

func judgeEnhanced(want *scenarios.Expect, seen *Observation) Judgement {
	if len(want.Enhanced) == 0 {
		return Met()
	}
	codes := slices.Collect(seen.Reply.EnhancedCodes())
	var patterns []string
	for i := range want.Enhanced {
		for _, code := range codes {
			if want.Enhanced[i].Match(code) {
				return Met()
			}
		}
		patterns = append(patterns, want.Enhanced[i].String())
	}
	pos, pattern := want.Enhanced[0].Pos, strings.Join(patterns, " or ")
	if len(codes) == 0 {
		return Failed(pos, "expected enhanced status code %s, got none in %s", pattern, seen.Shown())
	}
	return Failed(pos, "expected enhanced status code %s, got %s", pattern, strings.Join(codes, " "))
}

func judgeText(want *scenarios.Expect, seen *Observation) Judgement {
	if len(want.Text) == 0 {
		return Met()
	}
	text := seen.Reply.Text()
	for i := range want.Text {
		if !want.Text[i].Match(text) {
			return Failed(want.Text[i].Pos, "expected text %s, got %s", want.Text[i].String(), seen.Shown())
		}
	}
	return Met()
}

func judgeLines(want *scenarios.Expect, seen *Observation) Judgement {
	if want.Lines == nil {
		return Met()
	}
	got := slices.Collect(seen.Reply.Lines())
	ok, at := scenarios.MatchLines(want.Lines, got)
	if ok {
		return Met()
	}
	if at >= len(want.Lines) {
		last := want.Lines[len(want.Lines)-1]
		return Failed(last.Pos, "expected no further line, got %d lines", len(got))
	}
	return Failed(want.Lines[at].Pos, "no line where %q should stand, in %d lines", want.Lines[at].Prefix, len(got))
}

func judgeKeywords(want *scenarios.Expect, seen *Observation) Judgement {
	if len(want.Offers) == 0 && len(want.Lacks) == 0 {
		return Met()
	}
	keywords := smtpwire.ParseEHLO(seen.Reply)
	for i := range want.Offers {
		k := &want.Offers[i]
		if params, ok := keywords.Lookup(k.Name); !k.Offered(params, ok) {
			return Failed(k.Pos, "the server does not offer %s%s", k, insteadOf(k, params, ok))
		}
	}
	for i := range want.Lacks {
		k := &want.Lacks[i]
		if params, ok := keywords.Lookup(k.Name); k.Offered(params, ok) {
			return Failed(k.Pos, "the server offers %s", result.PrintableString(strings.TrimSpace(k.Name+" "+params)))
		}
	}
	return Met()
}

// insteadOf says what a keyword that was not good enough looks like.
func insteadOf(k *scenarios.Keyword, params string, ok bool) string {
	if !ok {
		return ""
	}
	return ", only " + result.PrintableString(strings.TrimSpace(k.Name+" "+params))
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

// Facts returns the code, the enhanced status code and the text of the reply
// that was seen.
func Facts(seen *Observation) (code int, enhanced, text string) {
	if seen.Reply == nil {
		return 0, "", ""
	}
	if !seen.Plain || seen.Reply.Class() >= 4 {
		enhanced, _, _ = seen.Reply.Enhanced()
	}
	return seen.Reply.Code, enhanced, seen.Reply.Text()
}

func wanted(want *scenarios.Expect) string { return want.Codes.String() }

// Shown is the reply on one line: its code and the first line of its text.
func (o *Observation) Shown() string {
	text, _, more := strings.Cut(o.Reply.Text(), "\n")
	s := fmt.Sprintf("%d %s", o.Reply.Code, result.Printable([]byte(text), result.MaxShown))
	if more {
		s += " ..."
	}
	return strings.TrimSpace(s)
}
