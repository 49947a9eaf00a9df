package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// soon shortens the waits of a built-in, which are made for servers far away.
func soon(t *testing.T, name string) string {
	t.Helper()
	src := builtin(t, name)
	short := strings.NewReplacer("timeout: 3s", "timeout: 300ms", "timeout: 10s", "timeout: 300ms", "timeout: 6s", "timeout: 600ms").Replace(src)
	if short == src {
		t.Fatalf("%s has no waits to shorten", name)
	}
	return short
}

// played returns the checks of all scenarios of a source against one server.
func played(t *testing.T, server sandbox.Server, src string) ([]result.Check, *sandbox.World) {
	t.Helper()
	w := start(t, oneHost, server)
	d := play(t, w, src)
	return d.Hosts[0].Addresses[0].Checks, w
}

// messages counts what a world has delivered to somebody.
func messages(w *sandbox.World) int {
	n := 0
	for _, s := range w.Sessions() {
		for _, m := range s.Messages {
			n += min(len(m.To), 1)
		}
	}
	return n
}

// variant is an end of @smuggling that is none, and the verdict on a server
// that takes it for one.
type variant struct {
	name, end string
	verdict   result.Verdict
}

func variants() []variant {
	return []variant{
		{"LF . LF", "\n.\n", result.Fail},
		{"LF . CRLF", "\n.\r\n", result.Fail},
		{"LF . CR", "\n.\r", result.Fail},
		{"CR . CR", "\r.\r", result.Fail},
		{"CR . CRLF", "\r.\r\n", result.Fail},
		{"CR . LF", "\r.\n", result.Fail},
		{"CRLF NUL . CRLF", "\r\n\x00.\r\n", result.Fail},
		{"CR NUL LF . CRLF", "\r\x00\n.\r\n", result.Fail},
		{"CRLF NUL . LF", "\r\n\x00.\n", result.Fail},
		{"CRLF NUL . CR", "\r\n\x00.\r", result.Fail},
		// A sender who doubles dots cannot be made to send these.
		{"CRLF . LF", "\r\n.\n", result.Warn},
		{"CRLF . CR", "\r\n.\r", result.Warn},
		{"CRLF . CR CRLF", "\r\n.\r\r\n", result.Warn},
		{"CRLF . NUL CRLF", "\r\n.\x00\r\n", result.Warn},
		{"CRLF . CR NUL LF", "\r\n.\r\x00\n", result.Warn},
	}
}

// apart returns @smuggling without its first session, the one for all ends.
func apart(src string) string {
	_, rows, _ := strings.Cut(src, "\n---\n")
	return strings.ReplaceAll(rows, "unless_passed:", "# unless_passed:")
}

// smuggling returns @smuggling with the rows of these variants alone.
func smuggling(t *testing.T, want func(variant) bool) string {
	t.Helper()
	src := soon(t, "@smuggling")
	var documents []string
	for document := range strings.SplitSeq(src, "\n---\n") {
		rows := 0
		if !strings.Contains(document, "\neach:") {
			rows++ // all of them in one session
		}
		for _, v := range variants() {
			row := "  - {variant: " + v.name + ", "
			at := strings.Index(document, row)
			switch {
			case at < 0:
			case want(v):
				rows++
			default:
				end := at + strings.IndexByte(document[at:], '\n') + 1
				document = document[:at] + document[end:]
			}
		}
		if rows > 0 {
			documents = append(documents, document)
		}
	}
	return strings.Join(documents, "\n---\n")
}

