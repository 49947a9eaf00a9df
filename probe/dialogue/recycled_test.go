package dialogue_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// recycledServers differ in whatever a session could leave to the next one.
func recycledServers() (zone string, servers []sandbox.Server) {
	long := "250-mx\n" + strings.Repeat("250-X-LONG "+strings.Repeat("y", 300)+"\n", 20) + "250 SIZE 10"
	for i, rules := range [][]sandbox.Rule{
		nil,
		{{On: "MAIL", Reply: "550 5.7.1 " + strings.Repeat("refused ", 20)}},
		{{On: "EHLO", Reply: long}},
		{{On: "connect", Raw: "220-half a gree", Close: true}},
		{{On: "RCPT", Reply: "250-2.1.5 Ok\n250 2.1.5 in two lines"}},
		{{On: "DATA", Reply: "451 4.3.0 later"}},
		{{On: "end-of-data", Reply: "421 4.3.2 bye"}},
		{{On: "EHLO", Reply: "250-mx.\x1b[31m\n250 8BITMIME"}},
		{{On: "EHLO", Reply: "502 5.5.1 what?"}},
		{{On: "RCPT", Raw: "25", Reset: true}},
		nil,
	} {
		zone += fmt.Sprintf("@ MX %d mx%d\nmx%d A 192.0.2.%d\n", i+1, i+1, i+1, i+10)
		servers = append(servers, sandbox.Server{Name: fmt.Sprintf("mx%d.example.test", i+1), Rules: rules})
	}
	return zone, servers
}

const recycledScenarios = `name: line by line
vars: {greeted: none}
steps:
  - {send: "EHLO ${helo}", capture: {said: /(.+)/}}
  - {send: "NOOP ${said:-nothing was said}", expect: any, name: "named by ${mx.name}"}
  - MAIL FROM:<${from}> BODY=8BITMIME
  - {send: "RCPT TO:<${to}>", capture: {code: code}}
  - message: |
      Subject: for ${mx.name}, ${code}

      text
---
name: in groups
pipeline: auto
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
  - message: "Subject: ${domain}\n\ntext ${mx.pref}\n"
  - {send: "RSET", expect: any}
---
name: with a secret
secrets: {pw: {env: PW}}
steps:
  - EHLO ${helo}
  - {send: "NOOP ${pw}", expect: any}
  - {send: "VRFY ${ip}", expect: any}
`

// times, and numbers of messages, are what differs from run to run.
var times = regexp.MustCompile(`("[a-z_]*ms":|queued as |run1-|Date: Wed, 04 Mar 2026 05:06:)[0-9.a-fA-F]+`)

// recycled plays the scenarios with all servers, one session after the other, and
// returns what was seen, but the times of it. fresh makes the dialogues anew for
// each address.
func recycled(t *testing.T, w *sandbox.World, rounds int, fresh bool) []string {
	t.Helper()
	compiled := func() []probe.Check {
		set := settings(w)
		set.Now = func() time.Time { return time.Date(2026, 3, 4, 5, 6, 30, 5e8, time.UTC) }
		set.Explicit = []string{"helo", "from", "to"}
		set.FurtherTo = []string{"mary@example.test"}
		set.Getenv = func(string) (string, bool) { return "hunter2-secret", true }
		return checks(t, set, recycledScenarios)
	}
	r := runner(t, w)
	r.Jobs, r.PerHost = 1, 1
	made := compiled()
	var held []result.Domain
	var first []string
	for range rounds {
		if fresh {
			made = compiled()
		}
		d := playWith(t, t.Context(), r, made)
		held, first = append(held, d), append(first, string(told(t, &d)))
	}
	for i := range held {
		if again := string(told(t, &held[i])); again != first[i] {
			t.Errorf("the result of round %d has changed behind it:\n%s\nwas\n%s", i, again, first[i])
		}
		first[i] = times.ReplaceAllString(first[i], "${1}0")
	}
	return first
}

func told(t *testing.T, d *result.Domain) []byte {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What a session saw does not hang on the sessions before it, in whose memory it
// was played, and stays as it is whatever comes after.
func TestRecycledSessionsDoNotMix(t *testing.T) {
	t.Parallel()
	zone, servers := recycledServers()
	w := start(t, zone, servers...)
	want := recycled(t, w, 1, true)[0]
	for i, got := range recycled(t, w, 4, false) {
		if got != want {
			t.Errorf("round %d in used memory (-want +got):\n%s", i, cmp.Diff(strings.Split(want, "},{"), strings.Split(got, "},{")))
		}
	}
	if strings.Contains(want, "hunter2") || !strings.Contains(want, "in two lines") {
		t.Errorf("the rounds do not show what they are for: %s", want)
	}
}
