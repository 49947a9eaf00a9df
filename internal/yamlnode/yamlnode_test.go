package yamlnode

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestDecodeReadsEveryDocument(t *testing.T) {
	t.Parallel()
	nodes, err := Decode("a: b\n---\n- c\n")
	if err != nil || len(nodes) != 2 {
		t.Fatalf("Decode = %d nodes, %v; want 2", len(nodes), err)
	}
	for i, want := range []string{"a map", "a list"} {
		if got := Kind(nodes[i].Content[0]); got != want {
			t.Errorf("document %d is %s; want %s", i+1, got, want)
		}
	}
	if nodes, err := Decode(""); err != nil || len(nodes) != 0 {
		t.Errorf("Decode of nothing = %d nodes, %v", len(nodes), err)
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"yaml: line 3: did not find x": "3 did not find x",
		"yaml: line x: y":              "1 line x: y",
		"yaml: unknown anchor":         "1 unknown anchor",
		"line 0: z":                    "1 z",
	} {
		message, line := Message(errors.New(text))
		if got := fmt.Sprintf("%d %s", line, message); got != want {
			t.Errorf("Message(%q) = %q; want %q", text, got, want)
		}
	}
	_, err := Decode("a: b\nc: [d\n")
	if err == nil {
		t.Fatal("an open bracket is no mistake")
	}
	if message, _ := Message(err); strings.HasPrefix(message, "yaml: ") || message == "" {
		t.Errorf("the message is %q", message)
	}
}

func TestKind(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"a:": "nothing", "a: ''": `""`, "a: x": `"x"`, "a: 5.10": `"5.10"`, "a: |\n": `""`, "a: {}": "a map", "a: []": "a list",
	} {
		nodes, err := Decode(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := Kind(nodes[0].Content[0].Content[1]); got != want {
			t.Errorf("%q is %s; want %s", src, got, want)
		}
	}
}

func TestEntriesAreGivenOnce(t *testing.T) {
	t.Parallel()
	nodes, err := Decode("&x a: 1\nb: 2\n*x : 3\n? [c]\n: 4\nb: 5\n")
	if err != nil {
		t.Fatal(err)
	}
	var odd []string
	var got []string
	for _, e := range Entries(nodes[0].Content[0], func(key, first *yaml.Node) {
		odd = append(odd, fmt.Sprintf("%s %v", Kind(key), first != nil))
	}) {
		got = append(got, e.Key.Value+e.Value.Value)
	}
	if strings.Join(got, " ") != "a1 b2" || strings.Join(odd, ", ") != `"a" true, a list false, "b" true` {
		t.Errorf("entries are %q, left out %q", got, odd)
	}
}

func FuzzDecode(f *testing.F) {
	for _, src := range []string{"", "a: b", "a: &x [*x]", "- {a: b}\n---\n? c\n", "\x00", "a: !!binary x"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		nodes, err := Decode(src)
		if err != nil {
			if message, line := Message(err); message == "" || line < 1 {
				t.Errorf("Message(%v) = %q, %d", err, message, line)
			}
			return
		}
		for _, n := range nodes {
			for _, c := range n.Content {
				_ = Kind(c)
			}
		}
	})
}
