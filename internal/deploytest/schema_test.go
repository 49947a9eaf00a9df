package deploytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// documents decodes the documents of a YAML file.
func documents(t *testing.T, text string) []map[string]any {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var all []map[string]any
	for {
		var one map[string]any
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
}

// conforms says in what a document does not follow a JSON Schema of
// testdata/schemas, nil where it does. Where the schemas come from is in the
// README there.
func conforms(t *testing.T, schema string, document any) error {
	t.Helper()
	published, err := jsonschema.UnmarshalJSON(strings.NewReader(read(t, filepath.Join("testdata", "schemas", schema))))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("file:///schema.json", published); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("file:///schema.json")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(value)
}

// follows holds a document to a schema, which has to notice what spoil does to
// that document.
func follows(t *testing.T, schema string, document any, spoil func()) {
	t.Helper()
	if err := conforms(t, schema, document); err != nil {
		t.Error(err)
	}
	spoil()
	if conforms(t, schema, document) == nil {
		t.Errorf("%s lets pass what it must not", schema)
	}
}

// at returns what stands under the keys of a document, one below the other;
// a number is a place in a list.
func at(t *testing.T, document any, keys ...any) any {
	t.Helper()
	for _, key := range keys {
		switch k := key.(type) {
		case string:
			m, _ := document.(map[string]any)
			document = m[k]
		case int:
			list, _ := document.([]any)
			if k >= len(list) {
				t.Fatalf("no %d at %v", k, keys)
			}
			document = list[k]
		}
		if document == nil {
			t.Fatalf("nothing at %v of %v", key, keys)
		}
	}
	return document
}

// words are the elements of a list as text.
func words(t *testing.T, list any) []string {
	t.Helper()
	var all []string
	for _, w := range list.([]any) {
		s, ok := w.(string)
		if !ok {
			t.Fatalf("%v is no text", w)
		}
		all = append(all, s)
	}
	return all
}