// Only CR LF . CR LF ends a message (RFC 5321 section 4.1.1.4). A sound server
// passes every variant, in one session and in sessions of their own, and is left
// with nothing to deliver.
func TestTrap43SoundServerIsNotSmuggled(t *testing.T) {
	t.Parallel()
	checks, w := played(t, sandbox.Server{}, soon(t, "@smuggling"))
	if len(checks) != 1+len(variants()) {
		t.Fatalf("%d checks; want %d", len(checks), 1+len(variants()))
	}
	expect(t, &checks[0], pass)
	for i := range checks[1:] {
		expect(t, &checks[1+i], ending{result.Skip, result.Condition, -1, "answers this too"})
	}
	if n := len(w.Sessions()); n != 1 {
		t.Errorf("%d sessions; want one", n)
	}
	alone, w2 := played(t, sandbox.Server{}, apart(soon(t, "@smuggling")))
	for i := range alone {
		expect(t, &alone[i], pass)
	}
	if n := messages(w2); n != 0 || len(alone) != len(variants()) {
		t.Errorf("%d messages were delivered, %d checks; want none, %d", n, len(alone), len(variants()))
	}
	if n := messages(w); n != 0 {
		t.Errorf("%d messages were delivered; want none", n)
	}
}

// TestTrap43AllOfThemInOneSession holds that the text for one session has every
// end that is tried alone, and NOOP behind it.
func TestTrap43AllOfThemInOneSession(t *testing.T) {
	t.Parallel()
	all, apart, _ := strings.Cut(builtin(t, "@smuggling"), "\n---\n")
	rows := 0
	for row := range strings.SplitSeq(apart, "  - {variant: ") {
		_, end, found := strings.Cut(row, `end: "`)
		if !found {
			continue
		}
		rows++
		if end, _, _ = strings.Cut(end, `"`); !strings.Contains(all, `${text}`+end+`NOOP\r\n`) {
			t.Errorf("%s is not in the text of all", end)
		}
	}
	if rows != len(variants()) {
		t.Errorf("%d rows; want %d", rows, len(variants()))
	}
}

// Each variant is found by the reply to what follows it, and by no other: a
// 250 to the message alone proves nothing.
func TestTrap43EachUnsoundEndIsFound(t *testing.T) {
	t.Parallel()
	for _, unsound := range variants() {
		for name, rules := range map[string][]sandbox.Rule{
			"delivers": nil,
			// As servers that count hops do: nothing is delivered.
			"counts hops": {{On: "end-of-data", Reply: "554 5.4.6 Too many hops"}},
		} {
			t.Run(unsound.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				server := sandbox.Server{Ends: []string{unsound.end}, Rules: rules}
				// An end may be a part of longer ones.
				affected := func(v variant) bool { return strings.Contains(v.end, unsound.end) }
				checks, w := played(t, server, smuggling(t, affected))
				// Any answer to the text with all ends opens each of them.
				wants := []result.Verdict{result.Skip}
				for _, v := range variants() {
					if affected(v) {
						wants = append(wants, v.verdict)
					}
				}
				holds(t, checks, wants, "expected eof or silence, got")
				if n := messages(w); rules != nil && n != 0 {
					t.Errorf("%d messages were delivered by a server that counts hops; want none", n)
				}
			})
		}
	}
}

// A server that refuses such a message at once and hangs up is sound.
func TestTrap43RefusedAtOnceIsSound(t *testing.T) {
	t.Parallel()
	refuse := sandbox.Rule{On: "DATA", Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("354 go on")
		for {
			line, err := c.ReadLine()
			if err != nil {
				return
			}
			if strings.ContainsAny(line, "\r\n\x00") || line == "." {
				_ = c.Reply("521 5.5.2 bare LF received")
				c.Close()
				return
			}
		}
	}}
	checks, _ := played(t, sandbox.Server{Rules: []sandbox.Rule{refuse}}, soon(t, "@smuggling"))
	expect(t, &checks[0], ending{result.Skip, result.Condition, -1, "skip_if: 521"})
	for i := range checks[1:] {
		expect(t, &checks[1+i], pass)
	}
}

// Where the recipient is refused nothing is known, and nothing passes.
func TestTrap43NoVerdictWithoutARecipient(t *testing.T) {
	t.Parallel()
	checks, _ := played(t, sandbox.Server{Users: []string{"jim"}}, soon(t, "@smuggling"))
	for i := range checks {
		expect(t, &checks[i], ending{result.Fail, result.Reply, 3, "550"})
	}
}

