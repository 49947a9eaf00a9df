package scenarios

import (
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// stepList reads the steps of a scenario.
func (p *parser) stepList(n *yaml.Node) []Step {
	n = yamlnode.Deref(n)
	if n.Kind != yaml.SequenceNode {
		if !p.slipOfShape(n) {
			p.fail(n, "start each step with a hyphen", "steps is a list, not %s", yamlnode.Kind(n))
		}
		return nil
	}
	if len(n.Content) == 0 {
		p.fail(n, "", "there are no steps in the list")
	}
	out := make([]Step, 0, len(n.Content))
	for _, e := range n.Content {
		if ended(out) {
			p.fail(yamlnode.Deref(e), "end the scenario with close, or give close a condition", "this step is never played: the one before closes the connection")
			break
		}
		out = p.addStep(out, e, false)
		if p.steps > maxSteps {
			p.fail(yamlnode.Deref(e), "", "the scenario has more than %d steps", maxSteps)
			break
		}
	}
	return out
}

// ended reports whether nothing can be played after the steps so far.
func ended(steps []Step) bool {
	if len(steps) == 0 {
		return false
	}
	last := &steps[len(steps)-1]
	return last.Action == Close && last.Close != CloseTLS && last.If == nil && last.Unless == nil
}

// addStep reads one step behind those so far. What is wrong is not added.
func (p *parser) addStep(steps []Step, n *yaml.Node, inPipeline bool) []Step {
	steps = append(steps, Step{})
	if last := len(steps) - 1; !p.step(&steps[last], yamlnode.Deref(n), inPipeline) {
		return steps[:last]
	}
	return steps
}

// step reads one step. Inside a pipeline only lines and bytes can stand.
func (p *parser) step(s *Step, n *yaml.Node, inPipeline bool) bool {
	*s = Step{Pos: pos(n), Number: p.steps + 1}
	if n.Kind != yaml.MappingNode {
		p.steps++
		return p.bare(s, n, inPipeline)
	}
	before := len(p.problems)
	fields, ok := p.fields(n, keySet{what: "a step", keys: stepKeys(), odd: p.stepKey})
	clean := len(p.problems) == before
	at := p.action(fields)
	if !ok || at < 0 {
		p.steps++
		if ok && clean {
			p.fail(n, "one of: "+allowed(actionKeys()), "the step does nothing")
		}
		return false
	}
	s.Action, _ = actionOf(fields[at].name)
	action := &actions[s.Action]
	if inPipeline && !action.inPipeline {
		p.fail(fields[at].key, "allowed: "+allowed(lineActions())+", or the line alone", "%s cannot stand in a pipeline", s.Action)
		return false
	}
	if action.nests {
		s.Steps = p.pipeline(yamlnode.Deref(fields[at].value))
	} else {
		p.steps++
		action.take(p, action, s, yamlnode.Deref(fields[at].value))
	}
	for i, f := range fields {
		if i != at {
			p.aside(s, f, fields[at].name)
		}
	}
	p.sense(s, n, fields)
	if s.Action == Send {
		p.paramsAllowed(s)
	}
	return true
}

// bare reads a step that is a line alone.
func (p *parser) bare(s *Step, n *yaml.Node, inPipeline bool) bool {
	if n.Kind == yaml.SequenceNode {
		p.fail(n, "several lines in one write are a pipeline:", "a step is a line or a map, not a list")
		return false
	}
	s.Text = p.commandLine(n, "the step")
	s.Verb = s.Text.verb()
	p.paramsAllowed(s)
	if line, ok := s.Text.Literal(); ok && strings.EqualFold(line, "STARTTLS") {
		if inPipeline {
			// What follows would be read by the TLS layer (RFC 3207 section 4).
			p.fail(n, `write "send: STARTTLS" to send the line alone`, "starttls cannot stand in a pipeline")
			return false
		}
		s.Action = StartTLS
		s.StartTLS = &StartTLSOptions{Pos: s.Pos}
	}
	return !s.Text.IsZero()
}

// commandLine reads a line to send. Two commands in one write have CRLF between
// them; a line end of its own is for raw.
func (p *parser) commandLine(n *yaml.Node, what string) Text {
	t := p.text(n, what)
	p.continued(yamlnode.Deref(n))
	rest := strings.ReplaceAll(t.source, "\r\n", "")
	switch {
	case !strings.ContainsAny(rest, "\r\n"):
	case p.verb == "DATA" && yamlnode.Deref(n).Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		p.fail(n, "write body: | before it, and leave the dot at its end out; or message: | in place of DATA and this",
			"a text behind DATA is no line to send")
	case yamlnode.Deref(n).Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		p.fail(n, "make a step of each line, write message: | for a message, or raw: | for what goes out as it is", "%s is one line, not a block", what)
	default:
		p.fail(n, `write "\r\n" between two commands, or use raw`, "%s has a line end that is not CRLF", what)
	}
	p.verb = t.verb()
	return t
}

// maxLooked is the longest line in which continued looks: a file of one long
// line has many steps in it.
const maxLooked = 4096

// continued reports a plain line that goes on in the next line of the file:
// YAML joins the two into one command, which is hardly ever meant. A forgotten
// hyphen, or one that stands too far to the right, looks like that.
func (p *parser) continued(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return
	}
	if len(p.src.line(n.Line)) > maxLooked {
		return
	}
	here, ok := fromColumn(p.src.line(n.Line), n.Column)
	if !ok || p.quiet[n.Line] || strings.Contains(here, n.Value) {
		return
	}
	for at := n.Line + 1; at <= p.src.count(); at++ {
		next := p.src.line(at)
		if text := strings.TrimLeft(next, " \t"); text != "" {
			p.failAt(Pos{at, len([]rune(next)) - len([]rune(text)) + 1}, len([]rune(strings.TrimRight(text, " \t\r"))),
				"put its hyphen right below the hyphen above, or quote a line that is meant to be so long",
				"this line continues the one above: YAML makes one command of them")
			return
		}
	}
}

// fromColumn returns a line from its nth character on, counted from 1.
func fromColumn(line string, n int) (rest string, ok bool) {
	for i := range line {
		if n--; n == 0 {
			return line[i:], true
		}
	}
	return "", false
}

// action returns the index of the field that is the step's action, -1 if
// there is none. A key that can stand beside an action is one only where no
// other is there.
func (p *parser) action(fields []field) int {
	at, alone := -1, -1
	for i, f := range fields {
		switch _, ok := actionOf(f.name); {
		case !ok:
		case optionOf(f.name) != nil:
			alone = i
		case at >= 0:
			p.fail(f.key, "make two steps of it", "a step has one action, but this one has %s and %s", fields[at].name, f.name)
		default:
			at = i
		}
	}
	if at < 0 {
		return alone
	}
	return at
}
