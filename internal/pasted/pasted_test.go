package pasted_test

import (
	"testing"

	"mxprobe/internal/pasted"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text      string
		at, reply, enhc string
		code            int
	}{
		{name: "a reply", text: "550 5.1.1 User unknown", code: 550, reply: "550 5.1.1 User unknown"},
		{name: "several lines", text: "550-5.1.1 User\n550 5.1.1 unknown\n", code: 550, reply: "550-5.1.1 User 550 5.1.1 unknown"},
		{name: "a marked line", text: "<** 550 5.1.1 User unknown", code: 550, reply: "550 5.1.1 User unknown"},
		{name: "a code alone", text: "421", code: 421, reply: "421"},
		{
			name: "postfix, said", at: "RCPT", code: 450, reply: "450 4.2.0 <a@b.example>: Greylisted (see http://b.example/)",
			text: "status=deferred (host mx.b.example[192.0.2.1] said: 450 4.2.0 <a@b.example>: Greylisted (see http://b.example/) (in reply to RCPT TO command))",
		},
		{
			name: "postfix, end of data", at: "end-of-data", code: 554, reply: "554 5.7.1 spam",
			text: "to=<a@b.example>, status=bounced (host mx[192.0.2.1] said: 554 5.7.1 spam (in reply to end of DATA command))",
		},
		{
			name: "postfix, refused to talk", at: "greeting", code: 554, reply: "554 5.7.1 go away",
			text: "status=deferred (host mx[192.0.2.1] refused to talk to me: 554 5.7.1 go away)",
		},
		{
			name: "postfix, connect", enhc: "4.4.1", reply: "connect to mx.b.example[192.0.2.1]:25: Connection refused",
			text: "dsn=4.4.1, status=deferred (connect to mx.b.example[192.0.2.1]:25: Connection refused)",
		},
		{
			name: "postfix, own refusal", at: "RCPT", code: 450, reply: "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.9]",
			text: "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.9]; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<x>",
		},
		{
			name: "exim, rcpt", at: "RCPT", code: 550, reply: "550 5.1.1 unknown",
			text: "** jo@b.example R=dnslookup T=remote_smtp: SMTP error from remote mail server after RCPT TO:<jo@b.example>: host mx.b.example [192.0.2.1]: 550 5.1.1 unknown",
		},
		{
			name: "exim, pipelined", at: "MAIL", code: 421, reply: "421 4.7.0 later",
			text: "SMTP error from remote mail server after pipelined MAIL FROM:<a@b.example> SIZE=550: host mx [192.0.2.1]: 421 4.7.0 later",
		},
		{
			name: "exim, end of data", at: "end-of-data", code: 552, reply: "552 too big",
			text: "SMTP error from remote mail server after end of data: 552 too big",
		},
		{
			name: "exim, own refusal", at: "RCPT", code: 550, reply: "Unrouteable address",
			text: "2026-01-02 03:04:05 H=(x) [192.0.2.9] F=<a@b.example> rejected RCPT <c@d.example>: Unrouteable address",
		},
		{
			name: "exim, deferred", reply: "Connection refused",
			text: "2026-01-02 03:04:05 1abc-def-00 == jo@b.example R=dnslookup T=remote_smtp defer (111): Connection refused",
		},
		{
			name: "sendmail", enhc: "5.1.1", reply: "User unknown",
			text: "to=<a@b.example>, relay=mx.b.example. [192.0.2.1], dsn=5.1.1, stat=User unknown",
		},
		{
			name: "sendmail, deferred", enhc: "4.2.0", code: 450, reply: "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted",
			text: "relay=mx.b.example., dsn=4.2.0, stat=Deferred: 450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted",
		},
		{
			name: "sendmail, own refusal", at: "MAIL", code: 553, reply: "553 5.1.8 does not exist",
			text: "ruleset=check_mail, arg1=<a@b.invalid>, relay=x [192.0.2.9], reject=553 5.1.8 does not exist",
		},
		{
			name: "qmail", code: 550, reply: "550 no such user",
			text: "delivery 7: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_no_such_user/Giving_up_on_192.0.2.1./",
		},
		{name: "diagnostic code", code: 550, reply: "550 5.1.1 unknown", text: "Diagnostic-Code: smtp; 550 5.1.1 unknown"},
		{name: "diagnostic code of postfix", at: "RCPT", code: 550, reply: "550 5.1.1 unknown", text: "Diagnostic-Code: X-Postfix; host mx[192.0.2.1] said: 550 5.1.1 unknown (in reply to RCPT TO command)"},
		{name: "python", code: 550, reply: "550 5.7.1 Relaying denied", text: "smtplib.SMTPRecipientsRefused: {'a@b.example': (550, b'5.7.1 Relaying denied')}"},
		{name: "exchange", code: 550, reply: "550 5.7.1 Unable to relay", text: "Remote Server returned '550 5.7.1 Unable to relay'"},
		{name: "words alone", reply: "User unknown", text: "User unknown"},
	} {
		a, ok := pasted.Find(test.text)
		if !ok || a.Reply != test.reply || a.Code != test.code || a.At.String() != test.at || a.Enhanced != test.enhc {
			t.Errorf("%s: %q at %q, code %d, enhanced %q, %v; want %q at %q, code %d, enhanced %q",
				test.name, a.Reply, a.At, a.Code, a.Enhanced, ok, test.reply, test.at, test.code, test.enhc)
		}
	}
}

func TestNothingToFind(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " \n", "hello there", "Nov 28 02:10:11 mail postfix/qmgr[77]: 4F0A1: removed",
		"Nov 28 02:10:11 mail postfix/smtpd[77]: connect from unknown[192.0.2.9]",
		"stat=Sent (Ok: queued as 450)", "5500 people", "port 550", "550people",
	} {
		if a, ok := pasted.Find(text); ok {
			t.Errorf("%q: found %q, %d", text, a.Reply, a.Code)
		}
	}
}

// Whatever is pasted, it is read without harm, and what is found stands in it.
func FuzzFind(f *testing.F) {
	f.Add("550-5.1.1 a\n550 b")
	f.Add("said: 450 x (in reply to RCPT TO command)")
	f.Add("failure: _a_b_/")
	f.Add("Diagnostic-Code: smtp; 5")
	f.Add("reject: RCPT from x[1]: 450 4")
	f.Add("dsn=4.4.1, status=deferred (")
	f.Add("(550, b'")
	f.Fuzz(func(t *testing.T, text string) {
		a, ok := pasted.Find(text)
		if !ok {
			return
		}
		if a.Reply == "" && len(a.Lines) == 0 {
			t.Errorf("%q: found nothing", text)
		}
		if a.Code != 0 && (a.Code < 200 || a.Code > 599) {
			t.Errorf("%q: code %d", text, a.Code)
		}
	})
}
