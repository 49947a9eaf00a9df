package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"

	"mxprobe/internal/yamlnode"
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

// fields returns the fields of a map that belong there, each once, and
// reports all others. ok is false if n is no map.
func (p *parser) fields(n *yaml.Node, set keySet) (fields []field, ok bool) {
	n = yamlnode.Deref(n)
	if n.Kind != yaml.MappingNode {
		if !p.slipOfShape(n) {
			p.fail(n, set.hint(), "%s is a map, not %s", set.what, yamlnode.Kind(n))
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
	entries := yamlnode.Entries(n, func(key, first *yaml.Node) {
		if first == nil {
			p.fail(key, "", "a key is a word, not %s", yamlnode.Kind(key))
			return
		}
		p.fail(key, "keep one of them", "key %q is given twice, first at %d:%d", key.Value, first.Line, first.Column)
	})
	for _, e := range entries {
		f := field{e.Key.Value, e.Key, e.Value}
		if e.Key.Tag == "!!merge" {
			p.fail(e.Key, "repeat the keys", "scenarios have no merge keys")
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
	if yamlnode.Missing(f.key) {
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
	if n = yamlnode.Deref(n); n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	if len(n.Content) > maxEntries {
		p.fail(n, "", "%s has more than %d entries", what, maxEntries)
		return n.Content[:maxEntries]
	}
	return n.Content
}

func emptyList(n *yaml.Node) bool {
	n = yamlnode.Deref(n)
	return n.Kind == yaml.SequenceNode && len(n.Content) == 0
}

// scalar returns the text of a node as it is written; what says what it
// should be. A value that YAML would convert (5.10, 2e10) keeps its text.
func (p *parser) scalar(n *yaml.Node, what string) (string, bool) {
	n = yamlnode.Deref(n)
	switch {
	case p.slipOfShape(n):
		return "", false
	case n.Kind != yaml.ScalarNode:
		p.fail(n, "", "%s is a single value here, not %s", what, yamlnode.Kind(n))
		return "", false
	case yamlnode.Missing(n):
		p.fail(n, `an empty text is written ""`, "%s has no value", what)
		return "", false
	case n.Style&yaml.TaggedStyle != 0:
		p.fail(n, "leave the tag out, or quote the text", "YAML tags such as %q mean nothing here", n.Tag)
		return "", false
	}
	return n.Value, true
}
