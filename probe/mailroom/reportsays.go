package mailroom

import (
	"fmt"
	"strings"

	"mxprobe/internal/bounce"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// resolve puts the variables of what the step asks in.
func (r *reports) resolve() (err error) {
	box := r.Step.Mailbox
	if r.says, err = box.Says.Resolve(r.Lookup); err != nil {
		return err
	}
	r.remote, err = box.Remote.Resolve(r.Lookup)
	return err
}

// recipientsOf are those that a report is about. A bounce in words that names
// none says of somebody that the message was not delivered.
func recipientsOf(report *bounce.Report) []bounce.Recipient {
	if len(report.Recipients) == 0 {
		return []bounce.Recipient{{Action: "failed", Diagnostic: "a bounce that names no recipient"}}
	}
	return report.Recipients
}

// mayBeOurs reports whether a bounce in words may be about the message of this
// dialogue: it does not say about which one it is, but names the recipient
// that the step asks for.
func (r *reports) mayBeOurs(report *bounce.Report) bool {
	if report.Form != bounce.Words || report.MessageID != "" || r.recipient == "" {
		return false
	}
	for i := range report.Recipients {
		if report.Recipients[i].About(r.recipient) {
			return true
		}
	}
	return false
}

// unwanted is the judgement on a report where none may come.
func (r *reports) unwanted() judge.Judgement {
	r.describe()
	return judge.Failed(r.Step.Mailbox.ActionPos, "expected no report, got one that says %s", r.shownAction(r.to))
}

// doubted is the judgement where nothing else came than a bounce that may be
// about another message: where no report may come it is a warning, and where
// another was wanted nothing is known.
func (r *reports) doubted() judge.Judgement {
	r.at, r.to = r.doubt.at, r.doubt.to
	r.describe()
	j := r.unsure()
	if !r.Step.Mailbox.NoReport() {
		j.Status = result.Inconclusive
		j.Message = fmt.Sprintf("no report that says %s came, but %s", WantedInMailbox(r.Step.Mailbox), j.Message)
	}
	return j
}

// unsure is the judgement on a bounce that does not say which message it is
// about.
func (r *reports) unsure() judge.Judgement {
	return judge.Judgement{
		Status: result.Warn, Reason: result.Local, Pos: r.Step.Mailbox.Pos,
		Message: "a bounce came that names the recipient, but not the message it is about: " + r.shownAction(r.to),
		Hint:    "it may be about the message of another dialogue or of an earlier run; a recipient of its own for each message tells them apart",
	}
}

// saysOther reports whether the report says something else of the recipient
// than the step asks for, and puts that into the judgement.
func (r *reports) saysOther(j *judge.Judgement) bool {
	shown := func(s string) string {
		if s == "" {
			return "none"
		}
		return result.Shown(s)
	}
	if want := r.says.Enhanced; len(want) > 0 && !matchesAny(want, r.to.Status) {
		var patterns []string
		for i := range want {
			patterns = append(patterns, want[i].String())
		}
		*j = judge.Failed(want[0].Pos, "expected the status %s, got %s", strings.Join(patterns, " or "), shown(r.to.Status))
		return true
	}
	if p := lacks(r.says.Text, r.to.Diagnostic); p != nil {
		*j = judge.Failed(p.Pos, "the diagnostic text does not have %s: %s", p, shown(r.to.Diagnostic))
		return true
	}
	if p := lacks(r.remote.Text, r.to.Remote); p != nil {
		*j = judge.Failed(p.Pos, "the remote server is not %s: %s", p, shown(r.to.Remote))
		return true
	}
	return false
}

func matchesAny(patterns []scenarios.EnhancedPattern, status string) bool {
	for i := range patterns {
		if patterns[i].Match(status) {
			return true
		}
	}
	return false
}

// lacks returns the first pattern that a text does not have, nil if it has
// all.
func lacks(patterns []scenarios.TextPattern, text string) *scenarios.TextPattern {
	for i := range patterns {
		if !patterns[i].Match(text) {
			return &patterns[i]
		}
	}
	return nil
}

// lacksEnvelope reports whether the report fails to repeat the ENVID (RFC 3464
// section 2.2.1) where it has to: it was given to a server that knows it.
func (r *reports) lacksEnvelope(j *judge.Judgement) bool {
	box, got := r.Step.Mailbox, r.at.Report.EnvelopeID
	switch {
	case !box.Envelope || r.Handed.Envid != "" && got == r.Handed.Envid:
		return false
	case r.Handed.Envid == "":
		r.St.Note("envid: the MAIL line had no ENVID that the report could repeat")
		return false
	case !r.DSN:
		r.St.Note("envid: the server did not offer DSN, so nobody has to repeat the ENVID")
		return false
	case got == "":
		*j = judge.Failed(box.EnvelopePos, "the report should repeat the ENVID of the MAIL line, but has none")
	default:
		*j = judge.Failed(box.EnvelopePos, "the report should repeat the ENVID of the MAIL line, but has %s", result.Shown(got))
	}
	return true
}
