package docs

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

const safety = "docs/safety.md"

// The table of built-ins has all of them and says rightly which deliver mail:
// each is played, and the messages that arrive are counted.
func TestWhatBuiltinsDeliver(t *testing.T) {
	t.Parallel()
	says := map[string]string{}
	var names []string
	for _, r := range rows(section(t, safety, "## What the built-in scenarios send")) {
		name := code(r[0])[0]
		names = append(names, name)
		says[name], _, _ = strings.Cut(r[1], ",")
		if !slices.Contains([]string{"yes", "no", "to an unsound server"}, says[name]) {
			t.Errorf("%s: the table says %q; want yes, no or to an unsound server", name, r[1])
		}
	}
	slices.Sort(names)
	if want := scenarios.Builtins(); !slices.Equal(names, want) {
		t.Errorf("built-ins in the table are %q; want %q", names, want)
	}
	for _, name := range scenarios.Builtins() {
		t.Run(name, func(t *testing.T) { t.Parallel(); delivers(t, name, says[name]) })
	}
}

func delivers(t *testing.T, name, says string) {
	src, ok := scenarios.Builtin(name)
	if !ok {
		t.Fatalf("there is no built-in %s", name)
	}
	// The waits for what must not come are made for servers far away.
	src = bytes.ReplaceAll(src, []byte("timeout: 3s"), []byte("timeout: 300ms"))
	parsed, err := scenarios.Parse(name, src)
	if err != nil {
		t.Fatal(err)
	}
	want := says != "no"
	for _, s := range parsed {
		if s.Delivers != want || strings.HasPrefix(s.Description, "DELIVERS MAIL") != want {
			t.Errorf("delivers is %v, and the description begins %.20q; want %v", s.Delivers, s.Description, want)
		}
	}
	on := "usual"
	if name == "@round-trip" {
		on = "mailboxes"
	}
	w := world(t, on)
	play(t, w, parsed)
	messages := 0
	sessions := w.Sessions()
	for _, s := range sessions {
		messages += len(s.Messages)
		for _, m := range s.Messages {
			if !strings.Contains(string(m.Data), "\r\nAuto-Submitted: auto-generated\r\n") {
				t.Errorf("a message has no Auto-Submitted field: %q", m.Data)
			}
		}
	}
	if len(sessions) != 2*len(parsed) {
		t.Errorf("%d sessions with two addresses; want one for each scenario, %d", len(sessions), len(parsed))
	}
	if wanted := map[string]int{"yes": 2}[says]; messages != wanted {
		t.Errorf("%d messages arrived at two addresses; want %d", messages, wanted)
	}
}

// The limits in the document are those of the program.
func TestLimitsAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	short := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) + "s" }
	want := map[string]string{
		"sessions with one host": strconv.Itoa(probe.DefaultPerHost) + ", `--per-host`",
		"sessions in all":        strconv.Itoa(probe.DefaultJobs) + ", `--jobs`",
		"wait for a connection":  short(dialogue.DefaultConnectTimeout) + ", `--connect-timeout`",
		"wait for a reply":       short(dialogue.DefaultReplyTimeout) + ", `--timeout`; " + short(dialogue.DefaultDataTimeout) + " after a message",
	}
	for _, r := range rows(section(t, safety, "## How much at once")) {
		if text, ok := want[r[0]]; ok && r[1] != text {
			t.Errorf("%s: %q; want %q", r[0], r[1], text)
		}
		delete(want, r[0])
	}
	for name := range want {
		t.Errorf("the table of limits has no row %q", name)
	}
	reply := strconv.Itoa(smtpwire.DefaultMaxBytes>>10) + " KiB and " + strconv.Itoa(smtpwire.DefaultMaxLines) + " lines"
	if !strings.Contains(read(t, safety), reply) {
		t.Errorf("%s does not say that a reply may have %s", safety, reply)
	}
}