// findings are the built-ins that look for faults, each with servers that
// have one.
func TestSecurityBuiltins(t *testing.T) {
	t.Parallel()
	sound := sandbox.Server{}
	rules := func(rules ...sandbox.Rule) sandbox.Server { return sandbox.Server{Rules: rules} }
	for _, tt := range []struct {
		name, builtin string
		server        sandbox.Server
		wants         []result.Verdict
		message       string // of the worst check
	}{
		{"sound", "@long-lines", sound, []result.Verdict{result.Pass}, ""},
		{"cut in two", "@long-lines", rules(sandbox.Rule{On: "NOOP xxxx*", Reply: "250 ok", Extra: "500 5.5.2 what?\r\n"}), []result.Verdict{result.Fail}, "unasked"},
		{"hangs up", "@long-lines", rules(sandbox.Rule{On: "NOOP xxxx*", Close: true}), []result.Verdict{result.Fail}, "closed the connection"},
		{"ends with 421 above the limit", "@long-lines", rules(sandbox.Rule{On: "NOOP x*", Times: 1, Reply: "250 ok"}, sandbox.Rule{On: "NOOP x*", Reply: "421 4.4.0 line too long"}), []result.Verdict{result.Pass}, ""},

		{"sound", "@null-bytes", sound, []result.Verdict{result.Pass}, ""},
		{"drops NUL", "@null-bytes", rules(sandbox.Rule{On: "NO?OP", Reply: "250 ok"}), []result.Verdict{result.Warn}, "NUL was taken out of a command word"},
		{"takes NUL in an address", "@null-bytes", rules(sandbox.Rule{On: "MAIL FROM:<mxprobe*", Reply: "250 ok"}), []result.Verdict{result.Warn}, "an address with NUL was taken"},
		{"ends at NUL", "@null-bytes", rules(sandbox.Rule{On: "NOOP ?x", Reply: "250 ok", Extra: "500 5.5.2 x\r\n"}), []result.Verdict{result.Fail}, "unasked"},

		{"sound", "@user-enumeration", sandbox.Server{Users: []string{"*"}}, []result.Verdict{result.Pass}, ""},
		{"RCPT tells", "@user-enumeration", sound, []result.Verdict{result.Warn}, "RCPT tells which names exist: expected 250, got 550"},
		{"VRFY tells", "@user-enumeration", rules(sandbox.Rule{On: "VRFY kate@*", Reply: "250 2.1.5 kate"}), []result.Verdict{result.Warn}, "VRFY tells which names exist: expected 250, got 252"},
		{"EXPN tells", "@user-enumeration", rules(sandbox.Rule{On: "EXPN kate@*", Reply: "250 2.1.5 kate"}), []result.Verdict{result.Warn}, "EXPN tells which names exist: expected 250, got 502"},
		{"good name refused", "@user-enumeration", sandbox.Server{Users: []string{"jim"}}, []result.Verdict{result.Fail}, "expected 2xx, got 550"},
		{"unknown name greylisted", "@user-enumeration", rules(sandbox.Rule{On: "RCPT TO:<mxprobe*", Reply: "450 4.7.1 later"}), []result.Verdict{result.Inconclusive}, "450"},

		{"sound", "@limits", sound, []result.Verdict{result.Pass, result.Pass}, ""},
		{"too few recipients", "@limits", sandbox.Server{Recipients: 99}, []result.Verdict{result.Inconclusive, result.Pass}, "452"},
		{"ten recipients for good", "@limits", rules(sandbox.Rule{On: "RCPT", Times: 10, Reply: "250 ok"}, sandbox.Rule{On: "RCPT", Reply: "554 5.5.3 too many"}), []result.Verdict{result.Fail, result.Pass}, "554"},
		{"takes what it does not know", "@limits", rules(sandbox.Rule{On: "MXPROBE", Reply: "250 ok"}), []result.Verdict{result.Pass, result.Fail}, "expected 5xx, got 250"},
		{"ends after three errors", "@limits", rules(sandbox.Rule{On: "MXPROBE", Times: 3, Reply: "500 what?"}, sandbox.Rule{On: "MXPROBE", Reply: "421 4.7.0 too many errors"}), []result.Verdict{result.Pass, result.Pass}, ""},
		{"hangs up after three errors", "@limits", rules(sandbox.Rule{On: "MXPROBE", Times: 3, Reply: "500 what?"}, sandbox.Rule{On: "MXPROBE", Reply: "500 that is all", Close: true}), []result.Verdict{result.Pass, result.Pass}, ""},
		{"breaks off after three errors", "@limits", rules(sandbox.Rule{On: "MXPROBE", Times: 3, Reply: "500 what?"}, sandbox.Rule{On: "MXPROBE", Reset: true}), []result.Verdict{result.Pass, result.Pass}, ""},
	} {
		t.Run(strings.TrimPrefix(tt.builtin, "@")+"/"+tt.name, func(t *testing.T) {
			t.Parallel()
			checks, w := played(t, tt.server, builtin(t, tt.builtin))
			holds(t, checks, tt.wants, tt.message)
			if n := messages(w); n != 0 {
				t.Errorf("%d messages were delivered; want none", n)
			}
		})
	}
}

