package mailroom

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/bounce"
	"mxprobe/internal/timespan"
	"mxprobe/probe/judge"
	"mxprobe/probe/peer"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Report waits for a report about the message (RFC 3461 section 5.2, RFC 3464).
func (w *Watch) Report() judge.Judgement {
	recipient, err := w.Step.Mailbox.Recipient.Expand(w.Lookup)
	if err != nil {
		return judge.BadValue(err)
	}
	if w.Handed.ID == "" && w.Handed.Envid == "" {
		return Unreadable(w.Ctx, fmt.Errorf("the message has neither an ENVID nor a Message-ID that a report could name"))
	}
	found := reports{Watch: w, recipient: peer.OnWire(strings.TrimSpace(recipient))}
	if err := found.resolve(); err != nil {
		return judge.BadValue(err)
	}
	what := "a report about Message-ID " + w.Handed.ID
	if w.Handed.Envid != "" {
		what += ", ENVID " + w.Handed.Envid
	}
	j, ok := w.until(what, found.look)
	switch {
	case ok && w.Step.Mailbox.NoReport():
		return found.unwanted()
	case ok:
		return w.remove(found.judge(), found.at.Message)
	case j.Reason == result.Timeout && found.doubt != nil:
		return found.doubted()
	case j.Reason == result.Timeout && w.Step.Mailbox.NoReport():
		return judge.Met()
	case j.Reason == result.Timeout:
		j.Message = fmt.Sprintf("accepted by the server, but no report that says %s was seen in the mailbox within %s", WantedInMailbox(w.Step.Mailbox), timespan.String(w.Limit))
		if found.interim != nil {
			j.Message += "; it is " + w.shownAction(found.interim)
		}
		if j.Hint = interimHint(found.interim); j.Hint != "" {
			return j
		}
		j.Hint = "250 to NOTIFY is no report: a server on the way may know no DSN, and then nobody reports; look for the message in the log of the server"
	}
	return j
}

// reports are those about the message that were seen so far.
type reports struct {
	*Watch
	recipient string
	// says and remote are what the step asks of the recipient's fields.
	says, remote *scenarios.Expect
	// at holds the report that decides, to what it says about the recipient.
	at sighting
	to *bounce.Recipient
	// interim is what is known of a message that is still on its way.
	interim *bounce.Recipient
	// doubt is a bounce that may be about another message, and says something
	// else than what is wanted: the wait goes on for one that is known.
	doubt *doubtful
}

type doubtful struct {
	at sighting
	to *bounce.Recipient
}

// look goes through what is in the mailbox, the first that is not as wanted
// before all others.
func (r *reports) look(seen []sighting) bool {
	r.to = nil
	for i := range seen {
		report := seen[i].Report
		if report == nil || !r.ours(report) && !r.mayBeOurs(report) {
			continue
		}
		all := recipientsOf(report)
		for j := range all {
			to := &all[j]
			if r.recipient != "" && !to.About(r.recipient) && to.Address() != "" {
				continue
			}
			wanted := slices.Contains(r.Step.Mailbox.Actions, to.Action)
			nameless := wanted && to.Address() == ""
			if !r.Step.Mailbox.NoReport() && (nameless || !wanted && !isFinal(to.Action)) {
				r.interim = to
				continue
			}
			if !r.ours(report) && (!wanted || r.Step.Mailbox.NoReport()) {
				r.doubt = &doubtful{seen[i], to}
				continue
			}
			if r.to == nil || !wanted || !r.ours(r.at.Report) {
				r.at, r.to = seen[i], to
			}
			if !wanted {
				return true
			}
		}
	}
	return r.to != nil
}

// isFinal reports whether an action is the last word on a recipient. A message
// that is delayed is still being tried, and one that was expanded, as Postfix
// says of every alias, may still fail to be delivered.
func isFinal(action string) bool { return action != "delayed" && action != "expanded" }

// ours reports whether a report is about the message of this dialogue. An
// ENVID that holds the name of the dialogue, or the Message-ID, says so for
// sure; an ENVID that others may use too counts where nothing else is there.
func (r *reports) ours(report *bounce.Report) bool {
	return r.mark(report) != ""
}

