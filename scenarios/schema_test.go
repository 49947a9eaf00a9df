package scenarios

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(Schema())))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("scenario.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// value turns a node into what a validator of JSON sees in an editor.
func value(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n = yamlnode.Deref(n); n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, value(t, c))
		}
		return list
	}
	var v any
	switch n.Tag {
	case "!!int", "!!float", "!!bool", "!!null":
		if err := n.Decode(&v); err != nil {
			t.Fatal(err)
		}
	default:
		return n.Value
	}
	// Numbers as a JSON reader has them.
	b, err := json.Marshal(v)
	if err != nil {
		return n.Value // infinity and the like
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// documentsOf returns the documents of a file that is YAML.
func documentsOf(t *testing.T, path string) ([]*yaml.Node, bool) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := yamlnode.Decode(strings.TrimPrefix(string(src), "\ufeff"))
	nodes = slices.DeleteFunc(nodes, func(n *yaml.Node) bool { return len(n.Content) == 0 || yamlnode.Missing(n.Content[0]) })
	return nodes, err == nil
}

func TestSchemaAcceptsWhatTheParserAccepts(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t)
	var paths []string
	for _, pattern := range []string{"*.yaml", "testdata/good/*.yaml", "testdata/examples/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no files %s (%v)", pattern, err)
		}
		paths = append(paths, found...)
	}
	for _, path := range paths {
		nodes, ok := documentsOf(t, path)
		if !ok {
			t.Fatalf("%s is no YAML", path)
		}
		for _, n := range nodes {
			if err := schema.Validate(value(t, n.Content[0])); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// beyondSchema are the files whose mistakes a schema cannot see, with the
// reason.
func beyondSchema() map[string]string {
	return map[string]string{
		"duplicate-key.yaml": "a key that stands twice is gone from the value",
		"empty.yaml":         "there is nothing to validate",
		"each-csv.yaml":      "the mistakes are in other files",
		"each-jsonl.yaml":    "the mistakes are in other files",
		"each-yaml.yaml":     "the mistakes are in other files",
		"direction.yaml":     "characters that are not shown are values like others",
		"old-mac.yaml":       "line ends are gone from the value",
		"alias-loop.yaml":    "it stands inside itself and has no value",
		"alias-bomb.yaml":    "it is too large to be a value",

		"steps-after-close.yaml": "a schema does not see what stands before",
		"continued.yaml":         "line ends are gone from the value",
	}
}

func TestSchemaRefusesWhatTheParserRefuses(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t)
	beyond := beyondSchema()
	for _, path := range badFiles(t) {
		name := filepath.Base(path)
		if beyond[name] != "" {
			delete(beyond, name)
			continue
		}
		nodes, ok := documentsOf(t, path)
		if !ok {
			continue // no YAML at all
		}
		refused := false
		for _, n := range nodes {
			refused = refused || schema.Validate(value(t, n.Content[0])) != nil
		}
		if !refused {
			t.Errorf("the schema takes %s", path)
		}
	}
	for name := range beyond {
		t.Errorf("there is no file %s to make an exception for", name)
	}
}

// One bad setting at a time: where a schema can see it, it does.
func TestSchemaAndParserAgree(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t)
	for src, inSchema := range map[string]bool{
		"steps: [NOOP]\nx: y":                                             true,
		"steps: []":                                                       true,
		"name: x":                                                         true,
		"steps: [{send: a, x: y}]":                                        true,
		"steps: [{send: a, raw: b}]":                                      true,
		"steps: [{name: a}]":                                              true,
		"steps: [{send: a, expect: 25y}]":                                 true,
		"steps: [{send: a, expect: 600}]":                                 true,
		"steps: [{send: a, expect: []}]":                                  true,
		"steps: [{send: a, within: 5}]":                                   true,
		"steps: [{send: a, within: 0s}]":                                  true,
		"steps: [{send: a, within: {x: 1s}}]":                             true,
		"steps: [{send: a, within: {warn: 2s, fail: 1s}}]":                false, // compares two values
		"steps: [{send: a, enhanced: 5.10}]":                              true,
		"steps: [{send: a, text: /x}]":                                    true,
		"steps: [{send: a, text: /(/}]":                                   false, // another dialect of patterns
		"steps: [{send: a, lines: x}]":                                    true,
		"steps: [{send: a, offers: 'A,B'}]":                               true,
		"steps: [{send: HELO a, offers: DSN}]":                            false, // looks into the line
		"steps: [{send: EHLO a, offers: STARTLS}]":                        false, // knows names
		"steps: [{send: a, optional: true}]":                              true,
		"steps: [{send: a, capture: {x: /a/}}]":                           true,
		"steps: [{send: a, pass_if: any}]":                                true,
		"steps: [{send: a, if: 'AUTH ${x}'}]":                             true,
		"steps: [{send: \"a\\nb\"}]":                                      true,
		"steps: [{bytes: 0d0}]":                                           true,
		"steps: [{sleep: 5}]":                                             true,
		"steps: [{sleep: 1s, expect: 250}]":                               true,
		"steps: [{close: no}]":                                            true,
		"steps: [{raw: x, text: y}]":                                      false, // goes with expect only, see sense
		"steps: [{pipeline: [STARTTLS]}]":                                 true,
		"steps: [{pipeline: [{sleep: 1s}]}]":                              true,
		"steps: [{pipeline: [NOOP], expect: 250}]":                        true,
		"steps: [{message: {file: x, y: z}}]":                             true,
		"steps: [{message: x, stuff: true}]":                              true,
		"steps: [{starttls: {min: 1.4}}]":                                 true,
		"steps: [{starttls: {client_key: x}}]":                            true,
		"steps: [{auth: PLAN, user: a, password: b}]":                     true,
		"steps: [{auth: PLAIN, user: a}]":                                 true,
		"steps: [{auth: PLAIN, cancel: false}]":                           true,
		"steps: [{auth: PLAIN, user: a, password: b, binding: tls}]":      true,
		"steps: [{auth: PLAIN, user: a, password: b, initial: maybe}]":    true,
		"steps: [{send: x, cancel: true}]":                                true,
		"steps: [NOOP]\nretry: {wait: 5m}":                                true,
		"steps: [NOOP]\nretry: {times: 1, on: x}":                         true,
		"steps: [NOOP]\nhosts: [{match: mx1}]":                            true,
		"steps: [NOOP]\nhosts: [{match: 'mx1:25', skip: x}]":              false, // kinds of matches
		"steps: [NOOP]\nsecrets: {a: b}":                                  true,
		"steps: [NOOP]\nsecrets: {a: {env: A, file: b}}":                  true,
		"steps: [NOOP]\nvars: {a b: c}":                                   true,
		"steps: [NOOP]\nvars: {a: [b]}":                                   true,
		"steps: [NOOP]\nvars: {a: '${'}":                                  false, // reads templates
		"steps: [NOOP]\neach: [a]":                                        true,
		"steps: [NOOP]\neach: a.txt":                                      true,
		"steps: [NOOP]\ngreeting: {offers: x}":                            true,
		"steps: [NOOP]\nport: 0":                                          true,
		"steps: [NOOP]\ntls: x":                                           true,
		"steps: [NOOP]\ntags: [a b]":                                      true,
		"steps: [NOOP]\nversion: 2":                                       true,
		"steps: [NOOP]\nvars: {a: b}\nsecrets: {a: {env: A}}":             false, // compares two maps
		"steps: [NOOP]\ntarget: mx1:25":                                   false, // kinds of targets
		"steps: [{expect: none}]":                                         false, // see sense
		"steps: [{send: a, expect: [none, 250]}]":                         false, // words of a list
		"steps: [{expect: 250, optional: true, send: a}]":                 true,
		"steps: [{close: true, timeout: 1s}]":                             true,
		"steps: [{message: x, offers: DSN}]":                              true,
		"steps: [{send: a, timeout: 1}]":                                  true,
		"steps: [{send: a, unless: []}]":                                  true,
		"steps: [NOOP]\nquit: maybe":                                      true,
		"steps: [NOOP]\npipeline: true":                                   true,
		"steps: [NOOP]\npipeline: [NOOP]":                                 true,
		"steps: [NOOP]\nhosts: [{match: mx1, skip: x, vars: {a: b}}]":     true,
		"steps: [{send: a, name: ''}]":                                    true,
		"steps: [{auth: PLAIN, user: a, password: b, expect: none}]":      false, // see sense
		"steps: [NOOP]\nsecrets: {a: {command: []}}":                      true,
		"steps: [NOOP]\nvars: {env.X: y}":                                 true,
		"steps: [{starttls: {valid_for: {warn: 1d, fail: 2d}}}]":          false, // compares two values
		"steps: [{starttls: {min: '1.3', max: '1.2'}}]":                   false, // compares two values
		"steps: [NOOP]\neach: [{a: b}]\nsecrets: {a: {env: A}}":           false, // compares two maps
		"steps: [{send: a, capture: {a: /(x)/}}]\nsecrets: {a: {env: A}}": false, // compares two maps
	} {
		if _, err := Parse("x.yaml", []byte(src)); err == nil {
			t.Errorf("the parser takes %q", src)
		}
		nodes, err := yamlnode.Decode(src)
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		if refused := schema.Validate(value(t, nodes[0].Content[0])) != nil; refused != inSchema {
			t.Errorf("the schema refuses %q: %v; want %v", src, refused, inSchema)
		}
	}
}
