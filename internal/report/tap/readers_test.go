package tap

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// document is a TAP document as tap-parser understood it.
type document struct {
	ok      bool
	points  []nodePoint
	bailout string
	extra   []string // lines that are no TAP
}

type nodePoint struct {
	OK   bool
	ID   int
	Name string
	Skip any // true, or the reason
	Todo any
	Diag map[string]any

	steps []nodePoint
}

// parse reads TAP with the parser of node-tap, Debian's node-tap-parser.
func parse(t *testing.T, text string) document {
	t.Helper()
	cmd := foreign.Command(t, foreign.Program(t, "tap-parser", "tap-parser"), "--strict", "--json=1")
	cmd.Env = append(os.Environ(), "NODE_PATH=/usr/share/nodejs") // a Node.js that is not Debian's does not look there
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if failed := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &failed) || len(out) == 0) {
		t.Fatal(err)
	}
	return events(t, out)
}

// events goes over the parser's list of events, each a pair of its name and
// what there is to say.
func events(t *testing.T, list []byte) document {
	t.Helper()
	var all [][]json.RawMessage
	read(t, list, &all)
	var doc document
	var steps []nodePoint
	for _, event := range all {
		var name string
		read(t, event[0], &name)
		switch name {
		case "child":
			child := events(t, event[1])
			steps, doc.extra = child.points, append(doc.extra, child.extra...)
		case "assert":
			var p nodePoint
			read(t, event[1], &p)
			p.steps, steps = steps, nil
			doc.points = append(doc.points, p)
		case "extra":
			var line string
			read(t, event[1], &line)
			doc.extra = append(doc.extra, line)
		case "bailout":
			read(t, event[1], &doc.bailout)
		case "complete":
			var c struct{ OK bool }
			read(t, event[1], &c)
			doc.ok = c.OK
		}
	}
	return doc
}

func read(t *testing.T, b []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
}

// perl reads TAP with the parser that comes with Perl, and returns its
// points, its errors, and how many points failed.
func perl(t *testing.T, text string) map[string]string {
	t.Helper()
	const script = `
use TAP::Parser;
local $/;
my $p = TAP::Parser->new({tap => <STDIN>});
my @points;
while (my $r = $p->next) {
	push @points, join(" ", ($r->is_actual_ok ? "ok" : "not ok"), $r->directive || ()) if $r->is_test;
	push @points, "unknown " . $r->as_string if $r->is_unknown && $r->as_string !~ /^    /;
}
print "points\t", join(",", @points), "\nerrors\t", join("; ", $p->parse_errors), "\nfailed\t", scalar($p->failed), "\n";
`
	cmd := foreign.Command(t, foreign.Program(t, "perl", "perl"), "-e", script)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		got[key] = value
	}
	return got
}
