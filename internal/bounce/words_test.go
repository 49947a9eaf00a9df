package bounce

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// inWordsCase is a bounce in the shape that a program writes, with names of
// our own, and what it says: recipient, action, status, remote server.
type inWordsCase struct {
	name, text string
	want       []string
	id         string
}

const back = "Return-Path: <>\nTo: kate@sender.test\n"

const copied = "Received: from sender.test by mx.example.org; Thu, 1 Jan 2030 00:00:00 +0000\nMessage-ID: <sent@sender.test>\nTo: joe@example.net\n\nhello\n"

func inWordsCases() []inWordsCase {
	return []inWordsCase{
		{
			"qmail", back + "From: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n\n" +
				"Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n" +
				"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<joe@example.net>:\n192.0.2.7 does not like recipient.\n" +
				"Remote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n\n" + copied,
			[]string{"joe@example.net failed 5.1.1 192.0.2.7"},
			"<sent@sender.test>",
		},
		{
			"Exim", back + "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nSubject: Mail delivery failed: returning message to sender\nX-Failed-Recipients: joe@example.net,\n  ann@example.net\n\n" +
				"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n" +
				"  joe@example.net\n    SMTP error from remote mail server after RCPT TO:<joe@example.net>:\n    host mx.example.net [192.0.2.7]: 550 5.7.1 relay denied\n" +
				"  ann@example.net\n    retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n" + copied,
			[]string{"joe@example.net failed 5.7.1 mx.example.net", "ann@example.net failed  "},
			"<sent@sender.test>",
		},
		{
			"Exim, delayed", back + "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nSubject: Warning: message 1x-2y-3z delayed 24 hours\n\n" +
				"A message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.org.\n\nThe address to which the message has not yet been delivered is:\n\n" +
				"  joe@example.net\n    Delay reason: SMTP error from remote mail server after initial connection:\n    host mx.example.net [192.0.2.7]: 451 4.7.1 try again later\n\n" +
				"No action is required on your part. Delivery attempts will continue for\nsome time.\n",
			[]string{"joe@example.net delayed 4.7.1 mx.example.net"},
			"",
		},
		{
			"Postfix, the text alone", back + "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\n" +
				"This is the mail system at host mx.example.org.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n" +
				"For further assistance, please send mail to <postmaster@mx.example.org>.\n\n                   The mail system\n\n" +
				"<joe@example.net>: host mx.example.net[192.0.2.7] said: 552 5.2.2 over quota\n    (in reply to RCPT TO command)\n",
			[]string{"joe@example.net failed 5.2.2 mx.example.net"},
			"",
		},
		{
			"Postfix, a name service error that invites to try again", back + "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\n" +
				"This is the mail system at host mx.example.org.\n\n<joe@example.net>: Name service error for example.net: Host not found, try again\n",
			[]string{"joe@example.net failed  "},
			"",
		},
		{
			"Exchange 2003", back + "From: System Administrator <postmaster@example.net>\nSubject: Undeliverable: hello\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" +
				"Your message\n\n  To:      joe@example.net; ann@example.org\n  Subject: hello\n  Sent:    Thu, 1 Jan 2030 00:00:00 +0000\n\ndid not reach the following recipient(s):\n\n" +
				"joe@example.net on Thu, 1 Jan 2030 00:00:01 +0000\n    The recipient name is not recognized\n\tMSEXCH:IMS:EXAMPLE:NET:MX 0 (000C05A6) Unknown Recipient\n\n--b\nContent-Type: message/rfc822\n\n" + copied + "\n--b--\n",
			[]string{"joe@example.net failed  "},
			"<sent@sender.test>",
		},
		{
			"Sendmail 8 without a report", back + "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>\nSubject: Returned mail: see transcript for details\n\n" +
				"The original message was received at Thu, 1 Jan 2030 00:00:00 GMT\nfrom sender.test [192.0.2.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<joe@example.net>\n    (reason: 550 5.1.1 no such user)\n    (expanded from: <all@example.org>)\n\n" +
				"   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> DATA\n<<< 550 5.1.1 no such user\n\n   ----- Message header follows -----\n" + copied,
			[]string{"joe@example.net failed 5.1.1 mx.example.net"},
			"<sent@sender.test>",
		},
		{
			"Sendmail 5", "Return-Path: <MAILER-DAEMON>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>\nSubject: Returned mail: User unknown\n\n" +
				"   ----- Transcript of session follows -----\nWhile talking to mx.example.net:\n>>> RCPT To:<joe@example.net>\n<<< 550 no such user\n550 <joe@example.net>... User unknown\n\n   ----- Unsent message follows -----\n" + copied,
			[]string{"joe@example.net failed  mx.example.net"},
			"<sent@sender.test>",
		},
		{
			"Domino", "Return-Path: <>\nFrom: Postmaster@example.net\nSubject: DELIVERY FAILURE: User joe (joe@example.net) not listed in Domino Directory\n\n" +
				"Your message\n\n  Subject: hello\n\nwas not delivered to:\n\n  joe@example.net\n\nbecause:\n\n  User joe (joe@example.net) not listed in Domino Directory\n",
			[]string{"joe@example.net failed  "},
			"",
		},
		{
			"Yahoo", "From: MAILER-DAEMON@example.net\nSubject: Failure Notice\n\nSorry, we were unable to deliver your message to the following address.\n\n<joe@example.net>:\nRemote host said:\n554 5.7.9 Message not accepted\n[BODY]\n\n--- Below this line is a copy of the message.\n\n" + copied,
			[]string{"joe@example.net failed 5.7.9 "},
			"<sent@sender.test>",
		},
		{
			"Gmail, the text alone", back + "From: Mail Delivery Subsystem <mailer-daemon@example.com>\nSubject: Delivery Status Notification (Failure)\nX-Failed-Recipients: joe@example.net\n\n" +
				"Delivery to the following recipient failed permanently:\n\n     joe@example.net\n\nTechnical details of permanent failure:\nThe error that the other server returned was:\n550 550 5.1.1 no such user (state 14).\n\n----- Original message -----\n\n" + copied,
			[]string{"joe@example.net failed 5.1.1 "},
			"<sent@sender.test>",
		},
		{
			"fields within the text", back + "From: MAILER-DAEMON@mx.example.org\nSubject: Delivery Status Notification (Failure)\n\nAn error occurred while trying to deliver the mail to the following recipients:\njoe@example.net\n\n" +
				"Technical report:\n\nReporting-MTA: dsn; mx.example.org\n\nAction: failed\nFinal-Recipient: rfc822; joe@example.net\nDiagnostic-Code: smtp; 550 5.1.1 no such user\nStatus: 5.1.1\n",
			[]string{"joe@example.net failed 5.1.1 "},
			"",
		},
		{
			"HTML", back + "From: postmaster@example.net\nSubject: Undeliverable: hello\nContent-Type: text/html\n\n<html><body><p>Delivery has failed to these recipients:</p><p><a href=\"mailto:joe@example.net\">joe@example.net</a><br>The address was not found. Contact <a href=\"mailto:help@example.net\">help@example.net</a>.</p><p>Remote server returned '550 5.1.10 not found'</p></body></html>\n",
			[]string{"joe@example.net failed 5.1.10 "},
			"",
		},
		{
			"words that nobody here reads", "From: MAILER-DAEMON@example.net\nSubject: =?utf-8?b?0J3QtSDQtNC+0YHRgtCw0LLQu9C10L3Qvg==?=\nReturn-Path: <>\n\n\u0421\u043e\u043e\u0431\u0449\u0435\u043d\u0438\u0435 \u043d\u0435 \u0434\u043e\u0441\u0442\u0430\u0432\u043b\u0435\u043d\u043e:\n\n  joe@example.net\n    550 5.1.1 \u043d\u0435\u0442 \u0442\u0430\u043a\u043e\u0433\u043e\n\n" + copied,
			[]string{"joe@example.net failed 5.1.1 "},
			"<sent@sender.test>",
		},
		{
			"nobody named", back + "From: MAILER-DAEMON@example.net\nSubject: Undelivered Mail Returned to Sender\n\nYour message could not be delivered.\n\n" + copied,
			nil, "<sent@sender.test>",
		},
	}
}

