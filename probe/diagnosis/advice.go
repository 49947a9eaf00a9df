package diagnosis

import (
	"strings"

	"mxprobe/probe/causes"
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

// AimedAtUs reports whether a refusal is meant for this machine whatever it
// asked for: its address is listed, has no name, or connects too often. Nothing
// is known then of what the scenario asks. Greylisting passes by itself and
// is no such refusal.
func (d *Diagnosis) AimedAtUs() bool {
	return d.Whose == causes.Client && d.Cause != causes.Greylisted
}
