package job

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"
	"mxprobe/internal/timespan"
	"mxprobe/internal/yamlnode"
)

func (r *reader) number(n *yaml.Node, most int) int {
	number, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || number < 1 || number > most {
		r.fail(n, "expected a number from 1 to %d, found %s", most, yamlnode.Kind(n))
		return 1
	}
	return number
}

func (r *reader) duration(n *yaml.Node) time.Duration {
	d, err := timespan.Parse(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d < minLease || d > maxLease {
		r.fail(n, "expected a time from %s to %s, found %s", timespan.String(minLease), timespan.String(maxLease), yamlnode.Kind(n))
		return minLease
	}
	return d
}

// entries returns the entries of a map whose keys are allowed; without any
// allowed, all are.
func (r *reader) entries(n *yaml.Node, what string, allowed ...string) []yamlnode.Entry {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s: expected a map, found %s", what, yamlnode.Kind(n))
		return nil
	}
	all := yamlnode.Entries(n, func(key, first *yaml.Node) {
		if first == nil {
			r.fail(key, "a key is %s", yamlnode.Kind(key))
			return
		}
		r.fail(key, "%s stands already on line %d", key.Value, first.Line)
	})
	return slices.DeleteFunc(all, func(e yamlnode.Entry) bool {
		if e.Value.Kind == yaml.AliasNode {
			r.fail(e.Value, "aliases are not used in jobs")
			return true
		}
		if len(allowed) > 0 && !slices.Contains(allowed, e.Key.Value) {
			r.fail(e.Key, "unknown key %q in %s%s; there are %s", e.Key.Value, what, spelling.DidYouMean(e.Key.Value, allowed), strings.Join(allowed, ", "))
			return true
		}
		return false
	})
}

// list returns the values of a list, or the one value.
func (r *reader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	return n.Content
}

func (r *reader) texts(n *yaml.Node) []string {
	var all []string
	for _, v := range r.list(n) {
		if text := r.text(v); text != "" {
			all = append(all, text)
		}
	}
	return all
}

func (r *reader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" {
		r.fail(n, "expected text, found %s", yamlnode.Kind(n))
		return ""
	}
	return n.Value
}
