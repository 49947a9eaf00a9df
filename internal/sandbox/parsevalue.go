package sandbox

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/timespan"

	"mxprobe/internal/yamlnode"
)

// fileReader walks the nodes of a world file and collects what is wrong.
type fileReader struct {
	file     string
	lines    []string
	problems Problems
}

func (r *fileReader) fail(n *yaml.Node, format string, args ...any) {
	r.failAt(n.Line, n.Column, format, args...)
}

func (r *fileReader) failAt(line, col int, format string, args ...any) {
	p := Problem{File: r.file, Line: max(line, 1), Col: max(col, 1), Message: fmt.Sprintf(format, args...)}
	r.problems = append(r.problems, p)
}

// plain reports whether a node is there, and refuses aliases: they save
// little in such a file, and can make a small file huge.
func (r *fileReader) plain(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	if n.Kind == yaml.AliasNode {
		r.fail(n, "aliases (*%s) are not used in world files", n.Value)
		return false
	}
	return true
}

// entries calls f for each key of a map and refuses keys given twice.
func (r *fileReader) entries(n *yaml.Node, what string, f func(k, v *yaml.Node)) {
	if !r.plain(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s: expected a map, found %s", what, yamlnode.Kind(n))
		return
	}
	entries := yamlnode.Entries(n, func(key, first *yaml.Node) {
		if first == nil {
			r.fail(key, "%s: a key is %s", what, yamlnode.Kind(key))
			return
		}
		r.fail(key, "key %q stands already on line %d", key.Value, first.Line)
	})
	for _, e := range entries {
		f(e.Key, e.Value)
	}
}

// mapping calls f for each allowed key of a map.
func (r *fileReader) mapping(n *yaml.Node, what string, allowed []string, f func(key string, v *yaml.Node)) {
	r.entries(n, what, func(k, v *yaml.Node) {
		if !slices.Contains(allowed, k.Value) {
			r.fail(k, "unknown key %q in a %s (%s)", k.Value, what, orAllowed(k.Value, allowed))
			return
		}
		if r.plain(v) {
			f(k.Value, v)
		}
	})
}

// items calls f for each element of a list.
func (r *fileReader) items(n *yaml.Node, what string, f func(n *yaml.Node)) {
	if !r.plain(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "%s: expected a list, found %s", what, yamlnode.Kind(n))
		return
	}
	r.each(n, f)
}

// each calls f for each element of a list, or for a single value.
func (r *fileReader) each(n *yaml.Node, f func(n *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		f(n)
		return
	}
	for _, item := range n.Content {
		if r.plain(item) {
			f(item)
		}
	}
}

func (r *fileReader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.fail(n, "expected text, found %s", yamlnode.Kind(n))
		return ""
	}
	return n.Value
}

func (r *fileReader) texts(n *yaml.Node) []string {
	out := []string{}
	r.each(n, func(n *yaml.Node) { out = append(out, r.text(n)) })
	return out
}

func (r *fileReader) word(n *yaml.Node, allowed ...string) string {
	text := r.text(n)
	if text != "" && !slices.Contains(allowed, text) {
		r.fail(n, "%q is not known here (%s)", text, orAllowed(text, allowed))
	}
	return text
}

func (r *fileReader) boolean(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		r.fail(n, "expected true or false, found %s", yamlnode.Kind(n))
		return false
	}
	var out bool
	if err := n.Decode(&out); err != nil {
		r.fail(n, "expected true or false, found %s", yamlnode.Kind(n))
	}
	return out
}

func (r *fileReader) number(n *yaml.Node) int64 {
	out, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || err != nil || out < 0 || out > math.MaxInt32 {
		r.fail(n, "expected a number from 0 to %d, found %s", math.MaxInt32, yamlnode.Kind(n))
		return 0
	}
	return out
}

func (r *fileReader) duration(n *yaml.Node) time.Duration {
	out, err := timespan.Parse(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		r.fail(n, "expected a time with its unit (500ms, 2s, 1m), found %s", yamlnode.Kind(n))
		return 0
	}
	return out
}