// holds compares checks with the wanted verdicts, and the message of the worst.
func holds(t *testing.T, checks []result.Check, wants []result.Verdict, message string) {
	t.Helper()
	var got []result.Verdict
	text := ""
	for i := range checks {
		got = append(got, checks[i].Status)
		if checks[i].Status > result.Pass {
			text = checks[i].Message
		}
	}
	if !slices.Equal(got, wants) || !strings.Contains(text, message) {
		t.Errorf("verdicts are %v: %q; want %v: %q", got, text, wants, message)
		for i := range checks {
			for _, s := range checks[i].Steps {
				for _, l := range s.Transcript {
					t.Logf("%s: %.200s", l.From, l.Text)
				}
			}
		}
	}
}

// A keyword that is offered must work.
func TestOfferedButBroken(t *testing.T) {
	t.Parallel()
	all := []string{
		"PIPELINING", "SIZE 1000000", "8BITMIME", "BINARYMIME", "DSN", "ENHANCEDSTATUSCODES", "SMTPUTF8", "CHUNKING", "VRFY", "EXPN",
		"ETRN", "DELIVERBY", "MT-PRIORITY", "HELP",
	}
	// What a server that has all of them says where the sandbox has not.
	good := []sandbox.Rule{
		{On: "MAIL FROM:<*> BODY=BINARYMIME", Reply: "250 2.1.0 Ok"},
		{On: "MAIL FROM:<*> BY=86400;N", Reply: "250 2.1.0 Ok"},
		{On: "MAIL FROM:<*> MT-PRIORITY=0", Reply: "250 2.1.0 Ok"},
		{On: "BDAT 0 LAST", Reply: "503 5.5.1 need RCPT"},
		{On: "EXPN", Reply: "550 5.1.1 no such list"},
		{On: "ETRN", Reply: "459 4.7.1 not for you"},
	}
	for name, rule := range map[string]sandbox.Rule{
		"sound":                  {On: "BOGUS"},
		"SIZE takes all":         {On: "MAIL FROM:<*> SIZE=99999999999999", Reply: "250 2.1.0 Ok"},
		"SIZE, wrong code":       {On: "MAIL FROM:<*> SIZE=99999999999999", Reply: "501 5.5.4 no"},
		"SIZE, small":            {On: "MAIL FROM:<*> SIZE=1000", Reply: "501 5.5.4 no"},
		"8BITMIME":               {On: "MAIL FROM:<*> BODY=8BITMIME", Reply: "555 5.5.4 no"},
		"BINARYMIME":             {On: "MAIL FROM:<*> BODY=BINARYMIME", Reply: "501 5.5.4 no"},
		"DSN at MAIL":            {On: "MAIL FROM:<*> RET=*", Reply: "501 5.5.4 no"},
		"DSN at RCPT":            {On: "RCPT TO:<*> NOTIFY=*", Reply: "555 5.5.4 no"},
		"SMTPUTF8":               {On: "MAIL FROM:<*> SMTPUTF8", Reply: "555 5.5.4 no"},
		"DELIVERBY":              {On: "MAIL FROM:<*> BY=*", Reply: "555 5.5.4 no"},
		"MT-PRIORITY":            {On: "MAIL FROM:<*> MT-*", Reply: "555 5.5.4 no"},
		"unknown parameter":      {On: "MAIL FROM:<*> MXPROBE=1", Reply: "250 2.1.0 Ok"},
		"no enhanced code":       {On: "MAIL FROM:<*>", Reply: "250 Ok"},
		"order of a group":       {On: "RCPT TO:<kate@example.test>", Reply: "250 2.1.5 Ok"},
		"CHUNKING, not known":    {On: "BDAT", Reply: "502 5.5.1 what?"},
		"CHUNKING, taken":        {On: "BDAT", Reply: "250 2.0.0 Ok"},
		"VRFY":                   {On: "VRFY", Reply: "502 5.5.1 no"},
		"EXPN":                   {On: "EXPN", Reply: "500 5.5.1 what?"},
		"ETRN":                   {On: "ETRN", Reply: "500 5.5.1 what?"},
		"HELP":                   {On: "HELP", Reply: "502 5.5.1 no"},
		"a reply too many":       {On: "HELP", Reply: "214 help", Extra: "214 more help\r\n"},
		"ends the session early": {On: "NOOP", Close: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := sandbox.Server{EHLO: all, Size: 1000000, Rules: append([]sandbox.Rule{rule}, good...)}
			checks, w := played(t, server, builtin(t, "@advertised"))
			failed := 0
			for i := range checks {
				if checks[i].Status != result.Pass {
					failed++
				}
			}
			if len(checks) != 2 || (failed > 0) == (name == "sound") {
				t.Errorf("%d of %d checks failed", failed, len(checks))
			}
			if n := messages(w); n != 0 {
				t.Errorf("%d messages were delivered; want none", n)
			}
		})
	}
	t.Run("nothing is offered", func(t *testing.T) {
		t.Parallel()
		checks, _ := played(t, sandbox.Server{EHLO: []string{}, Size: -1}, builtin(t, "@advertised"))
		holds(t, checks, []result.Verdict{result.Pass, result.Pass}, "")
	})
}

