package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/yamlslip"

	"mxprobe/internal/yamlnode"
)

// noKey takes every entry of a list for a line to send.
func noKey(string) bool { return false }

// What is right must not be taken for a slip when some other line is wrong.
func TestSlipsAreNotFoundWhereThereAreNone(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"*.yaml", "testdata/good/*.yaml", "testdata/examples/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files %s (%v)", pattern, err)
		}
		for _, path := range paths {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range yamlslip.Find(string(src), noKey) {
				t.Errorf("%s: found a slip at %d: %s", path, s.At, s.Message)
			}
		}
	}
	for _, src := range []string{
		"%YAML 1.1\n---\na: b\n",
		"a: {b: \"${c}\", d: '${e}', f: [\"{{\", 'x: y']}\n",
		"a: {\n  b: c, # it's a comment: with a colon\n  d: \"${e}\"\n}\n",
		"a: |\n  b: c: d\n  @x\n  \"open\n\n  \tc: \nd: e\n",
		"a: >-\n  b: c: d\nb: c\n",
		"- |2\n    x: y: z\n  @\n- b\n",
		"a: \"b: c\n  d: e: f\"\nb: 'it''s: x'\n",
		"\"a: b\": c\n'd: e': f\n",
		"a: b # c: d: e\n# f: g: h\n",
		"a: &x b\nc: *x\nd: [*x, *x]\n",
		"a: RCPT TO:<b>\nb: ::1\nc: http://x:25/y\n",
		"- - a\n  - b: c\n-\n  d: e\n",
		"a: !!str b\n? c\n: d\n",
		"a: b\r\nc: \"d\"\r\ne: {f: g}\r\n",
	} {
		if _, err := yamlnode.Decode(src); err != nil {
			t.Errorf("%q is no YAML: %v", src, err)
		}
		for _, s := range yamlslip.Find(src, noKey) {
			t.Errorf("%q: found a slip at %d: %s", src, s.At, s.Message)
		}
	}
}

// The line that the YAML module names may be that of the list around the
// mistake.
func TestFirstBadLineIsFound(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"a: b\nc:\n  - d\n  - e\n f: g\n":            "x.yaml:5:2: ",
		"a: b\n\n\nc:\n  - d\n   e: f\n":             "x.yaml:6:4: ",
		"a: \"b\n  c\"\nd: [e,\n  f]\ng: h\n i: j\n": "x.yaml:6:2: ",
		"a: [b, c\n":                          "x.yaml:1:1: ",
		"a: b\nc: - d\n":                      "x.yaml:2:1: ",
		"steps: [*x]\n":                       "x.yaml:1:1: ",
		"a: {b: c}}\n":                        "x.yaml:1:10: ",
		"steps:\n- a\n- b\n\tc: d\n":          "x.yaml:4:1: error: tab used for indentation",
		"steps:\n  - a\n\n  - b\n\n  -c: d\n": "x.yaml:6:3: ",
	} {
		_, err := Parse("x.yaml", []byte(src))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%q) =\n%v\nwant %s", src, err, want)
		}
	}
}

func TestSlipsOfLongFilesKeepTheLineOfTheModule(t *testing.T) {
	t.Parallel()
	src := "steps:\n" + strings.Repeat("  - NOOP 1234567890\n", 5000) + " - x\n"
	_, err := Parse("x.yaml", []byte(src))
	if err == nil || !strings.Contains(err.Error(), "this is not YAML") {
		t.Errorf("Parse = %.200v", err)
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"mx1.example.org": true, "192.0.2.1": true, "[192.0.2.1]": true, "[IPv6:2001:db8::1]": true, "2001:db8::1": true,
		"mx_1.example.org.": true, "bücher.example": true,
		"": false, "mx1:25": false, "[2001:db8::1]:25": false, "a b": false, "a@b": false, "mx1/x": false, "*.example.org": false,
	} {
		if err := checkTarget(host); (err == nil) != want {
			t.Errorf("checkTarget(%q) = %v", host, err)
		}
	}
}