func TestBouncesInWords(t *testing.T) {
	t.Parallel()
	for _, c := range inWordsCases() {
		for ends, text := range map[string]string{"LF": c.text, "CRLF": strings.ReplaceAll(c.text, "\n", "\r\n")} {
			r := read(text)
			if r == nil || r.Form != Words {
				t.Errorf("%s, %s: is %+v", c.name, ends, r)
				continue
			}
			var got []string
			for i := range r.Recipients {
				to := &r.Recipients[i]
				got = append(got, fmt.Sprintf("%s %s %s %s", to.Final, to.Action, to.Status, to.Remote))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") || r.MessageID != c.id {
				t.Errorf("%s, %s: says %q of %q; want %q of %q", c.name, ends, got, r.MessageID, c.want, c.id)
			}
		}
	}
}

func TestExpandedFromIsTheOriginal(t *testing.T) {
	t.Parallel()
	for _, c := range inWordsCases() {
		if c.name == "Sendmail 8 without a report" {
			if to := read(c.text).Recipients[0]; to.Original != "all@example.org" || to.Address() != "all@example.org" {
				t.Errorf("the recipient is %+v", to)
			}
			return
		}
	}
	t.Error("no such case")
}

// What people and robots write is no bounce, whatever its words.
func TestNoBounceInWords(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"away":                "Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: joe@example.net\nSubject: Automatic reply: hello\n\nI am away until Monday. In urgent cases contact ann@example.net. Your message will not be forwarded.\n",
		"vacation":            "Return-Path: <>\nPrecedence: bulk\nAuto-Submitted: auto-replied (vacation)\nFrom: joe@example.net\nSubject: away from my mail\n\nMail to joe@example.net is not read.\n",
		"a person's question": "From: joe@example.net\nReturn-Path: <joe@example.net>\nIn-Reply-To: <a@b>\nSubject: Re: undelivered mail\n\nI got this:\n> <ann@example.org>: host mx.example.org said: 550 5.1.1 no such user\nWhat does it mean?\n",
		"a cron job":          "From: root@example.net\nReturn-Path: <root@example.net>\nSubject: Cron <root@db> backup failed\nAuto-Submitted: auto-generated\n\nbackup: error: could not reach host db.example.net\n",
		"a newsletter":        "From: news@example.net\nReturn-Path: <bounce@example.net>\nList-Id: <news.example.net>\nPrecedence: bulk\nSubject: Deliverability: why mail is rejected\n\n550 5.7.1 is what servers say when mail is blocked. Contact us: joe@example.net\n",
		"a list":              "From: kate@example.org\nList-Id: <mail.example.net>\nSubject: [mail] delivery failure to example.com\n\nMy logs say\n\n  joe@example.com: 550 5.1.1 unknown user\n",
		"an order":            "From: shop@example.net\nReturn-Path: <shop@example.net>\nSubject: Your delivery has been delayed\n\nThe parcel for kate@sender.test could not be delivered.\n",
		"a complaint":         "Return-Path: <>\nFrom: fbl@example.net\nSubject: complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nan email abuse report, rejected\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b--\n",
	} {
		if r := read(text); r != nil {
			t.Errorf("%s was taken for a bounce: %+v", name, r)
		}
	}
}

