package scenarios

import (
	"slices"
	"strings"

	"mxprobe/internal/yamlnode"
)

// What may stand beside many actions; see action.beside.
const (
	besideAll     = "name if unless"
	besideTimed   = besideAll + " timeout for"
	besideReply   = besideTimed + " repeat within expect enhanced text lines pass_if skip_if capture"
	besideText    = besideReply + " may_fail"
	besideLine    = besideText + " offers lacks"
	besideMessage = besideText + " headers attach dkim as_is"
	besideLogin   = besideReply + " user password authzid initial cancel binding allow_clear"
)

// option is a key that stands beside an action.
type option struct {
	key  string
	read func(p *parser, s *Step, f field)
	// misfit says where it belongs, for a step with another action; empty if
	// that follows from the table of actions.
	misfit string
}

// options is the table of them, in the order in which people write them.
var options = [...]option{
	{key: "name", read: func(p *parser, s *Step, f field) { s.Name = p.line(f.value, f.name) }},
	{key: "expect", read: (*parser).replyOption},
	{key: "enhanced", read: (*parser).replyOption},
	{key: "text", read: (*parser).replyOption},
	{key: "lines", read: (*parser).replyOption},
	{key: "offers", read: (*parser).replyOption, misfit: "it is about the reply to EHLO"},
	{key: "lacks", read: (*parser).replyOption, misfit: "it is about the reply to EHLO"},
	{key: "within", read: (*parser).replyOption},
	{key: "timeout", read: func(p *parser, s *Step, f field) { s.Timeout = p.duration(f.value, f.name, false) }},
	{
		key: "optional", read: func(p *parser, s *Step, f field) { s.Optional = p.boolean(f.value, f.name) },
		misfit: "it is for a step with expect alone",
	},
	{key: "pass_if", read: func(p *parser, s *Step, f field) { s.PassIf = p.endingCodes(f) }},
	{key: "skip_if", read: func(p *parser, s *Step, f field) { s.SkipIf = p.endingCodes(f) }},
	{key: "capture", read: func(p *parser, s *Step, f field) { s.Captures = p.captures(f.value) }},
	{key: "may_fail", read: func(p *parser, s *Step, f field) { s.MayFail, _ = p.word(f.value, f.name) }},
	{key: "for", read: func(p *parser, s *Step, f field) { s.ForTo = p.forTo(f.value) }},
	{key: "repeat", read: func(p *parser, s *Step, f field) { s.Repeat = p.number(f.value, f.name, 1, maxSteps) }},
	{key: "if", read: func(p *parser, s *Step, f field) { s.If = p.conditions(f.value, f.name) }},
	{key: "unless", read: func(p *parser, s *Step, f field) { s.Unless = p.conditions(f.value, f.name) }},
	{key: "headers", read: func(p *parser, s *Step, f field) { s.Headers = p.headers(f.value) }},
	{key: "attach", read: func(p *parser, s *Step, f field) { s.Attach = p.attach(f.value) }},
	{key: "dkim", read: func(p *parser, s *Step, f field) { s.DKIM = p.dkim(f.value) }},
	{key: "as_is", read: func(p *parser, s *Step, f field) { s.AsIs = p.boolean(f.value, f.name) }},
	{key: "stuff", read: func(p *parser, s *Step, f field) { s.NoStuff = !p.boolean(f.value, f.name) }},
	{key: "end", read: func(p *parser, s *Step, f field) { s.NoEnd = !p.boolean(f.value, f.name) }},
	{key: "chunk", read: func(p *parser, s *Step, f field) { s.Chunks = p.chunks(f.value) }},
	{key: "last", read: func(p *parser, s *Step, f field) { s.NotLast = !p.boolean(f.value, f.name) }},
	{key: "user", read: func(p *parser, s *Step, f field) { s.Auth.User = p.text(f.value, f.name) }},
	{key: "password", read: func(p *parser, s *Step, f field) { s.Auth.Password = p.text(f.value, f.name) }},
	{key: "authzid", read: func(p *parser, s *Step, f field) { s.Auth.Authzid = p.text(f.value, f.name) }},
	{key: "initial", read: func(p *parser, s *Step, f field) {
		initial := p.boolean(f.value, f.name)
		s.Auth.Initial = &initial
	}},
	{key: "cancel", read: func(p *parser, s *Step, f field) { s.Auth.Cancel = p.boolean(f.value, f.name) }},
	{key: "binding", read: func(p *parser, s *Step, f field) { s.Auth.Binding = p.binding(f.value) }},
	{key: "allow_clear", read: func(p *parser, s *Step, f field) { s.Auth.AllowClear = p.boolean(f.value, f.name) }},
}

// optionOf returns the option of a key, nil if there is none.
func optionOf(key string) *option {
	i := slices.IndexFunc(options[:], func(o option) bool { return o.key == key })
	if i < 0 {
		return nil
	}
	return &options[i]
}

// stepKeys returns every key of the map of a step, the actions first.
func stepKeys() []string {
	keys := actionKeys()
	for i := range options {
		if !slices.Contains(keys, options[i].key) {
			keys = append(keys, options[i].key)
		}
	}
	return keys
}

// suits reports whether a key may stand beside the action.
func (a *action) suits(key string) bool {
	return slices.Contains(strings.Fields(a.beside), key)
}

// aside reads a key that stands beside the action, under the key that is
// written.
func (p *parser) aside(s *Step, f field, written string) {
	o := optionOf(f.name)
	switch {
	case o == nil: // a second action, reported already
	case !actions[s.Action].suits(f.name):
		p.fail(f.key, o.belongs(s.Action), "%s does not go with %s", f.name, written)
	default:
		o.read(p, s, f)
	}
}

// belongs says where the key does belong, or why it is of no use beside this
// action.
func (o *option) belongs(beside Action) string {
	if o.misfit != "" {
		return o.misfit
	}
	var homes []string
	for i := range actions {
		if actions[i].suits(o.key) {
			homes = append(homes, actions[i].key)
		}
	}
	switch {
	case len(homes) <= 2:
		return "it belongs to " + strings.Join(homes, " and ")
	case beside == Close:
		return "the connection ends here"
	case beside == Pipeline:
		return "put it at a line of the pipeline"
	case o.key == "repeat":
		return "there is one message to wait for"
	}
	return "no reply is read here"
}

// replyOption reads a key of what the reply must be.
func (p *parser) replyOption(s *Step, f field) { p.expectation(&s.Expect, f) }

// endingCodes reads the codes that end the dialogue.
func (p *parser) endingCodes(f field) Codes {
	codes := p.codes(f.value, f.name)
	if codes.None || codes.Any || codes.Silence {
		p.fail(yamlnode.Deref(f.value), "allowed: 250, 25x, 2xx, eof, or a list", "%s needs codes, not any, silence or none", f.name)
	}
	return codes
}
