package scenarios

import (
	"encoding/hex"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// act reads the value of a step's action.
func (p *parser) act(s *Step, f field) {
	v := deref(f.value)
	switch s.Action {
	case Send:
		s.Text = p.commandLine(v, "send")
		s.Verb = s.Text.verb()
	case Raw:
		s.Text = p.template(v, "raw", true)
	case Bytes:
		s.Bytes = p.hex(v)
	case Pipeline:
		s.Steps = p.pipeline(v)
	case Message, Body, BDAT:
		p.content(s, v)
	case StartTLS:
		s.StartTLS = p.starttls(v)
	case Auth:
		s.Auth = &AuthOptions{Pos: pos(v), Mechanism: p.mechanism(v)}
	case Sleep:
		s.Sleep = p.duration(v, "sleep", true)
	case Close:
		s.Close = p.close(v)
	case Arrives, Report:
		s.Mailbox = p.mailbox(v, s.Action)
	}
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
			p.fail(n, "start each line with a hyphen", "pipeline is a list of lines, not %s", kind(n))
		}
		return nil
	}
	out := make([]Step, 0, len(n.Content))
	for _, e := range n.Content {
		if s, ok := p.step(deref(e), true); ok {
			out = append(out, s)
		}
		if p.steps > maxSteps {
			break
		}
	}
	return out
}

// content reads a message or body: text, or a file.
func (p *parser) content(s *Step, n *yaml.Node) {
	what := s.Action.String()
	if n.Kind != yaml.MappingNode || p.slipOfShape(n) {
		s.Text = p.text(n, what)
		return
	}
	fields, ok := p.fields(n, keySet{what: what, keys: fileKeys(), odd: func(f field) bool { return p.contentKey(f, what) }})
	if ok && len(n.Content) == 0 {
		p.fail(n, "write the text after a bar, or {file: x.eml}", "%s has no text", what)
	}
	for _, f := range fields {
		s.Content = p.file(f.value)
	}
}

// contentKey reports keys that people put inside message by mistake.
func (p *parser) contentKey(f field, what string) bool {
	switch {
	case slices.Contains(stepKeys(), f.name):
		p.fail(f.key, "move it out by one level", "%s stands beside %s, not inside", f.name, what)
	case !isKeyWord(f.name):
		p.fail(f.key, "start the text with a bar: "+what+": |", "%q looks like text, but YAML reads a key", f.name+":")
	default:
		return false
	}
	return true
}

// file reads the content of a file; it is never nil if the file could be read.
func (p *parser) file(n *yaml.Node) []byte {
	path, ok := p.word(n, "file")
	if !ok {
		return nil
	}
	b, err := p.files.open(beside(p.dir, path))
	if err != nil {
		p.fail(deref(n), "paths are relative to the scenario", "%v", err)
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
