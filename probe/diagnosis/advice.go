package diagnosis

import (
	"strings"

	"mxprobe/probe/result"
)

// DataEnd stands for a verb where the end of a message is judged.
const DataEnd = "end of data"

// StageOf returns what a command word is answered at; verb is "" for the
// greeting and [DataEnd] for the end of a message.
func StageOf(verb string) Stage {
	switch verb {
	case "":
		return Greeting
	case DataEnd:
		return EndOfData
	case "BDAT":
		return EndOfData
	}
	if s, ok := ParseStage(verb); ok {
		return s
	}
	return Other
}

// Hint is what to do about a reply: that of its cause, or what helps where
// the cause is not known; empty where nothing can be said.
func (d *Diagnosis) Hint(reason result.Reason) string {
	switch {
	case d.Advice != "":
		return d.Advice
	case reason == result.Temporary:
		return "a temporary answer says nothing final: run again later, or let --retry do it"
	case reason == result.Reply && strings.HasPrefix(d.Enhanced, "5.7."):
		return "the server refuses by policy: its log says which rule"
	}
	return ""
}

// OfFault returns the diagnosis of a fault that came in place of the answer to
// a command; verb is as for [StageOf], and "connect" where there was no
// connection yet.
func OfFault(f *Fault, verb string) Diagnosis {
	cause := f.Cause
	switch {
	case cause == ReplyTimeout && verb == "connect":
		cause = ConnectTimeout
	case cause == Unknown:
		return Diagnosis{}
	}
	d := Of(cause, true)
	if hint := faultAdvice(f.Reason, verb); hint != "" {
		d.Advice = hint
	}
	return d
}

// faultAdvice is the advice on what came at a moment that says more than the
// fault alone.
func faultAdvice(reason result.Reason, verb string) string {
	switch {
	case reason == result.Refused:
		return "the mail service is not running there, or listens on another port or address; a firewall may also refuse"
	case reason == result.NoRoute:
		return "nothing is known of the server: give this machine such a route, or leave the family out with -4 or -6"
	case reason == result.EOF && verb == "":
		return "a filter or a connection limit before the server may have closed the line before it spoke, or the server wants to hear of the client first (--proxy-protocol)"
	case reason == result.Timeout && verb == "":
		return "the port takes connections but nothing speaks SMTP: a firewall or proxy may answer for the server, or the port wants TLS from the first byte, or the PROXY protocol (--proxy-protocol)"
	case reason == result.Timeout && verb == DataEnd:
		return "it is not known whether the message was accepted: it may arrive, and sending it again may deliver it twice"
	}
	return ""
}

// AimedAtUs reports whether a refusal is meant for this machine whatever it
// asked for: its address is listed, has no name, or connects too often. Nothing
// is known then of what the scenario asks. Greylisting passes by itself and
// is no such refusal.
func (d *Diagnosis) AimedAtUs() bool { return d.Whose == Client && d.Cause != Greylisted }
