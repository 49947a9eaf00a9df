package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestListIsReadAsAStream: the first domain comes while the list is still
// being written.
func TestListIsReadAsAStream(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	l := &domainList{stdin: r, specs: []string{"-"}}
	var got []string
	go func() { _, _ = io.WriteString(w, "one.example\n") }()
	for domain := range l.all() {
		got = append(got, domain)
		if len(got) == 1 {
			go func() {
				_, _ = io.WriteString(w, "two.example\n")
				_ = w.Close()
			}()
		}
	}
	if !slices.Equal(got, []string{"one.example", "two.example"}) || l.err != nil {
		t.Errorf("domains = %q, %v; want one.example and two.example", got, l.err)
	}
}

func TestEachLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want, err string }{
		{"plain", "a.example\nb.example\n", "a.example b.example", ""},
		{"no last line end", "a.example", "a.example", ""},
		{"CR LF and a byte order mark", "\ufeffa.example\r\nb.example\r\n", "a.example b.example", ""},
		{"remarks and blanks", "# x\n\n \t\n a.example\t# y\nb#c.example\n", "a.example", `list:5: "b#c.example" is not a domain`},
		{"literal", "[192.0.2.1]\n", "[192.0.2.1]", ""},
		{"two words", "a.example\nb.example 10\n", "a.example", `list:2: "b.example 10" is not a domain`},
		{"Latin-1", "b\xfccher.example\n", "", `list:1: "b\xfccher.example" is not a domain: it is not in UTF-8`},
		{"Latin-1 in an address", "kate@b\xfccher.example\n", "", "list:1: "},
		{"UTF-8", "bücher.example\n", "bücher.example", ""},
		{"control characters", "a\x1b[2J.example\n", "", "list:1: "},
		{"a line without end", strings.Repeat("x", 1<<17), "", "list:1: the line is too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			err := eachLine(strings.NewReader(tt.in), "list", func(d string) bool { got = append(got, d); return true })
			if strings.Join(got, " ") != tt.want {
				t.Errorf("domains = %q; want %q", got, tt.want)
			}
			if (err == nil) != (tt.err == "") || (err != nil && !strings.HasPrefix(err.Error(), tt.err)) {
				t.Errorf("error = %v; want %q", err, tt.err)
			}
		})
	}
}

func TestFinalDotOfADomainIsTakenOff(t *testing.T) {
	t.Parallel()
	l := &domainList{specs: []string{"example.org.", "[192.0.2.1]"}}
	if got := slices.Collect(l.all()); !slices.Equal(got, []string{"example.org", "[192.0.2.1]"}) {
		t.Errorf("domains = %q", got)
	}
}

func TestStandardInputTwice(t *testing.T) {
	t.Parallel()
	if _, err := program().newDomainList([]string{"-", "@-"}); err == nil {
		t.Error("no error for standard input named twice")
	}
}

func TestReadVars(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "vars")
	text := "\ufeffa=1\n# remark\n\n b = two words \r\nc==x=y\nd=\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readVars(t.Context(), file)
	want := map[string]string{"a": "1", "b": "two words", "c": "=x=y", "d": ""}
	if err != nil || len(got) != len(want) {
		t.Fatalf("readVars = %q, %v; want %q", got, err, want)
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s = %q; want %q", name, got[name], value)
		}
	}
}

func TestEnvironmentVars(t *testing.T) {
	t.Parallel()
	got := environmentVars([]string{"MXPROBE_VAR_user=kate@x=y", "MXPROBE_VAR_=x", "MXPROBE_VAR_empty=", "MXPROBE_VARS_no=1", "PATH=/", "nonsense"})
	if len(got) != 2 || got["user"] != "kate@x=y" {
		t.Errorf("environmentVars = %q; want user and empty", got)
	}
	if _, ok := got["empty"]; !ok {
		t.Error("an empty variable is a value too")
	}
}
