package dialogue_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mxprobe/internal/mailbox"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// deliver puts a message into a Maildir, as a delivery agent does.
func deliver(t *testing.T, dir, name, text string) {
	half := filepath.Join(dir, "tmp", name)
	if err := os.WriteFile(half, []byte(text), 0o600); err != nil {
		t.Error(err)
	}
	if err := os.Rename(half, filepath.Join(dir, "new", name)); err != nil {
		t.Error(err)
	}
}

// after starts a world that tells then of each message once its session is
// over: nothing is in the mailbox before.
func after(t *testing.T, then func(messageID, envid string)) *sandbox.World {
	t.Helper()
	var one sync.Mutex
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones:   []sandbox.Zone{{Name: "example.test", Text: oneHost}},
		Servers: []sandbox.Server{{Name: "mx1.example.test", EHLO: []string{"DSN", "PIPELINING"}}},
		Ended: func(s sandbox.Session) {
			envid := ""
			for _, line := range s.Commands {
				if _, id, ok := strings.Cut(line, "ENVID="); ok {
					envid, _, _ = strings.Cut(id, " ")
				}
			}
			for _, m := range s.Messages {
				_, id, _ := strings.Cut(string(m.Data), "Message-ID: ")
				id, _, _ = strings.Cut(id, "\r\n")
				one.Lock()
				then(id, envid)
				one.Unlock()
			}
		},
	})
	return w
}

// waiting is a scenario that sends a message and then waits.
func waiting(steps string) string {
	return `
name: round trip
vars: {box: none}
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}> ENVID=${dialogue_id|xtext} RET=HDRS
  - RCPT TO:<${to}> NOTIFY=SUCCESS,FAILURE
  - message: |
      Subject: x

      text
` + strings.TrimPrefix(steps, "\n")
}

func playBox(t *testing.T, ctx context.Context, w *sandbox.World, dir, src string) *result.Check {
	t.Helper()
	set := settings(w)
	set.Transcript = dialogue.TranscriptAlways
	set.Overrides = []map[string]string{{"box": dir}}
	d := playWith(t, ctx, runner(t, w), checks(t, set, src))
	return only(t, &d)
}

const arrives = `
  - arrives: {maildir: "${box}"}
    within: 20s
`

func TestTrap67ArrivalIsSeen(t *testing.T) {
	t.Parallel()
	for _, grouped := range []string{"", "pipeline: auto\n"} {
		dir := sandboxtest.Maildir(t, t.TempDir())
		deliver(t, dir, "0.old", "Message-ID: <old@x>\n\n")
		w := after(t, func(id, _ string) {
			deliver(t, dir, "1.other", "Message-ID: <other@x>\n\nabout "+id+"\n")
			deliver(t, dir, "2.it", "Return-Path: <probe@example.net>\nMessage-ID: "+id+"\n\ntext\n")
		})
		c := playBox(t, t.Context(), w, dir, grouped+waiting(arrives))
		expect(t, c, ending{result.Pass, result.None, -1, ""})
		st := step(t, c, 5)
		if len(st.Notes) != 1 || !strings.HasSuffix(st.Notes[0], ": "+filepath.Join(dir, "new", "2.it")) {
			t.Errorf("notes of the step are %q; want where it was found", st.Notes)
		}
		if c.DeliveryMillis != st.Millis || len(c.Notes) != 1 || !strings.HasPrefix(c.Notes[0], "the message was delivered after ") {
			t.Errorf("it was delivered after %v, notes %q; want %v", c.DeliveryMillis.Duration(), c.Notes, st.Millis.Duration())
		}
		if st.Millis <= 0 || st.Millis.Duration() > 20*time.Second {
			t.Errorf("the message took %v", st.Millis.Duration())
		}
		// The session had ended before, and nothing was removed.
		sessions := w.Sessions()
		if s := sessions[len(sessions)-1]; !s.Over || s.Commands[len(s.Commands)-1] != "QUIT" {
			t.Errorf("session over %t, commands %q; want QUIT before the wait", s.Over, s.Commands)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "new", "*")); len(files) != 3 {
			t.Errorf("%d files are left; want all 3", len(files))
		}
	}
}

// A composed message bears the mark by which it is found when it is old.
func TestTrap84MessagesAreMarked(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	w := afterText(t, func(_ string, text []byte) {
		if m := mailbox.Parse(text); m.Mark == "" || m.Sent.IsZero() {
			t.Errorf("the message has the mark %q and was sent %v", m.Mark, m.Sent)
		}
		deliver(t, dir, "1.it", strings.ReplaceAll(string(text), "\r\n", "\n"))
	})
	expect(t, playBox(t, t.Context(), w, dir, waiting(arrives)), ending{result.Pass, result.None, -1, ""})
}

