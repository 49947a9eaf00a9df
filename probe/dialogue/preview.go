package dialogue

import (
	"fmt"
	"strings"

	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Preview returns what the dialogue would send to a target, line by line,
// without any connection: secrets masked, what hangs on replies (conditions,
// captures) named instead of put in.
func (d *Dialogue) Preview(t probe.Target) ([]string, error) {
	tr := d.Start(t, nil).(*trial)
	if tr.rule != nil && tr.rule.Skip != "" {
		return []string{"(left out: " + tr.rule.Skip + ")"}, nil
	}
	p := &preview{dialogue: d, captures: map[string]string{}}
	p.target, p.turn = t, d.settings.turns()
	p.lookup = d.lookup(t, 0, tr.rule, p.captures, p.turn)
	if d.implicit != nil {
		p.add("(TLS handshake"+judgedBy(d.implicit.options)+")", "")
	}
	for i := range d.scenario.Steps {
		if err := p.step(&d.scenario.Steps[i]); err != nil {
			return nil, err
		}
	}
	if !d.scenario.NoQuit && !p.quit {
		p.add("QUIT", "")
	}
	return p.lines, nil
}

type preview struct {
	dialogue *Dialogue
	lookup   scenarios.Lookup
	captures map[string]string
	lines    []string
	quit     bool
	target   probe.Target
	turn     map[string]string // see Settings.turns
}

func (p *preview) add(line, remark string) {
	line = p.dialogue.mask.Printable([]byte(line), maxLine)
	if remark != "" {
		line += "   " + remark
	}
	p.lines = append(p.lines, line)
}

func (p *preview) step(step *scenarios.Step) error {
	for i := range step.Steps {
		if err := p.step(&step.Steps[i]); err != nil {
			return err
		}
	}
	p.dialogue.settings.take(p.turn, p.target, step.Recipient)
	remark := conditionsOf(step)
	switch step.Action {
	case scenarios.Send, scenarios.Raw:
		line, err := step.Text.Expand(p.lookup)
		if err != nil {
			return err
		}
		p.quit = p.quit || step.Verb == "QUIT"
		p.add(line, remark)
	case scenarios.Bytes:
		p.add(string(step.Bytes), remark)
	case scenarios.Message:
		p.add("DATA", remark)
		return p.text(step)
	case scenarios.BDAT:
		p.add("BDAT", remark)
		return p.text(step)
	case scenarios.Body:
		return p.text(step)
	case scenarios.Auth:
		return p.login(step, remark)
	case scenarios.Sleep:
		p.add(fmt.Sprintf("(wait %v)", step.Sleep), remark)
	case scenarios.StartTLS:
		return p.startTLS(step, remark)
	case scenarios.Arrives, scenarios.Report:
		return p.mailbox(step, remark)
	case scenarios.Close:
		if step.Close == scenarios.CloseTLS {
			p.add("(end TLS)", remark)
			break
		}
		p.add("(close the connection)", remark)
	}
	for i := range step.Captures {
		p.captures[step.Captures[i].Name] = "<" + step.Captures[i].Name + ">"
	}
	return nil
}

// login shows who logs in; what goes over the line is not known before the
// server's challenge, or is secret.
func (p *preview) login(step *scenarios.Step, remark string) error {
	var parts [3]string
	for i, text := range []*scenarios.Text{&step.Auth.Mechanism, &step.Auth.User, &step.Auth.Authzid} {
		var err error
		if parts[i], err = text.Expand(p.lookup); err != nil {
			return err
		}
	}
	p.add("AUTH "+strings.ToUpper(p.dialogue.mask.Text(parts[0]))+asUser(parts[1], parts[2]), remark)
	return nil
}

func (p *preview) startTLS(step *scenarios.Step, remark string) error {
	line, err := appendStartTLS(nil, step, p.lookup)
	if err != nil {
		return err
	}
	p.add(string(line[:len(line)-2]), remark)
	p.add("(TLS handshake, if the answer is 220"+judgedBy(step.StartTLS)+")", "")
	return nil
}

// mailbox shows what is waited for, and where; QUIT is said before.
func (p *preview) mailbox(step *scenarios.Step, remark string) error {
	if !p.dialogue.scenario.NoQuit && !p.quit {
		p.add("QUIT", "")
		p.quit = true
	}
	where := &step.Mailbox.Maildir
	if where.IsZero() {
		where = &step.Mailbox.IMAP
	}
	place, err := where.Expand(p.lookup)
	if err != nil {
		return err
	}
	what := "the message"
	if step.Mailbox.Report {
		what = "a report"
	}
	p.add(fmt.Sprintf("(look for %s in %s, up to %s)", what, place, shortly(mailboxTimeout(step))), remark)
	return nil
}

func (p *preview) text(step *scenarios.Step) error {
	text := step.Content
	if text == nil {
		expanded, err := step.Text.Append(nil, p.lookup)
		if err != nil {
			return err
		}
		text = expanded
	}
	p.add(fmt.Sprintf("(a message of %d bytes and what it lacks of header fields)", len(text)), conditionsOf(step))
	return nil
}

// conditionsOf is what decides whether a step is played.
func conditionsOf(step *scenarios.Step) string {
	remark := ""
	for i := range step.If {
		remark += "[if " + step.If[i].String() + "]"
	}
	for i := range step.Unless {
		remark += "[unless " + step.Unless[i].String() + "]"
	}
	return result.PrintableString(remark)
}
