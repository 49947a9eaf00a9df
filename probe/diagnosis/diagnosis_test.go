package diagnosis

import (
	"strings"
	"sync"
	"testing"

	"mxprobe/probe/causes"
)

// What is said of lists needs a word about a list.
func TestListsNeedAWord(t *testing.T) {
	t.Parallel()
	for _, reply := range []string{
		"421 4.3.2", "450 4.7.1 Error: too much mail from 192.0.2.9", "554 5.7.1 Access denied", "554 5.7.1 <unknown[192.0.2.9]>: Client host rejected: Access denied",
		"450 4.7.1 Client host rejected: Service not available", "550 5.1.1 <spamhaus@example.org>: Recipient address rejected: User unknown",
		"550 5.1.1 user not listed in directory", "550 not on the list of recipients", "550 5.7.1 https://mail.example.org/blacklist/help", "554 host rbl.smith.example.com said no to jo@zen.spamhaus.org",
	} {
		if got := Diagnose(Seen{Lines: []string{reply}}); got.Cause == causes.ClientListed || got.Cause == causes.SenderListed {
			t.Errorf("%q = %s; it says nothing of a list", reply, got.Cause)
		}
	}
}

// The stage decides what the same words are about.
func TestStageDecides(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		at    Stage
		reply string
		want  causes.Cause
	}{
		{Greeting, "554 5.7.1 Access denied", causes.ClientRefused},
		{anyStage, "554 5.7.1 Access denied", causes.Unknown},
		{Greeting, "554 mx.example.org", causes.ServerNoService},
		{MAIL, "553 5.1.3 Invalid address", causes.SenderSyntax},
		{RCPT, "501 Invalid address", causes.RecipientUnknown},
		{EHLO, "501 5.5.4 Invalid argument", causes.HeloRefused},
		{MAIL, "501 5.5.4 Invalid arguments", causes.CommandSyntax},
		{STARTTLS, "454 4.3.3 Not now", causes.TLSBroken},
		{AUTH, "454 4.3.0 Not now", causes.AuthUnavailable},
		{MAIL, "550 5.1.1 User unknown", causes.Unknown},
		{Greeting, "521 example.org", causes.ServerNoMail},
		{RCPT, "250 2.1.5 Ok", causes.Unknown},
	} {
		if got := Diagnose(Seen{At: test.at, Lines: []string{test.reply}}).Cause; got != test.want {
			t.Errorf("%q at %q = %s; want %s", test.reply, test.at, got, test.want)
		}
	}
}

func TestTemporary(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]bool{
		"450 4.1.1 User unknown": true, "550 5.1.1 User unknown": false, "550 4.2.2 Mailbox full": false,
		"4.2.2 Mailbox full": true, "Connection refused": true, "User unknown": false,
	} {
		if got := Diagnose(Seen{Lines: []string{reply}}); got.Temporary != want || got.Cause == causes.Unknown {
			t.Errorf("%q: %s, temporary %v; want %v", reply, got.Cause, got.Temporary, want)
		}
	}
}

func TestWithoutReply(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		at      Stage
		instead Trouble
		first   string
		want    causes.Cause
	}{
		{anyStage, Refused, "", causes.ConnectRefused},
		{anyStage, TimedOut, "", causes.ConnectTimeout},
		{Greeting, TimedOut, "", causes.ReplyTimeout},
		{RCPT, Reset, "", causes.ConnectionReset},
		{STARTTLS, Reset, "", causes.TLSBroken},
		{RCPT, Closed, "", causes.ConnectionClosed},
		{anyStage, Unreachable, "", causes.ConnectUnreachable},
		{STARTTLS, Handshake, "", causes.TLSHandshake},
		{STARTTLS, BadCertificate, "", causes.TLSCertificate},
		{anyStage, NoName, "", causes.NameUnknown},
		{anyStage, NameFailure, "", causes.NameFailed},
		{Greeting, Foreign, "SSH-2.0-OpenSSH_9.6", causes.NotSSH},
		{Greeting, Foreign, "what is this", causes.NotSMTP},
	} {
		got := Diagnose(Seen{At: test.at, Instead: test.instead, Lines: []string{test.first}})
		if got.Cause != test.want || got.Advice == "" {
			t.Errorf("trouble %d at %q = %s, %q; want %s", test.instead, test.at, got.Cause, got.Advice, test.want)
		}
	}
}