// A message that is accepted and does not arrive is a failure, not the pass
// that 250 would be.
func TestTrap67AcceptedIsNotDelivered(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	w := after(t, func(string, string) { deliver(t, dir, "1.other", "Message-ID: <other@x>\n\n") })
	c := playBox(t, t.Context(), w, dir, waiting(`
  - arrives: {maildir: "${box}"}
    within: 300ms
`))
	expect(t, c, ending{result.Fail, result.Timeout, 5, "accepted by the server, but not seen in the mailbox within 300ms"})
	if !strings.Contains(c.Hint, "Message-ID") && !strings.Contains(c.Hint, "<run1") {
		t.Errorf("hint %q does not say what to look for", c.Hint)
	}
	for _, s := range c.Steps {
		if s.Number < 5 && s.Status != result.Pass {
			t.Errorf("step %d is %v; want pass", s.Number, s.Status)
		}
	}
}

// Later than allowed is slow, and known only from a look after the bound.
func TestTrap67LateArrival(t *testing.T) {
	t.Parallel()
	for within, want := range map[string]ending{
		"{warn: 100ms, fail: 20s}": {result.Warn, result.Slow, 5, "as expected, but after"},
		"100ms":                    {result.Fail, result.Slow, 5, "the limit is 100ms"},
		"{warn: 10s, fail: 20s}":   {result.Pass, result.None, -1, ""},
	} {
		dir := sandboxtest.Maildir(t, t.TempDir())
		w := after(t, func(id, _ string) {
			go func() {
				time.Sleep(time.Second) // the delay of a queue, with time for a look behind the bound
				deliver(t, dir, "1.it", "Message-ID: "+id+"\n\n")
			}()
		})
		expect(t, playBox(t, t.Context(), w, dir, waiting(`
  - arrives: {maildir: "${box}"}
    timeout: 20s
    within: `+within+"\n")), want)
	}
}

// A mailbox that cannot be looked into says nothing of the server, and nothing
// is sent for which nobody could wait.
func TestTrap67NoMailboxNoMessage(t *testing.T) {
	t.Parallel()
	w := after(t, func(string, string) {})
	c := playBox(t, t.Context(), w, t.TempDir(), waiting(arrives))
	expect(t, c, ending{result.Inconclusive, result.Local, 5, "it has neither new nor cur; nothing was sent"})
	if n := len(w.Sessions()); n != 0 {
		t.Errorf("%d sessions; want none", n)
	}
	if n := len(c.Steps); n != 5 {
		t.Errorf("%d steps are in the report; want 5", n)
	}
}

// The end of the run ends the wait at once.
func TestEndOfTheRunEndsTheWait(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	w := after(t, func(string, string) { cancel() })
	started := time.Now()
	c := playBox(t, ctx, w, dir, waiting(`
  - arrives: {maildir: "${box}"}
  - report: {maildir: "${box}"}
`))
	expect(t, c, ending{result.Inconclusive, result.Interrupted, 5, "stopped"})
	if s := step(t, c, 6); s.Status != result.NotRun {
		t.Errorf("the step after it is %v; want not_run", s.Status)
	}
	if took := time.Since(started); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestDeleteRemovesTheMessageAlone(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	w := after(t, func(id, _ string) {
		deliver(t, dir, "1.other", "Message-ID: <other@x>\n\n")
		deliver(t, dir, "2.it", "Message-ID: "+id+"\n\n")
	})
	expect(t, playBox(t, t.Context(), w, dir, waiting(`
  - arrives: {maildir: "${box}", delete: true}
`)), ending{result.Pass, result.None, -1, ""})
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	if len(files) != 1 || filepath.Base(files[0]) != "1.other" {
		t.Errorf("left are %q; want the other message", files)
	}
}

// Several dialogues of one run wait for their own messages: each is told from
// the others, though run, server and recipient are the same.
func TestTrap67EachDialogueHasItsMessage(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	// The server may be told of the end of the first session after that of the
	// second, so the row stands in the dialogue.
	w := after(t, func(id, envid string) {
		if envid == "row1" { // the second is lost
			deliver(t, dir, "1.it", "Message-ID: "+id+"\n\n")
		}
	})
	set := settings(w)
	set.Overrides = []map[string]string{{"box": dir}}
	src := "each: [{n: 1}, {n: 2}]\n" + strings.Replace(waiting(`
  - arrives: {maildir: "${box}"}
    within: 500ms
`), "ENVID=${dialogue_id|xtext}", "ENVID=row${n}", 1)
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
	verdicts := ""
	for _, c := range d.Hosts[0].Addresses[0].Checks {
		verdicts += c.Status.String() + " "
	}
	if verdicts != "pass fail " {
		t.Errorf("verdicts are %q; want pass for the first and fail for the second", verdicts)
	}
}

// While one dialogue waits, the address is free for the next.
func TestWaitHoldsNoSession(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	first := ""
	w := after(t, func(id, _ string) {
		if first == "" {
			first = id // comes only when the other has been sent
			return
		}
		deliver(t, dir, "1.it", "Message-ID: "+first+"\n\n")
		deliver(t, dir, "2.it", "Message-ID: "+id+"\n\n")
	})
	set := settings(w)
	set.Overrides = []map[string]string{{"box": dir}}
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, "each: [{n: 1}, {n: 2}]\n"+waiting(arrives)))
	for _, c := range d.Hosts[0].Addresses[0].Checks {
		expect(t, &c, ending{result.Pass, result.None, -1, ""})
	}
}

