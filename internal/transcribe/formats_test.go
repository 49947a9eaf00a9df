package transcribe_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/transcribe"
)

// what every session of TestFormats says.
const dialogue = `steps:
  - send: EHLO probe.test
    expect: 250
  - send: MAIL FROM:<joe@probe.test>
    expect: 250
    enhanced: 2.1.0
  - send: RCPT TO:<nobody@fabrikam.test>
    expect: 550
    enhanced: 5.1.1
  - send: RCPT TO:<kate@fabrikam.test>
    expect: 250
    enhanced: 2.1.5
`

const message = `  - message: |
      Subject: hello

      .dot
    as_is: true
    expect: 250
    enhanced: 2.0.0
`

const unseen = `  - message: |
      Subject: mxprobe import

      The session does not show the text of this message.
    as_is: true
    expect: 250
    enhanced: 2.0.0
`

// plainly is the dialogue without marks: lines of the client begin with +.
const plainly = `220 mx1.fabrikam.test ESMTP
+EHLO probe.test
250-mx1.fabrikam.test greets probe.test
250-PIPELINING
250 HELP
+MAIL FROM:<joe@probe.test>
250 2.1.0 Ok
+RCPT TO:<nobody@fabrikam.test>
550 5.1.1 No such user
+RCPT TO:<kate@fabrikam.test>
250 2.1.5 Ok
+DATA
354 go on
+Subject: hello
+
+..dot
+.
250 2.0.0 Ok: queued as 1
+QUIT
221 2.0.0 bye
`

// as writes the dialogue with something before the lines of each side.
func as(client, server string) string {
	var b strings.Builder
	for line := range strings.Lines(plainly) {
		if rest, ok := strings.CutPrefix(line, "+"); ok {
			b.WriteString(client + rest)
		} else {
			b.WriteString(server + line)
		}
	}
	return b.String()
}

// each puts something before every line.
func each(before, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight(before+line, " \n") + "\n")
	}
	return b.String()
}

// without leaves out the text of the message, as some programs do.
func without(text, instead string) string {
	begin, end := strings.Index(text, "354 go on\n")+len("354 go on\n"), strings.Index(text, "250 2.0.0")
	end = strings.LastIndex(text[:end], "\n") + 1
	return text[:begin] + instead + text[end:]
}

// goingOn takes the mark off the lines with which a reply goes on.
func goingOn(text, mark, indent string) string {
	text = strings.Replace(text, mark+"250-PIPELINING", indent+"250-PIPELINING", 1)
	return strings.Replace(text, mark+"250 HELP", indent+"250 HELP", 1)
}

