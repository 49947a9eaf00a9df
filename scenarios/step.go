package scenarios

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// stepList reads the steps of a scenario.
func (p *parser) stepList(n *yaml.Node) []Step {
	n = deref(n)
	if n.Kind != yaml.SequenceNode {
		if !p.slipOfShape(n) {
			p.fail(n, "start each step with a hyphen", "steps is a list, not %s", kind(n))
		}
		return nil
	}
	if len(n.Content) == 0 {
		p.fail(n, "", "there are no steps in the list")
	}
	out := make([]Step, 0, len(n.Content))
	for _, e := range n.Content {
		if ended(out) {
			p.fail(deref(e), "end the scenario with close, or give close a condition", "this step is never played: the one before closes the connection")
			break
		}
		if s, ok := p.step(deref(e), false); ok {
			out = append(out, s)
		}
		if p.steps > maxSteps {
			p.fail(deref(e), "", "the scenario has more than %d steps", maxSteps)
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

// step reads one step. Inside a pipeline only lines and bytes can stand.
func (p *parser) step(n *yaml.Node, inPipeline bool) (Step, bool) {
	s := Step{Pos: pos(n), Number: p.steps + 1}
	if n.Kind != yaml.MappingNode {
		p.steps++
		return s, p.bare(&s, n, inPipeline)
	}
	before := len(p.problems)
	fields, ok := p.fields(n, keySet{what: aStep, keys: stepKeys(), odd: p.commandKey})
	clean := len(p.problems) == before
	at := p.action(fields)
	if !ok || at < 0 {
		p.steps++
		if ok && clean {
			p.fail(n, "one of: "+allowed(actionKeys()), "the step does nothing")
		}
		return s, false
	}
	s.Action = actionOf(fields[at].name)
	if inPipeline && s.Action != Send && s.Action != Raw && s.Action != Bytes {
		p.fail(fields[at].key, "allowed: bytes, raw, send, or the line alone", "%s cannot stand in a pipeline", s.Action)
		return s, false
	}
	if s.Action != Pipeline {
		p.steps++
	}
	p.act(&s, fields[at])
	for i, f := range fields {
		if i != at || s.Action == Read {
			p.aside(&s, f, fields[at])
		}
	}
	p.sense(&s, n, fields)
	if s.Action == Send {
		p.paramsAllowed(&s)
	}
	return s, true
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
	p.continued(deref(n))
	rest := strings.ReplaceAll(t.source, "\r\n", "")
	if strings.ContainsAny(rest, "\r\n") {
		p.fail(n, `write "\r\n" between two commands, or use raw`, "%s has a line end that is not CRLF", what)
	}
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
	line := []rune(p.src.line(n.Line))
	if n.Column < 1 || n.Column > len(line) || p.quiet[n.Line] || strings.Contains(string(line[n.Column-1:]), n.Value) {
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

// action returns the index of the field that is the step's action, -1 if
// there is none.
func (p *parser) action(fields []field) int {
	at := -1
	for i, f := range fields {
		if f.name == "expect" || !slices.Contains(actionKeys(), f.name) {
			continue
		}
		if at >= 0 {
			p.fail(f.key, "make two steps of it", "a step has one action, but this one has %s and %s", fields[at].name, f.name)
			continue
		}
		at = i
	}
	if at < 0 {
		at = slices.IndexFunc(fields, func(f field) bool { return f.name == "expect" })
	}
	return at
}

func actionOf(key string) Action {
	for a := Send; a < Close; a++ {
		if a.String() == key {
			return a
		}
	}
	return Close
}

// aside reads a key that stands beside the action.
func (p *parser) aside(s *Step, f, action field) {
	if f.name != action.name && slices.Contains(actionKeys(), f.name) && f.name != "expect" {
		return // a second action, reported already
	}
	if !suits(s.Action, f.name) {
		p.fail(f.key, misfit(s.Action, f.name), "%s does not go with %s", f.name, action.name)
		return
	}
	switch f.name {
	case "name":
		s.Name = p.line(f.value, "name")
	case "timeout":
		s.Timeout = p.duration(f.value, "timeout", false)
	case "optional":
		s.Optional = p.boolean(f.value, "optional")
	case "pass_if":
		s.PassIf = p.codes(f.value, "pass_if")
		if s.PassIf.None || s.PassIf.Any || s.PassIf.Silence {
			p.fail(deref(f.value), "allowed: 250, 25x, 2xx, eof, or a list", "pass_if needs codes, not any, silence or none")
		}
	case "may_fail":
		s.MayFail, _ = p.word(f.value, "may_fail")
	case "for":
		s.ForTo = p.forTo(f.value)
	case "repeat":
		s.Repeat = p.number(f.value, "repeat", 1, maxSteps)
	case "capture":
		s.Captures = p.captures(f.value)
	case "if":
		s.If = p.conditions(f.value, "if")
	case "unless":
		s.Unless = p.conditions(f.value, "unless")
	case "headers":
		s.Headers = p.headers(f.value)
	case "attach":
		s.Attach = p.attach(f.value)
	case "dkim":
		s.DKIM = p.dkim(f.value)
	case "as_is":
		s.AsIs = p.boolean(f.value, "as_is")
	case "chunk":
		s.Chunks = p.chunks(f.value)
	case "last":
		s.NotLast = !p.boolean(f.value, "last")
	case "stuff":
		s.NoStuff = !p.boolean(f.value, "stuff")
	case "end":
		s.NoEnd = !p.boolean(f.value, "end")
	case "user", "password", "authzid", "initial", "cancel", "binding", "allow_clear":
		p.authOption(s.Auth, f)
	default:
		p.expectation(&s.Expect, f)
	}
}

// misfit says where a key does belong.
func misfit(a Action, key string) string {
	switch key {
	case "optional":
		return "it is for a step with expect alone"
	case "offers", "lacks":
		return "it is about the reply to EHLO"
	case "as_is", "headers", "attach", "dkim":
		return "it belongs to message and bdat"
	case "chunk", "last":
		return "it belongs to bdat"
	case "stuff", "end":
		return "it belongs to body"
	case "user", "password", "authzid", "initial", "cancel", "binding", "allow_clear":
		return "it belongs to auth"
	}
	if key == "repeat" {
		return "there is one message to wait for"
	}
	if a == Pipeline {
		return "put it at a line of the pipeline"
	}
	return "no reply is read here"
}
