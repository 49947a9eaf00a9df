package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mails returns what is in the Maildir of an address.
func mails(t *testing.T, root, address string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, address, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

func TestMaildirGetsMessagesAndReports(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	c := hello(t, startOne(t, Server{Users: []string{"*", "probe@sender.test"}, Maildir: root}))
	c.say("MAIL FROM:<probe@sender.test> ENVID=a+2Bb RET=HDRS", "250")
	c.say("RCPT TO:<Kate@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Kate+2Bx@example.test", "250")
	c.say("RCPT TO:<sales/x@example.test>", "250")
	c.say("DATA", "354")
	c.say("Message-ID: <m@x>\r\nSubject: x\r\n\r\n..text\r\n.", "250")
	c.say("QUIT", "221")
	want := "Return-Path: <probe@sender.test>\nDelivered-To: Kate@example.test\nMessage-ID: <m@x>\nSubject: x\n\n.text\n"
	if got := mails(t, root, "kate@example.test"); len(got) != 1 || got[0] != want {
		t.Errorf("the mailbox has %q; want %q", got, want)
	}
	if got := mails(t, root, "sales_x@example.test"); len(got) != 1 {
		t.Errorf("a strange address has %d messages; want 1, and in its own folder", len(got))
	}
	reports := mails(t, root, "probe@sender.test")
	if len(reports) != 1 {
		t.Fatalf("the sender has %d reports; want 1", len(reports))
	}
	for _, want := range []string{
		"Return-Path: <>\n", "Original-Envelope-Id: a+b\n", "Original-Recipient: rfc822;Kate+x@example.test\n",
		"Final-Recipient: rfc822; Kate@example.test\nAction: delivered\n", "Message-ID: <m@x>\n",
	} {
		if !strings.Contains(reports[0], want) {
			t.Errorf("the report lacks %q:\n%s", want, reports[0])
		}
	}
	if strings.Contains(reports[0], "sales") || strings.Contains(reports[0], ".text") {
		t.Errorf("the report says more than it was asked for:\n%s", reports[0])
	}
}

// A message that cannot be kept is not taken.
func TestMaildirThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "file")
	w := startOne(t, Server{Maildir: root})
	if _, err := os.Stat(filepath.Join(root, "kate@example.test", "new")); err != nil || w.Maildir("Kate@example.test") != filepath.Join(root, "kate@example.test") {
		t.Errorf("%v, and the Maildir of kate is %q; want one from the start", err, w.Maildir("Kate@example.test"))
	}
	if err := errors.Join(os.RemoveAll(root), os.WriteFile(root, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	c := hello(t, w)
	c.say("MAIL FROM:<a@b.test>", "250")
	c.say("RCPT TO:<kate@example.test>", "250")
	c.say("DATA", "354")
	c.say("Subject: x\r\n\r\n.", "451 ")
}