// The same dialogue in every format makes the same scenario.
func TestFormats(t *testing.T) {
	t.Parallel()
	const stamp = "2030-01-01 00:00:00\t"
	phpMailer := goingOn(as("CLIENT -> SERVER: ", "SERVER -> CLIENT: "), "SERVER -> CLIENT: ", "                   \t                  ")
	exim := without(goingOn(as("  SMTP>> ", "  SMTP<< "), "  SMTP<< ", "         "), "  SMTP>> writing message and terminating \".\"\n")
	nodemailer := without(as("[2030-01-01 00:00:00] DEBUG [aB3] C: ", "[2030-01-01 00:00:00] DEBUG [aB3] S: "), "[2030-01-01 00:00:00] INFO  [aB3] <33 bytes encoded mime message (source size 31 bytes)>\n")
	netSMTP := "Net::SMTP>>> Net::SMTP(3.14)\n" + strings.Replace(as("Net::SMTP=GLOB(0x5581)>>> ", "Net::SMTP=GLOB(0x5581)<<< "), "..dot", ".dot", 1)
	for name, c := range map[string]struct{ src, want string }{
		"telnet":                {as("", ""), dialogue + message},
		"letters":               {as("C: ", "S: "), dialogue + message},
		"small letters":         {as("c: ", "s: "), dialogue + message},
		"words":                 {as("Client: ", "Server: "), dialogue + message},
		"angles":                {as(">>> ", "<<< "), dialogue + message},
		"arrows":                {as("-> ", "<- "), dialogue + message},
		"swaks":                 {as(" -> ", "<-  "), dialogue + message},
		"Postfix":               {as("In: ", "Out: "), dialogue + message},
		"curl":                  {as("> ", "< "), dialogue + message},
		"half: arrows":          {as("-> ", ""), dialogue + message},
		"half: angles":          {as(">>> ", ""), dialogue + message},
		"sendmail -v":           {without(as(">>> ", ""), ">>> .\n"), dialogue + unseen},
		"PHPMailer":             {phpMailer, dialogue + message},
		"PHPMailer with times":  {stamp + strings.ReplaceAll(strings.ReplaceAll(phpMailer, "\nSERVER", "\n"+stamp+"SERVER"), "\nCLIENT", "\n"+stamp+"CLIENT"), dialogue + message},
		"Exim":                  {exim, dialogue + unseen},
		"Exim -d":               {each("12345 ", exim), dialogue + unseen},
		"nodemailer":            {nodemailer, dialogue + unseen},
		"Net::SMTP":             {netSMTP, dialogue + message},
		"quoted":                {each("> ", as("", "")), dialogue + message},
		"quoted twice":          {each("> > ", as("C: ", "S: ")), dialogue + message},
		"quoted, with comments": {"Look at this:\n" + each("> ", as("", "")) + "What is wrong with it?\n", dialogue + message},
		"set in by Markdown":    {"I typed:\n\n" + each("    ", as("", "")) + "\nand it failed.\n", dialogue + message},
		"set in by a tab":       {each("\t", as("", "")), dialogue + message},
		"fenced by Markdown":    {"I typed:\n\n```console\n" + as("", "") + "```\n\nand it failed.\n", dialogue + message},
		"quoted Markdown":       {each("> ", "so:\n```\n"+as("C: ", "S: ")+"```\n"), dialogue + message},
	} {
		got, err := transcribe.Read("x", []byte(c.src))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, c.src)
			continue
		}
		_, steps, _ := strings.Cut(string(got.YAML), "steps:\n")
		if diff := cmp.Diff(c.want, "steps:\n"+steps); diff != "" {
			t.Errorf("%s (-want +got):\n%s%v", name, diff, got.Remarks)
		}
		if strings.Contains(c.want, "does not show") != strings.Contains(remarks(got), "does not show the text") {
			t.Errorf("%s: the remarks are %s", name, remarks(got))
		}
	}
}

func remarks(r *transcribe.Result) string {
	var all []string
	for _, m := range r.Remarks {
		all = append(all, m.Message)
	}
	return strings.Join(all, "; ")
}

// What smtplib of Python really shows; see the method set_debuglevel.
func TestPython(t *testing.T) {
	t.Parallel()
	const src = `connect: to ('mx1.fabrikam.test', 2525) None
reply: b'220 mx1.fabrikam.test ESMTP\r\n'
reply: retcode (220); Msg: b'mx1.fabrikam.test ESMTP'
connect: b'mx1.fabrikam.test ESMTP'
send: 'ehlo probe.test\r\n'
reply: b'250-mx1.fabrikam.test\r\n'
reply: b'250 SIZE 1000000\r\n'
reply: retcode (250); Msg: b'mx1.fabrikam.test\nSIZE 1000000'
send: 'mail FROM:<joe@probe.test> size=33\r\n'
reply: b'250 2.1.0 Ok\r\n'
reply: retcode (250); Msg: b'2.1.0 Ok'
send: 'rcpt TO:<kate@fabrikam.test>\r\n'
reply: b'250 2.1.5 Ok\r\n'
reply: retcode (250); Msg: b'2.1.5 Ok'
send: 'data\r\n'
reply: b'354 go\r\n'
reply: retcode (354); Msg: b'go'
data: (354, b'go')
send: b"Subject: it's \xc3\xa9\r\n\r\nhello\r\n..dot\r\n.\r\n"
reply: b'250 2.0.0 Ok: queued as 1\r\n'
reply: retcode (250); Msg: b'2.0.0 Ok: queued as 1'
data: (250, b'2.0.0 Ok: queued as 1')
send: 'quit\r\n'
reply: b'221 2.0.0 bye\r\n'
reply: retcode (221); Msg: b'2.0.0 bye'
`
	const want = `name: x
target: mx1.fabrikam.test
port: 2525
steps:
  - send: ehlo probe.test
    expect: 250
  - send: mail FROM:<joe@probe.test> size=33
    expect: 250
    enhanced: 2.1.0
  - send: rcpt TO:<kate@fabrikam.test>
    expect: 250
    enhanced: 2.1.5
  - message: |
      Subject: it's é

      hello
      .dot
    as_is: true
    expect: 250
    enhanced: 2.0.0
`
	got, err := transcribe.Read("x", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	_, yaml, _ := strings.Cut(string(got.YAML), "belong.\n")
	if diff := cmp.Diff(want, yaml); diff != "" || len(got.Remarks) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, got.Remarks)
	}
}

