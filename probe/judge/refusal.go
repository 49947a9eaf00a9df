package judge

import (
	"fmt"

	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

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