func TestOfFirstBytes(t *testing.T) {
	t.Parallel()
	for first, want := range map[string]causes.Cause{
		"": causes.Unknown, "2": causes.Unknown, "220": causes.Unknown, "220 mx.example.org ESMTP Postfix\r\n": causes.Unknown, "220-mx.example.org\r\n": causes.Unknown, "554 go away\r\n": causes.Unknown,
		"220 ftp.example.org mail gateway\r\n": causes.Unknown, "SSH-2.0-dropbear\r\n": causes.NotSSH, "SSH-1.99-x": causes.NotSSH,
		"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n": causes.NotIMAP, "* BYE too many": causes.NotIMAP, "+OK POP3 ready\r\n": causes.NotPOP3, "-ERR no\r\n": causes.NotPOP3,
		"HTTP/1.1 400 Bad Request\r\n": causes.NotHTTP, "<html><head>": causes.NotHTTP, "<!DOCTYPE HTML PUBLIC": causes.NotHTTP,
		"220 (vsFTPd 3.0.3)\r\n": causes.NotFTP, "220 ProFTPD Server ready\r\n": causes.NotFTP, "220-FileZilla Server\r\n": causes.NotFTP, "220 mx.example.org LMTP Dovecot\r\n": causes.NotLMTP,
		"\x15\x03\x01\x00\x02\x02\x46": causes.NotTLS, "\x16\x03\x03": causes.NotTLS, "RFB 003.008\n": causes.NotSMTP, "\x00\x00\x00": causes.NotSMTP, "hello": causes.NotSMTP,
	} {
		if got := OfFirstBytes([]byte(first)); got != want {
			t.Errorf("%q = %s; want %s", first, got, want)
		}
	}
}

// Every cause has a name of its own, a sentence and a next step; names lead
// back.
func TestCauses(t *testing.T) {
	t.Parallel()
	for _, c := range causes.All() {
		if got, ok := causes.Parse(c.String()); !ok || got != c {
			t.Errorf("%d: the name %q leads to %v, %v", c, c, got, ok)
		}
		for _, s := range []string{c.String(), c.Means(), c.Next(), c.Source()} {
			if s == "" || s != strings.TrimSpace(s) || strings.HasSuffix(s, ".") || strings.Contains(c.Means(), ":") {
				t.Errorf("%s: %q, %q, %q", c, c.Means(), c.Next(), c.Source())
			}
		}
		if c.Whose() == causes.WhoseUnknown {
			t.Errorf("%s: it is nobody's", c)
		}
		if got := Of(c, true); got.Cause != c || !got.Temporary || got.Advice == "" || got.Source == "" {
			t.Errorf("Of(%s) = %+v", c, got)
		}
	}
	if c, ok := causes.Parse("no-such-cause"); ok {
		t.Errorf("no-such-cause is %s", c)
	}
	if c := causes.Cause(250); c.String() != "unknown" {
		t.Errorf("a cause out of range is %s", c)
	}
}

// The table may be asked first by many at once.
func TestAskedByMany(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := Diagnose(Seen{Lines: []string{"552 5.2.2 Mailbox full"}}); got.Cause != causes.MailboxFull {
				t.Errorf("= %s", got.Cause)
			}
		})
	}
	wg.Wait()
}

// Whatever a server sends, the answer comes, and what is known has its advice.
func FuzzDiagnose(f *testing.F) {
	f.Add("550 5.1.1 <a@b>: User unknown", uint16(0))
	f.Add("550-5.7.1 [192.0.2.9]\x00 https://x/y?z www.a/b", uint16(RCPT))
	f.Add("用户不存在 Ünbekannt\xff\xfe", uint16(MAIL))
	f.Add("<<<<@>>>(((#5.1.1", uint16(EndOfData))
	f.Fuzz(func(t *testing.T, text string, at uint16) {
		d := Diagnose(Seen{At: Stage(at), Lines: strings.Split(text, "\n")})
		if (d.Cause == causes.Unknown) != (d.Advice == "") {
			t.Errorf("%q: %s with the advice %q", text, d.Cause, d.Advice)
		}
		OfFirstBytes([]byte(text))
	})
}