// speakIMAP is a server of mailboxes that answers as it is told to.
func speakIMAP(t *testing.T, asked *[]string, answer func(tag, line string) string) probe.Dialer {
	t.Helper()
	return dialFunc(func(_ context.Context, _, address string) (net.Conn, error) {
		*asked = append(*asked, address)
		client, server := net.Pipe()
		go func() {
			defer func() { _ = server.Close() }()
			if _, err := io.WriteString(server, "* OK [CAPABILITY IMAP4rev1] x\r\n"); err != nil {
				return
			}
			for in := bufio.NewScanner(server); in.Scan(); {
				tag, line, _ := strings.Cut(in.Text(), " ")
				if _, err := io.WriteString(server, answer(tag, line)); err != nil {
					return
				}
			}
		}()
		return client, nil
	})
}

// playIMAP plays a scenario that looks into the mailbox of a server.
func playIMAP(t *testing.T, answer func(tag, line string) string, within string) (*result.Check, string, []string) {
	t.Helper()
	w := after(t, func(string, string) {})
	set := settings(w)
	set.Transcript = dialogue.TranscriptAlways
	set.Getenv = func(string) (string, bool) { return "hunter2-secret", true }
	var asked []string
	r := runner(t, w)
	set.IMAP = dialogue.IMAPSettings{Resolver: r.Resolver, Dialer: speakIMAP(t, &asked, answer)}
	d := playWith(t, t.Context(), r, checks(t, set, "secrets: {password: {env: P}}\n"+waiting(`
  - arrives: {imap: "imap://mx1.example.test:1143", user: kate, password: "${password}", allow_clear: true}
    within: `+within+"\n")))
	return only(t, &d), fmt.Sprintf("%+v", d), asked
}

// The password of a mailbox is shown nowhere, also where the server repeats
// it, and the run's own resolver finds the server.
func TestIMAPPasswordIsHidden(t *testing.T) {
	t.Parallel()
	// It repeats what it is told, password and all, when it says no.
	c, text, asked := playIMAP(t, func(tag, line string) string { return tag + " NO I do not like " + line + "\r\n" }, "1m")
	expect(t, c, ending{result.Inconclusive, result.Local, 5, "login: the server says NO I do not like LOGIN"})
	if strings.Contains(text, "hunter2") || !strings.Contains(c.Message, "***") {
		t.Errorf("the password is shown: %s", text)
	}
	if !slices.Equal(asked, []string{"192.0.2.10:1143"}) {
		t.Errorf("connections went to %q; want the address in the zone", asked)
	}
}

// emptyIMAP is how a server shows an empty mailbox; at is said instead of an
// answer to one verb.
func emptyIMAP(verb, at string) func(tag, line string) string {
	return func(tag, line string) string {
		switch {
		case strings.Contains(line, verb):
			return at
		case strings.HasPrefix(line, "EXAMINE"):
			return "* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x\r\n" + tag + " OK x\r\n"
		}
		return tag + " OK x\r\n"
	}
}

// A server of mailboxes that nests without end, or says nothing, neither ends
// the run nor holds it up: nothing is known of the mail then.
func TestTrap82MailboxOfAHostileServer(t *testing.T) {
	t.Parallel()
	deep := "* 1 FETCH (BODYSTRUCTURE " + strings.Repeat("(", 3<<20) + "\r\n"
	for name, test := range map[string]struct{ verb, at, says string }{
		"nesting before the login": {"LOGIN", deep, "login: the server sends a line of more than"},
		"nesting while waiting":    {"NOOP", deep, "NOOP: the server sends a line of more than"},
		"silence at SEARCH":        {"SEARCH", "", "search: no answer in "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			c, _, _ := playIMAP(t, emptyIMAP(test.verb, test.at), "700ms")
			expect(t, c, ending{result.Inconclusive, result.Local, 5, test.says})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %v; want the end of the time that there is", took)
			}
		})
	}
}