// mark returns what a report names the message of this dialogue by, empty if
// it is about another.
func (r *reports) mark(report *bounce.Report) string {
	same := r.Handed.Envid != "" && report.EnvelopeID == r.Handed.Envid
	switch {
	case same && r.own(r.Handed.Envid):
		return r.Handed.Envid
	case report.MessageID != "" && r.Handed.ID != "":
		if report.MessageID == r.Handed.ID {
			return r.Handed.ID
		}
		return ""
	case same:
		return r.Handed.Envid
	}
	return ""
}

// judge says whether the report is as it should be.
func (r *reports) judge() judge.Judgement {
	r.describe()
	mark := r.mark(r.at.Report)
	if mark == "" {
		return r.unsure()
	}
	j := r.saw("the report", mark, &r.at)
	box := r.Step.Mailbox
	switch returned := string(r.at.Report.Returned); {
	case !slices.Contains(box.Actions, r.to.Action):
		j = judge.Failed(box.ActionPos, "expected %s, got %s", WantedInMailbox(r.Step.Mailbox), r.shownAction(r.to))
		j.Hint = actionHint(r.to.Action)
	case r.saysOther(&j), r.lacksEnvelope(&j):
	case box.Returns != "" && box.Returns != returned:
		if returned == "" {
			returned = "nothing"
		}
		j = judge.Failed(box.ReturnsPos, "the report should return the %s, but returns %s", box.Returns, returned)
	case r.at.Sender != "<>" && r.at.Sender != "" && j.Status == result.Pass:
		j = judge.Judgement{
			Status: result.Warn, Reason: result.Protocol, Pos: box.Pos,
			Message: "the report came from " + result.Shown(r.at.Sender) + ", not from the null sender (RFC 3461 section 6.1): should it not arrive, it is answered with another",
		}
	}
	return j
}

func actionHint(action string) string {
	switch action {
	case "relayed":
		return "the next server knows no DSN: nobody will report whether the message was delivered"
	case "failed":
		return "the server took the message and could not deliver it afterwards: its status and its diagnostic text say why"
	}
	return ""
}

func interimHint(to *bounce.Recipient) string {
	switch {
	case to == nil:
	case to.Action == "delayed":
		return "the server will try again: its status and its diagnostic text say what it waits for"
	case to.Action == "expanded":
		return "the address is a list or an alias: the message went on, and nobody may report any more; allow it with action: [delivered, relayed, expanded]"
	}
	return ""
}

// describe puts what the report says into the record of the step.
func (r *reports) describe() {
	report := r.at.Report
	for _, field := range [...][2]string{
		{"Action", r.to.Action},
		{"Status", r.to.Status},
		{"Final-Recipient", r.to.Final},
		{"Original-Recipient", r.to.Original},
		{"Remote-MTA", r.to.Remote},
		{"Diagnostic-Code", r.to.Diagnostic},
		{"Reporting-MTA", report.By},
		{"Original-Envelope-Id", report.EnvelopeID},
		{"Return-Path", r.at.Sender},
	} {
		if field[1] != "" {
			r.St.Line(field[0] + ": " + field[1])
		}
	}
	if code := r.to.Status; len(code) > 1 && strings.Contains("245", code[:1]) && code[1] == '.' {
		r.St.Enhanced(code)
	}
	if report.Form == bounce.Words {
		r.St.Note("this is a bounce in words, not a report (RFC 3464): what it says was read from its text, and may be read wrong")
	}
	switch {
	case report.Returned == bounce.Nothing:
		r.St.Note("the report returns nothing of the message")
	default:
		r.St.Note("the report returns the %s", report.Returned)
	}
	if r.Handed.Envid != "" && report.EnvelopeID != r.Handed.Envid {
		r.St.Note("the report does not repeat the ENVID of the MAIL line (RFC 3464 section 2.2.1)")
	}
	if r.at.Sender == "" {
		r.St.Note("the mailbox does not say from whom the report came (no Return-Path)")
	}
}

// shownAction is what a report says about a recipient, on one line.
func (w *Watch) shownAction(to *bounce.Recipient) string {
	text := strings.TrimSpace(to.Action + " " + to.Status)
	if to.Diagnostic != "" {
		text += " (" + to.Diagnostic + ")"
	}
	return result.Shown(text)
}
