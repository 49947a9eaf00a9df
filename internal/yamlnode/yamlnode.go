// Package yamlnode reads YAML into nodes and says what a node is, for readers
// that tell the place of every mistake. What the nodes mean is theirs.
package yamlnode

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Decode reads YAML into nodes, one for each document. The error is that of
// the YAML module; see Message.
func Decode(text string) (nodes []*yaml.Node, err error) {
	// The module is not maintained any more; a fault in it must not take
	// the program down.
	defer func() {
		if r := recover(); r != nil {
			nodes, err = nil, fmt.Errorf("yaml: %v", r)
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		n := new(yaml.Node)
		switch err := d.Decode(n); {
		case errors.Is(err, io.EOF):
			return nodes, nil
		case err != nil:
			return nil, err
		}
		nodes = append(nodes, n)
	}
}

// Message takes an error of Decode apart: what it says, and the line that it
// names, 1 if it names none. That line may be the one of the map or list
// around the mistake; there is no column.
func Message(err error) (message string, line int) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	rest, ok := strings.CutPrefix(message, "line ")
	if !ok {
		return message, 1
	}
	number, rest, ok := strings.Cut(rest, ": ")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return message, 1
	}
	return rest, max(n, 1)
}

// Deref returns the node that an alias stands for.
func Deref(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// Kind returns what a node is, for messages: a map, a list, nothing, or its
// text between quotes.
func Kind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a map"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case Missing(n):
		return "nothing"
	default:
		return fmt.Sprintf("%q", n.Value)
	}
}

// Missing reports whether there is no value at all, as after "send:". An empty
// text in quotes is one.
func Missing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" &&
		n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// Entry is a key of a map and its value.
type Entry struct{ Key, Value *yaml.Node }

// Entries returns the entries of a map in their order. again is called for a
// key that was there before, and for one that is no word; these are left out.
func Entries(n *yaml.Node, again func(key, first *yaml.Node)) []Entry {
	out := make([]Entry, 0, len(n.Content)/2)
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := Deref(n.Content[i])
		first := seen[key.Value]
		if key.Kind != yaml.ScalarNode || first != nil {
			again(key, first)
			continue
		}
		seen[key.Value] = key
		out = append(out, Entry{key, n.Content[i+1]})
	}
	return out
}
