package scenarios

import (
	"encoding/hex"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// What stands behind the key of an action is read by these.

func (p *parser) takeLine(a *action, s *Step, n *yaml.Node) {
	s.Text = p.commandLine(n, a.key)
	s.Verb = s.Text.verb()
}

func (p *parser) takeRaw(a *action, s *Step, n *yaml.Node) { s.Text = p.template(n, a.key, true) }

func (p *parser) takeBytes(_ *action, s *Step, n *yaml.Node) { s.Bytes = p.hex(n) }

func (p *parser) takeStartTLS(_ *action, s *Step, n *yaml.Node) { s.StartTLS = p.starttls(n) }

func (p *parser) takeAuth(_ *action, s *Step, n *yaml.Node) {
	s.Auth = &AuthOptions{Pos: pos(n), Mechanism: p.mechanism(n)}
}

func (p *parser) takeReply(a *action, s *Step, n *yaml.Node) {
	p.replyOption(s, field{name: a.key, value: n})
}

func (p *parser) takeSleep(a *action, s *Step, n *yaml.Node) { s.Sleep = p.duration(n, a.key, true) }

func (p *parser) takeClose(_ *action, s *Step, n *yaml.Node) { s.Close = p.close(n) }

// takeContent reads a message or body: text, or a file.
func (p *parser) takeContent(a *action, s *Step, n *yaml.Node) {
	if n.Kind != yaml.MappingNode || p.slipOfShape(n) {
		s.Text = p.text(n, a.key)
		return
	}
	fields, ok := p.fields(n, keySet{what: a.key, keys: fileKeys(), odd: func(f field) bool { return p.contentKey(a, f) }})
	if ok && len(n.Content) == 0 {
		p.fail(n, "write the text after a bar, or {file: x.eml}", "%s has no text", a.key)
	}
	for _, f := range fields {
		s.Content = p.file(f.value)
	}
}

// contentKey reports keys that people put inside message by mistake.
func (p *parser) contentKey(a *action, f field) bool {
	if p.besideKey(a, f) {
		return true
	}
	if isKeyWord(f.name) {
		return false
	}
	p.fail(f.key, "start the text with a bar: "+a.key+": |", "%q looks like text, but YAML reads a key", f.name+":")
	return true
}

// besideKey reports a key that stands inside the value of an action, but
// belongs beside it.
func (p *parser) besideKey(a *action, f field) bool {
	if !a.suits(f.name) {
		return false
	}
	p.fail(f.key, "move it out by one level", "%s stands beside %s, not inside", f.name, a.key)
	return true
}

// hex reads bytes written in hex, in pairs of digits.
func (p *parser) hex(n *yaml.Node) []byte {
	text, ok := p.word(n, "bytes")
	if !ok {
		return nil
	}
	var out []byte
	at := p.at.offsetOf(p.src, pos(n))
	for _, word := range strings.Fields(text) {
		at += max(0, strings.Index(p.src.text[at:], word))
		b, err := hex.DecodeString(word)
		if err != nil {
			p.failAt(p.src.pos(at), len(word), "as in bytes: 2e 0d 0a ff", "%q is not bytes in hex, two digits each", word)
			return nil
		}
		out = append(out, b...)
		at += len(word)
	}
	return out
}

// pipeline reads the lines of a pipeline.
func (p *parser) pipeline(n *yaml.Node) []Step {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		p.steps++
		switch {
		case n.Kind == yaml.SequenceNode:
			p.fail(n, "", "there are no lines in the pipeline")
		case !p.slipOfShape(n):
			p.fail(n, "start each line with a hyphen", "pipeline is a list of lines, not %s", yamlnode.Kind(n))
		}
		return nil
	}
	out := make([]Step, 0, len(n.Content))
	for _, e := range n.Content {
		out = p.addStep(out, e, true)
		if p.steps > maxSteps {
			break
		}
	}
	return out
}

// file reads the content of a file; it is never nil if the file could be read.
func (p *parser) file(n *yaml.Node) []byte {
	path, ok := p.word(n, "file")
	if !ok {
		return nil
	}
	b, err := p.files.open(path)
	if err != nil {
		p.fail(yamlnode.Deref(n), fileHint(err), "%v", err)
		return nil
	}
	if b == nil {
		b = []byte{}
	}
	return b
}

func (p *parser) close(n *yaml.Node) CloseHow {
	how, ok := p.word(n, "close")
	switch how {
	case "reset":
		return CloseRST
	case "tls":
		return CloseTLS
	case "true":
		return CloseFIN
	}
	if ok {
		p.fail(n, "allowed: reset, tls, true", "%q is no way to close", how)
	}
	return CloseFIN
}