// What is no session from its greeting or EHLO on has no scenario; the error
// names the line.
func TestMiddleOfASession(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"\nMAIL FROM:<a@b>\n250 ok\nQUIT\n221 bye\n": "line 2: the session has no greeting and no EHLO",
		"S: 250 ok\nC: RCPT TO:<a@b>\nS: 550 no\n":   "line 1: the session has no greeting, and begins with a reply to nothing",
	} {
		if got, err := transcribe.Read("x", []byte(src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %+v, %v; want %q", src, got, err, want)
		}
	}
	for _, src := range []string{"EHLO a\n250 ok\nQUIT\n221 bye\n", "220 x\nNOOP\n250 ok\n"} {
		if _, err := transcribe.Read("x", []byte(src)); err != nil {
			t.Errorf("%q: %v", src, err)
		}
	}
}

// What somebody wrote between the lines is not taken for a command, and does not
// take the reply of one.
func TestProseBetweenTheLines(t *testing.T) {
	t.Parallel()
	got, err := transcribe.Read("x", []byte("220 x\nEHLO a\n250 ok\nthis was strange\nand so on\nMAIL FROM:<a@b>\n250 ok\nXYZZY\n500 what\nNOOP\n250 ok\n"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "steps:\n  - send: EHLO a\n    expect: 250\n  - send: MAIL FROM:<a@b>\n    expect: 250\n  - send: XYZZY\n    expect: 500\n  - send: NOOP\n    expect: 250\n"
	if _, steps, _ := strings.Cut(string(got.YAML), "steps:\n"); "steps:\n"+steps != want {
		t.Errorf("got\n%s", got.YAML)
	}
	if !strings.Contains(remarks(got), "it is no command") || got.Remarks[0].Line != 4 {
		t.Errorf("the remarks are %v", got.Remarks)
	}
}

// Extensions of which a replay needs care.
func TestExtensionsAreReplayed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ src, want, not, remark string }{
		"TLS on connect": {
			src:  "=== Trying mx1.fabrikam.test:465...\n=== Connected to mx1.fabrikam.test.\n=== TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256\n<~  220 mx1\n ~> EHLO a\n<~  250 ok\n ~> QUIT\n<~  221 bye\n",
			want: "tls: implicit\n",
		},
		"STARTTLS": {
			src:  "=== Trying mx1.fabrikam.test:25...\n<-  220 mx1\n -> STARTTLS\n<-  220 go\n=== TLS started with cipher TLSv1.3:x\n ~> EHLO a\n<~  250 ok\n",
			want: "  - STARTTLS\n", not: "implicit",
		},
		"PRDR": {
			src:  "220 mx1\nEHLO a\n250-mx1\n250 PRDR\nMAIL FROM:<a@b> PRDR\n250 ok\nRCPT TO:<c@d>\n250 ok\nRCPT TO:<e@d>\n250 ok\nDATA\n354 go\nx\n.\n353 wait\n250 first\n550 second\n250 all\nQUIT\n221 bye\n",
			want: "    expect: [250, 550, 250]\n",
		},
		"PROXY": {
			src:  "PROXY TCP4 192.0.2.1 192.0.2.2 1 25\n220 mx1\nEHLO a\n250 ok\n",
			want: "steps:\n  - send: EHLO a\n", not: "PROXY TCP4", remark: "--proxy-protocol",
		},
		"XCLIENT": {
			src:  "220 mx1\nEHLO a\n250 XCLIENT\nXCLIENT NAME=x LOGIN=kate\n220 again\nXCLIENT LOGIN=kate\n220 again\n",
			want: "  - send: XCLIENT LOGIN=kate\n    expect: 220\n", not: "auth",
		},
	} {
		got, err := transcribe.Read("x", []byte(c.src))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		yaml := string(got.YAML)
		_, yaml, _ = strings.Cut(yaml, "belong.\n")
		if !strings.Contains(yaml, c.want) || c.not != "" && strings.Contains(yaml, c.not) || !strings.Contains(remarks(got), c.remark) {
			t.Errorf("%s: with %q and without %q\n%s%v", name, c.want, c.not, yaml, got.Remarks)
		}
	}
}
