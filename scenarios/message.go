package scenarios

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/ascii"
	"mxprobe/internal/yamlnode"
)

// headers reads the fields to put into a message.
func (p *parser) headers(n *yaml.Node) []Header {
	fields, _ := p.fields(n, keySet{what: "headers"})
	out := make([]Header, 0, len(fields))
	for _, f := range fields {
		if !ascii.FieldName(f.name) {
			p.fail(f.key, "as in Subject: a test", "%q cannot be the name of a header field", f.name)
			continue
		}
		out = append(out, Header{pos(f.key), f.name, p.line(f.value, f.name)})
	}
	return out
}

// attach reads the files to add to a message.
func (p *parser) attach(n *yaml.Node) []Attachment {
	var out []Attachment
	for _, e := range p.list(n, "attach") {
		if e = yamlnode.Deref(e); e.Kind != yaml.MappingNode || p.slipOfShape(e) {
			out = append(out, Attachment{Pos: pos(e), Name: baseName(e), Content: p.file(e)})
			continue
		}
		if a, ok := p.attachment(e); ok {
			out = append(out, a)
		}
	}
	if emptyList(n) {
		p.fail(yamlnode.Deref(n), "", "attach is an empty list")
	}
	return out
}

// attachment reads one that is written as a map.
func (p *parser) attachment(n *yaml.Node) (Attachment, bool) {
	a := Attachment{Pos: pos(n)}
	fields, ok := p.fields(n, keySet{what: "attach", keys: attachKeys()})
	has := func(name string) bool {
		return slices.ContainsFunc(fields, func(f field) bool { return f.name == name })
	}
	for _, f := range fields {
		switch f.name {
		case "file":
			a.Content = p.file(f.value)
			if a.Name.IsZero() {
				a.Name = baseName(yamlnode.Deref(f.value))
			}
		case "name":
			a.Name = p.line(f.value, "name")
			if name, ok := a.Name.Literal(); ok && !fileName(name) {
				p.fail(yamlnode.Deref(f.value), "", "%q cannot be the name of an attachment", name)
			}
		case "text":
			a.Text = p.template(f.value, "text", true)
		}
	}
	switch {
	case !ok:
	case has("file") == has("text"):
		p.fail(n, "file: PATH, or name: and text:", "an attachment is either a file or a text")
	case has("text") && !has("name"):
		p.fail(n, "add name:", "an attachment that is a text needs a name")
	}
	return a, ok
}

// baseName is the name of an attachment that has none but that of its file.
func baseName(n *yaml.Node) Text {
	name := filepath.Base(n.Value)
	return Text{pos: pos(n), source: name, value: name, given: true}
}

// fileName reports whether a name can be that of an attachment: one that a
// mail program could take for a path is not.
func fileName(name string) bool { return !strings.ContainsAny(name, "\r\n\"\\/") }

// FileName returns the name that the recipient sees. The error is a
// *TextError.
func (a *Attachment) FileName(lookup Lookup) (string, error) {
	name, err := a.Name.Expand(lookup)
	if err == nil && !fileName(name) {
		message := fmt.Sprintf("stands for %q, which cannot be the name of an attachment", name)
		return "", &TextError{Pos: a.Name.pos, Text: a.Name.source, Message: message}
	}
	return name, err
}

// dkim reads how a message is signed.
func (p *parser) dkim(n *yaml.Node) *DKIM {
	n = yamlnode.Deref(n)
	d := &DKIM{Pos: pos(n)}
	fields, ok := p.fields(n, keySet{what: "dkim", keys: dkimKeys()})
	for _, f := range fields {
		switch f.name {
		case "domain":
			d.Domain = p.line(f.value, "domain")
		case "selector":
			d.Selector = p.line(f.value, "selector")
		case "key":
			d.KeyFile = p.keyFile(f.value)
		}
	}
	for _, name := range dkimKeys() {
		if ok && !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			p.fail(n, "as in {domain: example.org, selector: s1, key: {file: s1.pem}}", "dkim has no %s", name)
		}
	}
	return d
}

// keyFile reads where a private key is. The key itself never stands in a
// scenario.
func (p *parser) keyFile(n *yaml.Node) string {
	n = yamlnode.Deref(n)
	if n.Kind != yaml.MappingNode {
		p.fail(n, "key: {file: s1.pem}", "the key says where it comes from, not what it is")
		return ""
	}
	path := ""
	fields, ok := p.fields(n, keySet{what: "key", keys: fileKeys()})
	for _, f := range fields {
		path, _ = p.word(f.value, "file")
	}
	if ok && len(fields) == 0 {
		p.fail(n, "key: {file: s1.pem}", "the key has no file")
	}
	return path
}