// Text that goes on for ever, or is all addresses, is read within bounds.
func TestHostileWordsEnd(t *testing.T) {
	t.Parallel()
	const head = back + "From: MAILER-DAEMON@example.net\nSubject: failure notice\n\n"
	for name, body := range map[string]string{
		"addresses in a line": strings.Repeat("a@b ", 1<<18),
		"addresses":           strings.Repeat("<a@b>: 550\n", 1<<17),
		"signs":               strings.Repeat("@", 1<<20),
		"quotes":              strings.Repeat("\"@", 1<<19),
		"codes":               strings.Repeat("550 550 ", 1<<17),
		"hosts":               "<a@b>:\n" + strings.Repeat("host ", 1<<18),
		"headers":             strings.Repeat("Date:\n", 1<<17),
		"groups":              "<a@b>: 550 no\nReceived: x\n" + strings.Repeat("a: b\n\n", 1<<17),
	} {
		begin := time.Now()
		r := read(head + body)
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s take %v", name, took)
		}
		if r != nil && len(r.Recipients) > MaxRecipients {
			t.Errorf("%s: %d recipients", name, len(r.Recipients))
		}
	}
}

// TestCorpus reads bounces of the field, which are not ours to keep here: the
// files in maildir/bsd of github.com/sisimai/set-of-emails (BSD 2-Clause), whose
// directory MXPROBE_BOUNCES names. Other corpora that were read when this was
// written: t/corpus of Mail::DeliveryStatus::BounceParser, the tests of
// flufl.bounce, the samples of PHP-Bounce-Handler and of bounce_email; a third
// of them was looked at only once, at the end.
func TestCorpus(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("MXPROBE_BOUNCES")
	if folder == "" {
		t.Skip("MXPROBE_BOUNCES names no folder")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in %s: %v", folder, err)
	}
	all, found := 0, 0
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "arf-") || strings.HasPrefix(name, "rfc3834-") {
			continue // complaints and answers of people who are away
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all++
		if read(string(raw)) != nil {
			found++
		} else {
			t.Logf("%s is not seen to be a bounce", name)
		}
	}
	if found*100 < all*97 {
		t.Errorf("%d of %d are seen to be bounces; want 97 of 100", found, all)
	}
}
