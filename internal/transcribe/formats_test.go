package transcribe_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/transcribe"
	"mxprobe/scenarios"
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
		"curl without the text": {without(as("> ", "< "), "} [33 bytes data]\n* We are completely uploaded and fine\n"), dialogue + unseen},
		"brackets":              {as("[C] ", "[S] "), dialogue + message},
		"no blank":              {as("C:", "S:"), dialogue + message},
		"log of a server":       {as("<-- ", "--> "), dialogue + message},
		"log of Postfix":        {each("Jan  1 00:00:00 mx postfix/smtp[123]: ", as("> mx1[192.0.2.10]:25: ", "< mx1[192.0.2.10]:25: ")), dialogue + message},
		"a name before all":     {each("app: ", as("C: ", "S: ")), dialogue + message},
		"half: long arrows":     {as("--> ", ""), dialogue + message},
		"mixed indentation":     {as("   C: ", "S: "), dialogue + message},
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
		"220 (vsFTPd 3.0.3)\nUSER kate\n331 Password?\nPASS pa55phrase\n530 Login incorrect.\nLIST\n530 Please login\n": "no command in it has a reply",
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
		"TLS that ends": {
			src:  "*   Trying 192.0.2.10:465...\n* SSL connection using TLSv1.3 / x\n< 220 mx1\n> NOOP\n< 250 ok\n> QUIT\n< 221 bye\n* TLSv1.3 (OUT), TLS alert, close notify (256):\n*   Trying 192.0.2.11:25...\n< 220 mx2\n> NOOP\n< 250 ok\n",
			want: "target: \"192.0.2.11\"\nsteps:\n",
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

// A login becomes a step with the name of the user, where that can be read, and
// never with what else was sent.
func TestLogins(t *testing.T) {
	t.Parallel()
	b64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	// The last message of NTLM: fields of lengths and offsets, flags, then the
	// texts ([MS-NLMP] section 2.2.1.3).
	ntlm := func(flags byte, domain, user string) string {
		field := func(n, at int) string { return string([]byte{byte(n), 0, byte(n), 0, byte(at), 0, 0, 0}) }
		head := "NTLMSSP\x00\x03\x00\x00\x00" + field(0, 64) + field(0, 64) + field(len(domain), 64) + field(len(user), 64+len(domain)) +
			field(0, 64) + field(0, 64) + string([]byte{flags, 0, 0, 0})
		return b64(head + domain + user)
	}
	for name, c := range map[string]struct{ sent, want string }{
		"DIGEST-MD5": {
			"AUTH DIGEST-MD5\n334 x\n" + b64(`charset=utf-8,username="kate",realm="r",response=d388`) + "\n334 y\n\n235 ok\n",
			"auth: DIGEST-MD5\n    user: kate\n    password: ${password}\n    allow_clear: true\n",
		},
		"NTLM": {
			"AUTH NTLM " + b64("NTLMSSP\x00\x01\x00\x00\x00") + "\n334 x\n" + ntlm(1, "C\x00O\x00", "k\x00\u0001\x00") + "\n235 ok\n",
			"auth: NTLM\n    user: \"${user}\"\n    password: ${password}\n    allow_clear: true\n",
		},
		"NTLM in Unicode": {
			"AUTH NTLM " + b64("NTLMSSP\x00\x01\x00\x00\x00") + "\n334 x\n" + ntlm(1, "C\x00O\x00", "k\x00a\x00") + "\n235 ok\n",
			"auth: NTLM\n    user: CO\\ka\n    password: ${password}\n    allow_clear: true\n",
		},
		"NTLM waiting": {
			"AUTH NTLM\n334\n" + b64("NTLMSSP\x00\x01\x00\x00\x00") + "\n334 x\n" + ntlm(2, "", "kate") + "\n535 no\n",
			"auth: NTLM\n    user: kate\n    password: ${password}\n    initial: false\n    allow_clear: true\n    expect: 535\n",
		},
		"NTLM cut short": {
			"AUTH NTLM " + b64("NTLMSSP\x00\x01") + "\n535 no\n",
			"auth: NTLM\n    user: \"${user}\"\n",
		},
		"SCRAM": {
			"AUTH SCRAM-SHA-256 " + b64("n,,n=kate,r=abc") + "\n334 x\n" + b64("c=biws,r=abc,p=x") + "\n334 y\n\n235 ok\n",
			"auth: SCRAM-SHA-256\n    user: kate\n    password: ${password}\n    allow_clear: true\n",
		},
		"a name with blanks": {
			"AUTH CRAM-MD5\n334 x\n" + b64("kate smith 0123456789abcdef") + "\n235 ok\n",
			"auth: CRAM-MD5\n    user: kate smith\n",
		},
		"responses hidden": {
			"AUTH PLAIN ****************\n235 ok\n",
			"auth: PLAIN\n    user: \"${user}\"\n    password: ${password}\n",
		},
		"no responses shown": {
			"AUTH LOGIN\n334 a\n334 b\n235 ok\n",
			"auth: LOGIN\n    user: \"${user}\"\n    password: ${password}\n",
		},
	} {
		got, err := transcribe.Read("x", []byte("220 x\nEHLO a\n250 ok\n"+c.sent))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.Contains(string(got.YAML), c.want) {
			t.Errorf("%s: want %q in\n%s", name, c.want, got.YAML)
		}
		if all, err := scenarios.Parse("x.yaml", got.YAML); err != nil || len(all) != 1 {
			t.Errorf("%s: %v in\n%s", name, err, got.YAML)
		}
	}
}

// A line whose side is not sure makes no step, whatever reply stands behind it.
func TestUnsureLinesAreLeftOut(t *testing.T) {
	t.Parallel()
	const before = "220 x\nEHLO a\n250 ok\n"
	for name, c := range map[string]struct{ src, want, remark string }{
		"prose before a refusal":  {"this one is strange\nRCPT TO:<a@b>\n550 no\n", "  - send: RCPT TO:<a@b>\n    expect: 550\n", "it is no command, and the reply that follows is to another line"},
		"prose behind a command":  {"RCPT TO:<a@b>\nsee below\n550 no\n", "  - send: RCPT TO:<a@b>\n    expect: 550\n", "it is no command, and the reply that follows is to another line"},
		"prose that was accepted": {"then I said\n250 ok\nNOOP\n250 ok\n", "  - send: NOOP\n    expect: 250\n", "the reply is one of success"},
		"a mistake that was sent": {"MIAL FROM:<a@b>\nRCPT TO:<a@b>\n500 what\n503 no\n", "  - pipeline:\n      - send: MIAL FROM:<a@b>\n        expect: 500\n      - send: RCPT TO:<a@b>\n        expect: 503\n", ""},
		"a reply to nothing":      {"250 again\nNOOP\n250 ok\n", "  - send: NOOP\n    expect: 250\n", "no line before it asked for this reply"},
		"notes behind the lines": {
			"RCPT TO:<a@b>     <== who gets it\n250 ok\nDATA         # begins\n354 go\nSubject: x  -> y\n.      <-- ends\n250 ok\n",
			"  - send: RCPT TO:<a@b>\n    expect: 250\n  - message: |\n      Subject: x  -> y\n    as_is: true\n    expect: 250\n", "what is written behind this line",
		},
		"a reply not shown": {
			"RSET\n250 ok\nEHLO b\nMAIL FROM:<a@b>\n250 2.1.0 ok\nRCPT TO:<a@b>\n250 2.1.5 ok\nDATA\nSubject: x\n.\n250 2.0.0 ok\n",
			"  - send: RSET\n    expect: 250\n  - send: EHLO b\n    expect: 250\n  - send: MAIL FROM:<a@b>\n    expect: 250\n    enhanced: 2.1.0\n" +
				"  - send: RCPT TO:<a@b>\n    expect: 250\n    enhanced: 2.1.5\n  - message: |\n      Subject: x\n    as_is: true\n    expect: 250\n    enhanced: 2.0.0\n",
			"354 is expected",
		},
		"a chunk not shown": {"BDAT 5 LAST\n250 ok\n", "", "there is no reply"},
	} {
		got, err := transcribe.Read("x", []byte(before+c.src))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, steps, _ := strings.Cut(string(got.YAML), "expect: 250\n")
		if steps != c.want && c.want != "" || !strings.Contains(remarks(got), c.remark) {
			t.Errorf("%s: got\n%s%v", name, steps, got.Remarks)
		}
	}
}
