package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsPutIntoAMessage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.pdf"), []byte("content"), 0o644); err != nil {
		t.Fatal(err)
	}
	all, err := Parse(filepath.Join(dir, "x.yaml"), []byte(`steps:
  - message: hi
    headers: {Subject: "${run_id}", X-A: 5.10}
    attach: [a.pdf, {file: a.pdf, name: b.pdf}, {name: "c-${run_id}", text: "${to}\n"}]
    dkim: {domain: "${domain}", selector: s1, key: {file: no-such.pem}}
`))
	if err != nil {
		t.Fatal(err)
	}
	s := &all[0].Steps[0]
	if len(s.Headers) != 2 || s.Headers[0].Name != "Subject" || s.Headers[1].Value.String() != "5.10" {
		t.Errorf("headers are %+v", s.Headers)
	}
	if len(s.Attach) != 3 || s.Attach[0].Name.String() != "a.pdf" || string(s.Attach[1].Content) != "content" || s.Attach[1].Name.String() != "b.pdf" || s.Attach[2].Content != nil {
		t.Errorf("attachments are %+v", s.Attach)
	}
	// The key is read when the scenario is played: validate needs no secrets.
	if s.DKIM == nil || s.DKIM.KeyFile != "no-such.pem" || s.DKIM.Selector.String() != "s1" {
		t.Errorf("dkim is %+v", s.DKIM)
	}
	if p := all[0].UndefinedIn(nil, noEnv); p != nil {
		t.Errorf("undefined: %v", p)
	}
}

func TestWrongPartsOfAMessage(t *testing.T) {
	t.Parallel()
	for beside, want := range map[string]string{
		"headers: {'A B': x}":                                    `"A B" cannot be the name of a header field`,
		"headers: {'A:': x}":                                     `"A:" cannot be the name of a header field`,
		`headers: {A: "x\ny"}`:                                   "A has more than one line",
		"headers: [A]":                                           "headers is a map",
		"attach: no-such-file":                                   `there is no file`,
		"attach: []":                                             "attach is an empty list",
		"attach: {text: x}":                                      "an attachment that is a text needs a name",
		"attach: {name: x}":                                      "an attachment is either a file or a text",
		"attach: {name: ../x, text: y}":                          `"../x" cannot be the name of an attachment`,
		"attach: {nam: x, text: y}":                              `did you mean`,
		"dkim: {domain: a, selector: b}":                         "dkim has no key",
		"dkim: {domain: a, key: {file: c}}":                      "dkim has no selector",
		"dkim: {domain: a, selector: b, key: MIIEvQ}":            "the key says where it comes from, not what it is",
		"dkim: {domain: a, selector: b, key: {}}":                "the key has no file",
		"dkim: {domain: '${nope}', selector: b, key: {file: c}}": "undefined: ${nope} is not defined",
		"headers: {A: '${nope}'}":                                "undefined: ${nope} is not defined",
		"attach: {name: x, text: '${nope}'}":                     "undefined: ${nope} is not defined",
		"attach: {name: '${nope}', text: x}":                     "undefined: ${nope} is not defined",
		"attach: {name: 'x${slash}', text: x}":                   `undefined: x${slash} stands for "x/", which cannot be the name of an attachment`,
	} {
		all, err := Parse("x.yaml", []byte("vars: {slash: /}\nsteps:\n  - message: hi\n    "+beside+"\n"))
		got := ""
		if err != nil {
			got = err.Error()
		} else if p := all[0].UndefinedIn(nil, noEnv); p != nil {
			got = "undefined: " + p[0].Message
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q; want %q", beside, got, want)
		}
		if strings.Contains(got, "MIIEvQ") && !strings.Contains(beside, "MIIEvQ") {
			t.Errorf("%s: the error shows a key", beside)
		}
	}
}
