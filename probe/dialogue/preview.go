package dialogue

import (
	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Preview returns what the dialogue would send to a target, line by line,
// without any connection: secrets masked, what hangs on replies (conditions,
// captures) named instead of put in.
func (d *Dialogue) Preview(t probe.Target) ([]string, error) {
	rule := d.rule(t.Host, t.IP, t.Preference)
	if rule != nil && rule.Skip != "" {
		return []string{"(left out: " + rule.Skip + ")"}, nil
	}
	p := &preview{}
	p.begin(d, &t, 0, rule)
	if d.implicit != nil {
		p.add(d.implicit.Options.Preview(), "")
	}
	for i := range d.scenario.Steps {
		if err := p.step(&d.scenario.Steps[i]); err != nil {
			return nil, err
		}
	}
	p.goodbye()
	return p.lines, nil
}

type preview struct {
	variables
	lines    []string
	quit     bool // is said already
	upgraded bool // TLS was put in
}

func (p *preview) add(line, remark string) {
	const most = 2048
	line = p.dialogue.secrets.Show([]byte(line), most)
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
	p.dialogue.run.take(p.turn, p.target, step.Recipient)
	lines, err := step.Preview(p.lookup)
	if err != nil {
		return err
	}
	if step.Action.LooksAside() {
		p.goodbye()
	}
	remark := conditionsOf(step)
	for _, line := range lines {
		p.add(line, remark)
	}
	p.quit = p.quit || step.Verb == "QUIT"
	if u := p.dialogue.upgrade; !p.upgraded && step.Verb != "HELO" && u.follows(step, step.Verb) {
		p.upgraded = true
		remark := "[if STARTTLS]"
		if u.required {
			remark = ""
		}
		p.add("STARTTLS", remark)
		p.add("(TLS handshake, if the answer is 220)", "")
		p.add(lines[0], "[if tls]")
	}
	for i := range step.Captures {
		p.captured(step.Captures[i].Name, "<"+step.Captures[i].Name+">")
	}
	return nil
}

// goodbye shows the QUIT that no step says.
func (p *preview) goodbye() {
	if !p.dialogue.scenario.NoQuit && !p.quit {
		p.add("QUIT", "")
		p.quit = true
	}
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
