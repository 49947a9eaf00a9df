package dialogue_test

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe/result"
)

// dsn is a report as a server writes it.
func dsn(sender, envid, messageID, fields string) string {
	returned := ""
	if messageID != "" {
		returned = "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: " + messageID + "\n\n"
	}
	if envid != "" {
		envid = "Original-Envelope-ID: " + envid + "\n"
	}
	return fmt.Sprintf("Return-Path: %s\nMessage-ID: <report@x>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"+
		"--b\nContent-Type: text/plain\n\nHello\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx1.example.test\n%s\n%s\n\n%s--b--\n",
		sender, envid, fields, returned)
}

// words is a bounce without a report in it.
func words(messageID, text string) string {
	copied := ""
	if messageID != "" {
		copied = "--- Below this line is a copy of the message.\n\nReceived: by x\nMessage-ID: " + messageID + "\n\n"
	}
	return "Return-Path: <>\nFrom: MAILER-DAEMON@mx1.example.test\nSubject: failure notice\n\nI could not deliver your message.\n\n" + text + "\n\n" + copied
}

const kate = "Final-Recipient: rfc822; kate@example.test\n"

func TestTrap52ReportIsWaitedFor(t *testing.T) {
	t.Parallel()
	const delivered, relayed, failed = kate + "Action: delivered\nStatus: 2.0.0", kate + "Action: relayed\nStatus: 2.0.0",
		kate + "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user"
	pass := ending{result.Pass, result.None, -1, ""}
	for name, test := range map[string]struct {
		report string // the step
		come   func(id, envid string) []string
		want   ending
	}{
		"delivered": {"", func(id, envid string) []string { return []string{dsn("<>", envid, id, delivered)} }, pass},
		"relayed":   {"", func(id, envid string) []string { return []string{dsn("<>", envid, id, relayed)} }, pass},
		"relayed, not delivered": {
			", action: delivered", func(id, envid string) []string { return []string{dsn("<>", envid, id, relayed)} },
			ending{result.Fail, result.Reply, 5, "expected delivered, got relayed 2.0.0"},
		},
		"failed": {
			"", func(id, envid string) []string { return []string{dsn("<>", envid, id, failed)} },
			ending{result.Fail, result.Reply, 5, "expected delivered or relayed, got failed 5.1.1 (550 5.1.1 no such user)"},
		},
		"failed, as expected": {", action: failed", func(id, envid string) []string { return []string{dsn("<>", envid, id, failed)} }, pass},
		"by ENVID alone":      {"", func(_, envid string) []string { return []string{dsn("<>", envid, "", delivered)} }, pass},
		"by Message-ID alone": {"", func(id, _ string) []string { return []string{dsn("<>", "", id, delivered)} }, pass},
		"about another message": {
			"", func(_, envid string) []string {
				return []string{dsn("<>", "run1-other", "<other@x>", delivered), dsn("<>", "", "", delivered), dsn("<>", envid+"x", "", delivered)}
			},
			ending{result.Fail, result.Timeout, 5, "accepted by the server, but no report that says delivered or relayed was seen in the mailbox within 500ms"},
		},
		"about another recipient": {
			", recipient: \"${to}\"", func(id, envid string) []string {
				return []string{dsn("<>", envid, id, strings.Replace(delivered, "kate", "sales", 1))}
			},
			ending{result.Fail, result.Timeout, 5, "no report"},
		},
		"one of two recipients failed": {
			"", func(id, envid string) []string { return []string{dsn("<>", envid, id, delivered+"\n\n"+failed)} },
			ending{result.Fail, result.Reply, 5, "got failed"},
		},
		"delayed, then delivered": {
			"", func(id, envid string) []string {
				return []string{dsn("<>", envid, id, kate+"Action: delayed\nStatus: 4.4.1"), dsn("<>", envid, id, delivered)}
			},
			pass,
		},
		"expanded, then failed": {
			"", func(id, envid string) []string {
				return []string{dsn("<>", envid, id, kate+"Action: expanded\nStatus: 2.0.0"), dsn("<>", envid, id, failed)}
			},
			ending{result.Fail, result.Reply, 5, "got failed"},
		},
		"expanded": {
			"", func(id, envid string) []string {
				return []string{dsn("<>", envid, id, kate+"Action: expanded\nStatus: 2.0.0")}
			},
			ending{result.Fail, result.Timeout, 5, "it is expanded 2.0.0"},
		},
		"expanded, as expected": {
			", action: [delivered, expanded]", func(id, envid string) []string {
				return []string{dsn("<>", envid, id, kate+"Action: expanded\nStatus: 2.0.0")}
			},
			pass,
		},
		"delayed": {
			"", func(id, envid string) []string {
				return []string{dsn("<>", envid, id, kate+"Action: delayed\nStatus: 4.4.1")}
			},
			ending{result.Fail, result.Timeout, 5, "it is delayed 4.4.1"},
		},
		"not from the null sender": {
			"", func(id, envid string) []string { return []string{dsn("<daemon@example.test>", envid, id, delivered)} },
			ending{result.Warn, result.Protocol, 5, "came from <daemon@example.test>, not from the null sender"},
		},
		"returns headers": {", returns: headers", func(id, envid string) []string { return []string{dsn("<>", envid, id, delivered)} }, pass},
		"returns no message": {
			", returns: message", func(id, envid string) []string { return []string{dsn("<>", envid, id, delivered)} },
			ending{result.Fail, result.Reply, 5, "the report should return the message, but returns headers"},
		},
		"delivered, after a bounce that may be about another message": {
			", action: delivered, recipient: \"${to}\"", func(id, envid string) []string {
				return []string{words("", "<kate@example.test>:\n550 no"), dsn("<>", envid, id, delivered)}
			}, pass,
		},
		"nothing but a bounce that may be about another message": {
			", action: delivered, recipient: \"${to}\"", func(string, string) []string { return []string{words("", "<kate@example.test>:\n550 no")} },
			ending{result.Inconclusive, result.Local, 5, "no report that says delivered came, but a bounce came that names the recipient, but not the message"},
		},
		"failed, by a bounce that may be about another message": {
			", action: failed, status: 5.2.2, recipient: \"${to}\"", func(string, string) []string { return []string{words("", "<kate@example.test>:\n550 5.1.1 no")} },
			ending{result.Warn, result.Local, 5, "names the recipient, but not the message"},
		},
		"none": {", action: none", func(string, string) []string { return nil }, pass},
		"none, but a bounce in words came": {
			", action: none", func(id, _ string) []string {
				return []string{words(id, "<kate@example.test>:\n550 5.1.1 no such user")}
			},
			ending{result.Fail, result.Reply, 5, "expected no report, got one that says failed 5.1.1 (550 5.1.1 no such user)"},
		},
		"none, but a bounce came that names nobody": {
			", action: none", func(id, _ string) []string { return []string{words(id, "Sorry.")} },
			ending{result.Fail, result.Reply, 5, "expected no report, got one that says failed (a bounce that names no recipient)"},
		},
		"none, but one came that may be about the message": {
			", action: none, recipient: \"${to}\"", func(string, string) []string { return []string{words("", "<kate@example.test>:\n550 no")} },
			ending{result.Warn, result.Local, 5, "names the recipient, but not the message"},
		},
		"failed in words, as expected": {
			", action: failed, recipient: \"${to}\"", func(id, _ string) []string { return []string{words(id, "<kate@example.test>:\n550 no")} }, pass,
		},
		"failed in words about another message": {
			", action: failed, recipient: \"${to}\"", func(string, string) []string { return []string{words("<other@x>", "<kate@example.test>:\n550 no")} },
			ending{result.Fail, result.Timeout, 5, "no report that says failed"},
		},
		"failed in words, of nobody": {
			", action: failed", func(id, _ string) []string { return []string{words(id, "Sorry.")} },
			ending{result.Fail, result.Timeout, 5, "it is failed (a bounce that names no recipient)"},
		},
		"failed in words, not as expected": {
			"", func(id, _ string) []string { return []string{words(id, "Sorry.")} },
			ending{result.Fail, result.Reply, 5, "expected delivered or relayed, got failed (a bounce that names no recipient)"},
		},
		"as it should say": {
			", action: failed, status: [4.x.x, 5.1.x], diagnostic: no such, remote: \"/^mx2[.]/\", envid: true",
			func(id, envid string) []string {
				return []string{dsn("<>", envid, id, failed+"\nRemote-MTA: dns; mx2.example.test")}
			},
			pass,
		},
		"another status": {
			", action: failed, status: 5.7.x", func(id, envid string) []string { return []string{dsn("<>", envid, id, failed)} },
			ending{result.Fail, result.Reply, 5, "expected the status 5.7.x, got 5.1.1"},
		},
		"another diagnostic text": {
			", action: failed, diagnostic: quota", func(id, envid string) []string { return []string{dsn("<>", envid, id, failed)} },
			ending{result.Fail, result.Reply, 5, "the diagnostic text does not have quota: 550 5.1.1 no such user"},
		},
		"no remote server": {
			", action: failed, remote: mx2", func(id, envid string) []string { return []string{dsn("<>", envid, id, failed)} },
			ending{result.Fail, result.Reply, 5, "the remote server is not mx2: none"},
		},
		"no ENVID": {
			", envid: true", func(id, _ string) []string { return []string{dsn("<>", "", id, delivered)} },
			ending{result.Fail, result.Reply, 5, "should repeat the ENVID of the MAIL line, but has none"},
		},
		"none, but one came": {
			", action: none", func(id, envid string) []string { return []string{dsn("<>", envid, id, failed)} },
			ending{result.Fail, result.Reply, 5, "expected no report, got one that says failed 5.1.1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := sandboxtest.Maildir(t, t.TempDir())
			w := after(t, func(id, envid string) {
				for i, text := range test.come(id, envid) {
					deliver(t, dir, fmt.Sprintf("%d.report", i), text)
				}
			})
			within := "20s"
			if test.want.reason == result.Timeout || strings.Contains(test.report, "none") {
				within = "500ms"
			}
			c := playBox(t, t.Context(), w, dir, waiting("  - report: {maildir: \"${box}\""+test.report+"}\n    within: "+within+"\n"))
			expect(t, c, test.want)
		})
	}
}

// What a report says is in the record of the step, made harmless.
func TestTrap52ReportIsShown(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	w := after(t, func(id, envid string) {
		deliver(t, dir, "1.report", dsn("<>", envid, id, "Original-Recipient: rfc822;kate@example.test\n"+kate+"Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; \x1b[31mfull"))
	})
	c := playBox(t, t.Context(), w, dir, waiting("  - report: {maildir: \"${box}\", action: failed}\n"))
	st := step(t, c, 5)
	text := strings.Join(st.Text, "\n")
	for _, want := range []string{"Action: failed", "Status: 5.2.2", "Original-Recipient: kate@example.test", "Reporting-MTA: mx1.example.test", "Return-Path: <>", "full"} {
		if !strings.Contains(text, want) {
			t.Errorf("the step lacks %q:\n%s", want, text)
		}
	}
	if st.Enhanced != "5.2.2" || strings.Contains(text, "\x1b") {
		t.Errorf("enhanced status code %q; text %q", st.Enhanced, text)
	}
}
