package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlslip"

	"mxprobe/internal/yamlnode"
)

// slipOfShape reports {{ .x }}, which YAML reads as a map in a map.
func (p *parser) slipOfShape(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle == 0 || len(n.Content) == 0 ||
		n.Content[0].Kind != yaml.MappingNode {
		return false
	}
	p.failAt(pos(n), 2, "variables are written ${x}", "{{ starts a map in YAML")
	return true
}

// stepKey reports an unknown key of a step that is a command, because a blank
// follows its colon, or that belongs into a map of the step.
func (p *parser) stepKey(f field) bool {
	known := stepKeys()
	switch {
	case strings.EqualFold(f.name, "DATA") && !yamlnode.Missing(yamlnode.Deref(f.value)):
		p.fail(f.key, "write message: | in its place, which says DATA itself, without the dot at the end", "unknown key %q: a text behind DATA is a message", f.name)
	case isCommand(f.name) && !slices.Contains(known, strings.ToLower(f.name)):
		at := pos(f.key)
		at.Col += utf8.RuneCountInString(f.name) + 1
		p.blankAfterColon(at, f.name, yamlnode.Missing(yamlnode.Deref(f.value)))
	case slices.Contains(starttlsKeys(), f.name):
		p.inside(f, "starttls")
	case slices.Contains(dkimKeys(), f.name):
		p.inside(f, "dkim")
	default:
		return false
	}
	return true
}

// inside says of a key that it belongs into the map of another.
func (p *parser) inside(f field, holder string) {
	p.fail(f.key, fmt.Sprintf("it belongs inside: %s: {%s: ...}", holder, f.name), "unknown key %q", f.name)
}

// isCommand reports whether a key looks like the start of a line to send.
func isCommand(key string) bool {
	if strings.ContainsAny(key, " <>@:") || key != "" && key == strings.ToUpper(key) && key != strings.ToLower(key) {
		return true
	}
	return isVerb(key)
}

// isVerb reports whether a word is a command of SMTP or LMTP.
func isVerb(word string) bool {
	switch strings.ToUpper(word) {
	case "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP", "ETRN":
		return true
	}
	return false
}

// blankAfterColon reports a colon that makes a key of what is before it; at
// is the place after the colon.
func (p *parser) blankAfterColon(at Pos, before string, atEnd bool) {
	if atEnd {
		at.Col--
		p.failAt(at, 1, "quote the whole line", "the colon at the end of %q makes this a YAML key", before+":")
		return
	}
	advice := yamlslip.BlankAfter(before+":", "quote the whole line")
	if isVerb(before) {
		advice = "leave the colon out, or quote the whole line"
	}
	p.failAt(at, 1, advice, "the blank after %q makes this a YAML key", before+":")
}

// isKeyWord reports whether text looks like a key of the language.
func isKeyWord(text string) bool {
	for i := range len(text) {
		if c := text[i]; c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return text != ""
}
