package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"
)

// field is a key of a map and its value.
type field struct {
	name       string
	key, value *yaml.Node
}

// keySet says which keys a map may have, and what the map is called.
type keySet struct {
	what string // as in "a step"
	keys []string
	// odd, if not nil, is asked about an unknown key first; it returns true
	// if it has reported it.
	odd func(f field) bool
}

// hint names the keys that are allowed.
func (s keySet) hint() string {
	if s.keys == nil {
		return "name: value"
	}
	if len(s.keys) > manyKeys {
		return fmt.Sprintf("allowed: %s and %d other keys; mxprobe schema has them all",
			strings.Join(s.keys[:fewKeys], ", "), len(s.keys)-fewKeys)
	}
	return "allowed: " + allowed(s.keys)
}

func pos(n *yaml.Node) Pos { return Pos{n.Line, n.Column} }

// deref returns the node that an alias stands for.
func deref(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// fail reports a mistake that n is.
func (p *parser) fail(n *yaml.Node, hint, format string, args ...any) {
	width := 1
	if n.Kind == yaml.ScalarNode {
		width = p.src.width(pos(n))
	}
	p.failAt(pos(n), width, hint, format, args...)
}

func (p *parser) failAt(at Pos, width int, hint, message string, args ...any) {
	if at.Line < 1 {
		at = Pos{1, 1}
	}
	if p.quiet[at.Line] || len(p.problems) > maxProblems {
		return
	}
	if len(p.problems) == maxProblems {
		message, hint, args = "there are more than %d mistakes; what follows was not looked at", "", []any{maxProblems}
	}
	p.problems = append(p.problems, p.src.problem(at, width, fmt.Sprintf(message, args...), hint))
}

// kind returns what a node is, for messages.
func kind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a map"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case missing(n):
		return "nothing"
	default:
		return fmt.Sprintf("%q", n.Value)
	}
}

// missing reports whether there is no value at all, as after "send:". An
// empty text in quotes is one.
func missing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" &&
		n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// fields returns the fields of a map that belong there, each once, and
// reports all others. ok is false if n is no map.
func (p *parser) fields(n *yaml.Node, set keySet) (fields []field, ok bool) {
	n = deref(n)
	if n.Kind != yaml.MappingNode {
		if !p.slipOfShape(n) {
			p.fail(n, set.hint(), "%s is a map, not %s", set.what, kind(n))
		}
		return nil, false
	}
	if p.slipOfShape(n) {
		return nil, false
	}
	if len(n.Content) > 2*maxEntries {
		p.fail(n, "", "%s has more than %d keys", set.what, maxEntries)
		return nil, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := deref(n.Content[i])
		f := field{key.Value, key, n.Content[i+1]}
		if key.Kind != yaml.ScalarNode {
			p.fail(key, "", "a key is a word, not %s", kind(key))
			continue
		}
		if first := slices.IndexFunc(fields, func(g field) bool { return g.name == f.name }); first >= 0 {
			at := fields[first].key
			p.fail(key, "keep one of them", "key %q is given twice, first at %d:%d", f.name, at.Line, at.Column)
			continue
		}
		if key.Tag == "!!merge" {
			p.fail(key, "repeat the keys", "scenarios have no merge keys")
			continue
		}
		if set.keys != nil && !slices.Contains(set.keys, f.name) {
			if set.odd == nil || !set.odd(f) {
				p.unknownKey(f, set)
			}
			continue
		}
		fields = append(fields, f)
	}
	return fields, true
}

const (
	// fewKeys is how many keys can be listed beside a suggestion without
	// hiding it.
	fewKeys = 12
	// manyKeys is how many can be listed at all.
	manyKeys = 24
)

func (p *parser) unknownKey(f field, set keySet) {
	if missing(f.key) {
		p.fail(f.key, set.hint(), "a key is missing before the colon")
		return
	}
	meant, hint := spelling.DidYouMean(f.name, set.keys), set.hint()
	if meant != "" && len(set.keys) > fewKeys {
		hint = ""
	}
	p.fail(f.key, hint, "unknown key %q%s", f.name, meant)
}

// list returns the elements of a list, or the node itself if it is none.
func (p *parser) list(n *yaml.Node, what string) []*yaml.Node {
	if n = deref(n); n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	if len(n.Content) > maxEntries {
		p.fail(n, "", "%s has more than %d entries", what, maxEntries)
		return n.Content[:maxEntries]
	}
	return n.Content
}

func emptyList(n *yaml.Node) bool {
	n = deref(n)
	return n.Kind == yaml.SequenceNode && len(n.Content) == 0
}

// scalar returns the text of a node as it is written; what says what it
// should be. A value that YAML would convert (5.10, 2e10) keeps its text.
func (p *parser) scalar(n *yaml.Node, what string) (string, bool) {
	n = deref(n)
	switch {
	case p.slipOfShape(n):
		return "", false
	case n.Kind != yaml.ScalarNode:
		p.fail(n, "", "%s is a single value here, not %s", what, kind(n))
		return "", false
	case missing(n):
		p.fail(n, `an empty text is written ""`, "%s has no value", what)
		return "", false
	case n.Style&yaml.TaggedStyle != 0:
		p.fail(n, "leave the tag out, or quote the text", "YAML tags such as %q mean nothing here", n.Tag)
		return "", false
	}
	return n.Value, true
}
