package greylist

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// said are the facts of a step that sent a line.
func said(line string) result.Facts {
	verb, _, _ := strings.Cut(line, " ")
	return result.Facts{Verb: strings.ToUpper(verb)}
}

// dialogue makes a check of "COMMAND > REPLY" lines.
func dialogue(lines ...string) *result.Check {
	c := &result.Check{Scenario: "talk", Status: result.Pass, Attempts: 1}
	for i, l := range lines {
		sent, reply, _ := strings.Cut(l, " > ")
		code, text, _ := strings.Cut(reply, " ")
		s := result.Step{Attempt: 1, Number: i + 1, Sent: sent, Facts: said(sent), Text: []string{text}}
		for _, r := range code {
			s.Code = s.Code*10 + int(r-'0')
		}
		if e, _, _ := strings.Cut(text, " "); strings.Count(e, ".") == 2 {
			s.Enhanced = e
		}
		if s.Code/100 == 4 {
			s.Cause = diagnosis.Diagnose(diagnosis.Seen{At: diagnosis.StageOf(s.Verb), Code: s.Code, Enhanced: s.Enhanced, Lines: s.Text}).Cause.String()
			c.Status, c.Reason = result.Inconclusive, result.Temporary
		}
		c.Steps = append(c.Steps, s)
	}
	return c
}

const (
	mail     = "MAIL FROM:<a@probe.test> SIZE=5 > 250 2.1.0 Ok"
	grey     = "RCPT TO:<kate@a.test> > 451 4.7.1 Greylisted, come back later"
	later    = "RCPT TO:<kate@a.test> > 450 4.3.0 not now"
	accepted = "RCPT TO:<kate@a.test> > 250 2.1.5 Ok"
)

func at(c *result.Check) *result.Domain {
	return &result.Domain{Domain: "a.test", Hosts: []result.Host{{Name: "mx1", Addresses: []result.Address{{IP: "192.0.2.1", Port: 25, Checks: []result.Check{*c}}}}}}
}

// run is one call of the program with what the one before it left behind.
func run(entries []Entry, now time.Time, c *result.Check) ([]Entry, *result.Check) {
	m := New(entries, "run7", 24*time.Hour, now)
	d := at(c)
	m.Observe(d, now)
	return m.Merge(entries, now), &d.Hosts[0].Addresses[0].Checks[0]
}