// Whatever a server does with an early talker is reported and no fault.
func TestTrap14PregreetReports(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		server   sandbox.Server
		captures map[string]string
	}{
		"goes on":  {sandbox.Server{Rules: []sandbox.Rule{{On: "connect", Delay: 100 * time.Millisecond}}}, map[string]string{"greeting": "220", "early_ehlo": "250"}},
		"refuses":  {sandbox.Server{Rules: []sandbox.Rule{{On: "connect", Reply: "554 5.5.0 synchronization error", Delay: 50 * time.Millisecond}}}, map[string]string{"greeting": "554"}},
		"hangs up": {sandbox.Server{Rules: []sandbox.Rule{{On: "connect", Close: true}}}, nil},
		"says 503": {sandbox.Server{Rules: []sandbox.Rule{{On: "EHLO", Reply: "503 5.5.1 too early"}}}, map[string]string{"greeting": "220", "early_ehlo": "503"}},
		"breaks off": {sandbox.Server{Rules: []sandbox.Rule{
			{On: "connect", Raw: "220-mx1.example.test ESMTP\r\n"}, {On: "EHLO", Raw: "250-mx1.example.test\r\n250 DSN\r\n"},
		}}, nil},
		"throws it": {sandbox.Server{Rules: []sandbox.Rule{{On: "EHLO", Raw: "\r\n", Hang: true, Delay: time.Hour}}}, map[string]string{"greeting": "220"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checks, _ := played(t, tt.server, soon(t, "@pregreet"))
			holds(t, checks, []result.Verdict{result.Pass}, "")
			for k, want := range tt.captures {
				if got := checks[0].Captures[k]; got != want {
					t.Errorf("%s is %q; want %q", k, got, want)
				}
			}
			if len(checks[0].Captures) != len(tt.captures) {
				t.Errorf("captures are %v; want %v", checks[0].Captures, tt.captures)
			}
		})
	}
}
