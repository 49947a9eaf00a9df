package cli

import (
	"bytes"
	"strings"
	"testing"
)

// A fault of this program must not look like one of the mail servers: a panic
// of Go ends in 2, which is CRITICAL.
func TestPanicOfAPluginIsUnknown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := Program{
		Name: pluginName, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Environ: func() []string { return nil },
		LookupEnv: func(string) (string, bool) { panic("fell | over") },
	}
	if got := p.Main([]string{"@rcpt", "-d", "example.test"}); got != pluginUnknown {
		t.Errorf("exit status %d; want %d", got, pluginUnknown)
	}
	first, rest, _ := strings.Cut(out.String(), "\n")
	if first != "MXPROBE UNKNOWN - this is a fault of mxprobe, please report it: fell / over" {
		t.Errorf("first line is %q", first)
	}
	if !strings.Contains(rest, "plugin_test.go") || strings.Contains(rest, "|") {
		t.Errorf("the rest does not say where it was, or holds a bar:\n%s", rest)
	}
}

// Elsewhere a panic stays one: it must not be hidden.
func TestPanicIsNotHidden(t *testing.T) {
	t.Parallel()
	p := Program{
		Name: "mxprobe", Stdin: strings.NewReader(""), Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer), Environ: func() []string { return nil },
		LookupEnv: func(string) (string, bool) { panic("fell over") },
	}
	defer func() {
		if recover() == nil {
			t.Error("the panic was hidden")
		}
	}()
	p.Main([]string{"run", "@rcpt", "-d", "example.test"})
}