func TestTwoRunsFinishTheTest(t *testing.T) {
	t.Parallel()
	entries, c := run(nil, noon, dialogue(mail, grey))
	want := []Entry{{From: "a@probe.test", To: "kate@a.test", IP: "192.0.2.1", Host: "mx1", Scenario: "talk", First: noon, Last: noon, Reply: "451 4.7.1", Greylisting: true}}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
	if c.Status != result.Inconclusive || c.DelayMillis != 0 || c.Notes != nil || !strings.HasPrefix(c.Hint, "this looks like greylisting: run it again") {
		t.Errorf("the first refusal: %+v", c)
	}
	// Still refused: the first time counts.
	entries, c = run(entries, noon.Add(5*time.Minute), dialogue(mail, grey))
	if entries[0].First != noon || entries[0].Last != noon.Add(5*time.Minute) {
		t.Errorf("refused again: %+v", entries)
	}
	if diff := cmp.Diff([]string{"refused for now since 2026-11-22 12:00 UTC, 5 min ago"}, c.Notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	entries, c = run(entries, noon.Add(12*time.Minute), dialogue(mail, accepted))
	if len(entries) != 0 || c.DelayMillis.Duration() != 12*time.Minute {
		t.Errorf("taken: %+v, delay %s", entries, c.DelayMillis.Duration())
	}
	if diff := cmp.Diff([]string{"greylisted 12 min ago, at 2026-11-22 12:00 UTC, and taken now"}, c.Notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, c = run(entries, noon.Add(20*time.Minute), dialogue(mail, accepted)); c.DelayMillis != 0 || c.Notes != nil {
		t.Errorf("the delay is told again: %+v", c)
	}
}

// TestTwoAttemptsAreOneRefusal: retries in one run are told of once.
func TestTwoAttemptsAreOneRefusal(t *testing.T) {
	t.Parallel()
	c := dialogue(mail, grey, mail, grey)
	c.Attempts, c.Steps[2].Attempt, c.Steps[3].Attempt = 2, 2, 2
	entries, c := run([]Entry{entry(noon.Add(-time.Hour), noon.Add(-time.Hour))}, noon, c)
	if diff := cmp.Diff([]string{"refused for now since 2026-11-22 11:00 UTC, 60 min ago"}, c.Notes); diff != "" || len(entries) != 1 {
		t.Errorf("%d entries, notes (-want +got):\n%s", len(entries), diff)
	}
}

func TestWhatIsRemembered(t *testing.T) {
	t.Parallel()
	attempts := dialogue(mail, grey, mail, accepted)
	attempts.Attempts, attempts.Steps[2].Attempt, attempts.Steps[3].Attempt = 2, 2, 2
	cutOff := dialogue(mail, grey)
	cutOff.Attempts = 2
	cutOff.Steps = append(cutOff.Steps, result.Step{Attempt: 2, Name: "connect"})
	for _, tt := range []struct {
		name string
		c    *result.Check
		want string // from>to of each entry
	}{
		{"taken", dialogue(mail, accepted), ""},
		{"greylisted", dialogue(mail, grey), "a@probe.test>kate@a.test"},
		{"without the word", dialogue(mail, later), "a@probe.test>kate@a.test"},
		{"the null sender", dialogue("MAIL FROM:<> > 250 Ok", grey), ">kate@a.test"},
		{"refused for good", dialogue(mail, "RCPT TO:<kate@a.test> > 550 5.1.1 no"), ""},
		{"the session ended", dialogue(mail, "RCPT TO:<kate@a.test> > 421 4.3.2 closing"), ""},
		{"no storage", dialogue(mail, "RCPT TO:<kate@a.test> > 452 4.3.1 full"), ""},
		{"a full mailbox", dialogue(mail, "RCPT TO:<kate@a.test> > 450 4.2.2 full"), ""},
		{"Postgrey", dialogue(mail, "RCPT TO:<kate@a.test> > 450 4.2.0 Greylisted, see http://x"), "a@probe.test>kate@a.test"},
		{"two recipients, one waits", dialogue(mail, accepted, "RCPT TO:<sales@a.test> > 451 4.7.1 Greylisted"), "a@probe.test>sales@a.test"},
		{"after the message, all that were taken", dialogue(mail, accepted, "DATA message (5 bytes) > 451 4.7.1 Greylisted"), "a@probe.test>kate@a.test"},
		{"the message is refused for good", dialogue(mail, accepted, "DATA message (5 bytes) > 554 5.7.1 spam"), ""},
		{"the second transaction", dialogue(mail, accepted, "DATA > 250 Ok", "MAIL FROM:<b@probe.test> > 250 Ok", grey), "b@probe.test>kate@a.test"},
		{"taken by the last attempt", attempts, ""},
		{"refused, and then there was no connection", cutOff, "a@probe.test>kate@a.test"},
		{"not a line", dialogue("RCPT TO > 451 4.7.1 Greylisted"), ""},
	} {
		entries, _ := run(nil, noon, tt.c)
		var got []string
		for _, e := range entries {
			got = append(got, e.From+">"+e.To)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

func entry(first, last time.Time) Entry {
	return Entry{From: "a@probe.test", To: "kate@a.test", IP: "192.0.2.1", Host: "mx1", Scenario: "talk", First: first, Last: last, Reply: "451 4.7.1", Greylisting: true}
}

func TestNotesOnTime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		first, last time.Duration // before noon
		c           *result.Check
		note, hint  string
	}{
		{"stays for a day", 25 * time.Hour, 10 * time.Minute, dialogue(mail, grey), "refused for now since 2026-11-21 11:00 UTC, 25 h ago: longer than greylisting lasts", "a temporary answer that stays is no greylisting"},
		{"not quite", 24 * time.Hour, 10 * time.Minute, dialogue(mail, grey), "refused for now since 2026-11-21 12:00 UTC, 24 h ago", "this looks like greylisting"},
		{"forgotten by the server too", 72 * time.Hour, 49 * time.Hour, dialogue(mail, grey), "", "this looks like greylisting"},
		{"forgotten, and taken", 72 * time.Hour, 49 * time.Hour, dialogue(mail, accepted), "", ""},
		{"taken after days", 72 * time.Hour, 47 * time.Hour, dialogue(mail, accepted), "greylisted 3 days ago, at 2026-11-19 12:00 UTC, and taken now", ""},
		{"written by a clock that is ahead", -3 * time.Hour, -3 * time.Hour, dialogue(mail, accepted), "", ""},
		{"another sender", time.Hour, time.Hour, dialogue("MAIL FROM:<b@probe.test> > 250 Ok", grey), "the last run was refused as <a@probe.test> to <kate@a.test>: to greylisting another sender or recipient begins anew", "this looks like greylisting"},
		{"another sender, taken", time.Hour, time.Hour, dialogue("MAIL FROM:<b@probe.test> > 250 Ok", accepted), "", ""},
		{"a sender of this run alone", time.Hour, time.Hour, dialogue("MAIL FROM:<run7@probe.test> > 250 Ok", grey), "the sender or the recipient holds ${run_id}, which is new in every run: greylisting begins anew each time", "this looks like greylisting"},
	} {
		_, c := run([]Entry{entry(noon.Add(-tt.first), noon.Add(-tt.last))}, noon, tt.c)
		if got := strings.Join(c.Notes, "|"); got != tt.note {
			t.Errorf("%s: note %q; want %q", tt.name, got, tt.note)
		}
		if !strings.HasPrefix(c.Hint, tt.hint) || (tt.hint == "") != (c.Hint == "") {
			t.Errorf("%s: hint %q; want %q", tt.name, c.Hint, tt.hint)
		}
	}
}

// TestWithoutTheWordItIsNotCalledGreylisting: what is not known is not said.
func TestWithoutTheWordItIsNotCalledGreylisting(t *testing.T) {
	t.Parallel()
	entries, c := run(nil, noon, dialogue(mail, later))
	if c.Hint != "" || c.Notes != nil {
		t.Errorf("refused for now: hint %q, notes %q", c.Hint, c.Notes)
	}
	_, c = run(entries, noon.Add(time.Minute), dialogue(mail, accepted))
	if diff := cmp.Diff([]string{"refused for now (450 4.3.0) 60 s ago, at 2026-11-22 12:00 UTC, and taken now"}, c.Notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestExpectedRefusal: a scenario that asks for the 4xx gets no advice.
func TestExpectedRefusal(t *testing.T) {
	t.Parallel()
	c := dialogue(mail, grey)
	c.Status, c.Reason = result.Pass, result.None
	_, c = run([]Entry{entry(noon.Add(-30*time.Hour), noon.Add(-time.Hour))}, noon, c)
	if c.Hint != "" || c.Notes != nil {
		t.Errorf("hint %q, notes %q", c.Hint, c.Notes)
	}
}

// TestMergeKeepsWhatOthersWrote: another run may have ended in between.
func TestMergeKeepsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	m := New(nil, "", 24*time.Hour, noon)
	m.Observe(at(dialogue(mail, grey)), noon)
	other := entry(noon.Add(-time.Hour), noon)
	other.To = "sales@a.test"
	early := entry(noon.Add(-time.Minute), noon.Add(-time.Minute))
	old := entry(noon.Add(-90*time.Hour), noon.Add(-80*time.Hour))
	old.To = "old@a.test"
	got := m.Merge([]Entry{other, early, old}, noon)
	want := []Entry{entry(noon.Add(-time.Minute), noon), other}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzEntries reads what anybody may have written into a state.
func FuzzEntries(f *testing.F) {
	good, err := json.Marshal([]Entry{entry(noon.Add(-time.Hour), noon)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))                                                                         // as it is written
	f.Add(`[]`)                                                                                 // nothing
	f.Add(`[{"to":"x","ip":"y","first":"0001-01-01T00:00:01Z","last":"9999-12-31T23:59:59Z"}]`) // the ends of time
	f.Add(`[{"to":"kate@a.test","host":"mx1"}]`)                                                // no time
	f.Fuzz(func(t *testing.T, text string) {
		var entries []Entry
		if json.Unmarshal([]byte(text), &entries) != nil {
			return
		}
		for i := range entries {
			if entries[i].Valid() != nil {
				return
			}
		}
		for _, c := range []*result.Check{dialogue(mail, grey), dialogue(mail, accepted)} {
			left, c := run(entries, noon, c)
			if c.DelayMillis < 0 || len(left) > len(entries)+1 {
				t.Errorf("%s: delay %d, %d entries", text, c.DelayMillis, len(left))
			}
		}
	})
}
