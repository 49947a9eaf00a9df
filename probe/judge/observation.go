package judge

import (
	"fmt"
	"strings"
	"time"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/fault"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
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

// Shown is the reply on one line: its code and the first line of its text.
func (o *Observation) Shown() string {
	text, _, more := strings.Cut(o.Reply.Text(), "\n")
	s := fmt.Sprintf("%d %s", o.Reply.Code, result.Printable([]byte(text), result.MaxShown))
	if more {
		s += " ..."
	}
	return strings.TrimSpace(s)
}
