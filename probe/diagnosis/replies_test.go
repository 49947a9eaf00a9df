package diagnosis

import (
	"os"
	"strings"
	"testing"
)

// example is a reply that somebody has seen, with its cause as people see it.
type example struct {
	cause  string
	at     Stage
	source string
	reply  string
}

func examples(t *testing.T, file string) []example {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var out []example
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 4 || parts[2] == "" {
			t.Fatalf("%s:%d: %d columns; want cause, what was answered, source, reply", file, i+1, len(parts))
		}
		at, ok := ParseStage(parts[1])
		if !ok && parts[1] != "-" && parts[1] != "other" {
			t.Fatalf("%s:%d: no such stage: %q", file, i+1, parts[1])
		}
		if parts[1] == "other" {
			at = Other
		}
		if _, ok := ParseCause(parts[0]); !ok {
			t.Fatalf("%s:%d: no such cause: %q", file, i+1, parts[0])
		}
		out = append(out, example{parts[0], at, parts[2], parts[3]})
	}
	return out
}

func (e *example) diagnose() Diagnosis {
	return Diagnose(Seen{At: e.at, Lines: []string{e.reply}})
}

// What servers say by their sources is explained as they mean it.
func TestServers(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t, "servers.tsv") {
		if got := e.diagnose(); got.Cause.String() != e.cause {
			t.Errorf("%s at %s: %q = %s; want %s", e.source, e.at, e.reply, got.Cause, e.cause)
		}
	}
}
