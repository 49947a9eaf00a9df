package bounce

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/letter"
)

func sample(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "delivered.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func read(text string) *Report { return Read(letter.Read([]byte(text))) }

// sampleReport is what sample says, as one reads it.
func sampleReport() *Report {
	return &Report{
		Form: Standard, EnvelopeID: "run1-0123 one+two", By: "mx.example.org",
		Recipients: []Recipient{
			{
				Action: "delivered", Status: "2.0.0", Original: "Kate@example.org", Final: "kate.smith@int.example.org",
				Diagnostic: "delivered to maildir",
			},
			{
				Action: "failed", Status: "5.1.1", Final: "gone@example.org", Remote: "int.example.org",
				Diagnostic: "550 5.1.1 <gone@example.org>: no such user",
			},
		},
		Returned: Headers, MessageID: "<run1.x@probe.sender.test>",
	}
}

func TestTrap52ReportIsTakenApart(t *testing.T) {
	t.Parallel()
	raw := sample(t)
	crlf := bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	cr := bytes.ReplaceAll(raw, []byte("\n"), []byte("\r"))
	for name, text := range map[string][]byte{"LF": raw, "CRLF": crlf, "CR": cr} {
		if diff := cmp.Diff(sampleReport(), Read(letter.Read(text))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	if r := sampleReport().Recipients[0]; !r.About("kate@example.org") || !r.About("KATE.smith@int.example.org") || r.About("gone@example.org") {
		t.Error("the first recipient is taken for another, or not for itself")
	}
}

// A whole message that comes back, a status part in base64 as UTF-8 needs it
// (RFC 6533), and one that was cut off behind the part that counts.
func TestReportForms(t *testing.T) {
	t.Parallel()
	text := string(sample(t))
	whole := read(strings.ReplaceAll(text, "text/rfc822-headers", "message/rfc822"))
	if whole == nil || whole.Returned != Whole || whole.MessageID != "<run1.x@probe.sender.test>" {
		t.Errorf("report with the message is %+v", whole)
	}
	begin := strings.Index(text, "Reporting-MTA")
	end := begin + strings.Index(text[begin:], "--b1")
	status := "Reporting-MTA: dns; a\n\nAction: failed\nFinal-Recipient: utf-8; k\u00e4te@example.org\n"
	coded := strings.Replace(text[:begin], "message/delivery-status", "message/global-delivery-status\nContent-Transfer-Encoding: base64", 1) +
		base64.StdEncoding.EncodeToString([]byte(status)) + "\n\n" + text[end:]
	if r := read(coded); r == nil || r.Recipients[0].Final != "k\u00e4te@example.org" {
		t.Errorf("report in base64 is %+v", r)
	}
	cut := read(text[:end])
	if cut == nil || len(cut.Recipients) != 2 || cut.Returned != Nothing {
		t.Errorf("report that was cut off is %+v", cut)
	}
}

// What is not in order beside a report does not hide it: where none may come,
// it would be taken for none.
func TestReportInDisorder(t *testing.T) {
	t.Parallel()
	const fields = "Reporting-MTA: dns; a\n\nFinal-Recipient: RFC822; <Kate@example.org>\nAction: Failed\nStatus: 5.1.1 (unknown)\n"
	part := func(header string) string { return "\n--b\nContent-Type: " + header + "\n\n" + fields + "\n--b--\n" }
	const report = "Content-Type: multipart/report; boundary=b; report-type=delivery-status\n"
	for name, text := range map[string]string{
		"semicolon at the end":     "Content-Type: multipart/report; boundary=b; report-type=delivery-status;\n" + part("message/delivery-status; charset"),
		"parameter without value":  "Content-Type: multipart/report; boundary=b; report-type\n" + part("message/delivery-status"),
		"remarks":                  "Content-Type: multipart/report (a report); boundary=b\n" + part("message/delivery-status (as sent)"),
		"capitals":                 "CONTENT-TYPE: MULTIPART/REPORT; BOUNDARY=b; =x\n" + part("MESSAGE/DELIVERY-STATUS"),
		"multipart/mixed":          "Content-Type: multipart/mixed; boundary=b\n" + part("message/delivery-status"),
		"boundary never announced": "Content-Type: multipart/report\n" + part("message/delivery-status"),
		"another boundary":         "Content-Type: multipart/report; boundary=x\n" + part("message/delivery-status"),
		"wrapped by a gateway":     "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nwas scanned\n--o\n" + report + part("message/delivery-status") + "--o--\n",
		"forwarded":                "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n" + report + part("message/delivery-status") + "--o--\n",
		"bad part before it":       report + "\n--b\nthis is no field\nContent-Type: text/plain; =\n\nhello" + part("message/delivery-status"),
		"bad line in its header":   report + part("message/delivery-status\nthis is no field"),
		"as an attachment alone":   "Content-Type: message/delivery-status\n\n" + fields,
		"one group": report + strings.Replace(part("message/delivery-status"),
			"a\n\nFinal", "a\nFinal", 1),
		"empty lines at the beginning and within": report + strings.NewReplacer("Reporting", "\n\nReporting", "Action", "\nAction").
			Replace(part("message/delivery-status")),
		"one group, the action first": report + "\n--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n" +
			"Final-Recipient: rfc822;kate@example.org\nReporting-MTA: dns; a\n--b--\n",
		"another word for failed": report + strings.Replace(part("message/delivery-status"), "Action: Failed", "Action: failure", 1),
		"no action, but a status": report + strings.Replace(part("message/delivery-status"), "Action: Failed\n", "", 1),
		"a reply in place of a status": report + strings.Replace(part("message/delivery-status"), "Status: 5.1.1 (unknown)",
			"Status: 550\nDiagnostic-Code: smtp; 550 5.1.1 unknown", 1),
		"a bracket too many": report + strings.Replace(part("message/delivery-status"), "<Kate@example.org>", "kate@example.org>", 1),
	} {
		r := read(text)
		if r == nil || len(r.Recipients) != 1 || r.Form != Standard {
			t.Errorf("%s: the report is %+v", name, r)
			continue
		}
		if to := r.Recipients[0]; to.Action != "failed" || to.Status != "5.1.1" || !to.About("kate@example.org") || r.By != "a" {
			t.Errorf("%s: by %q, %+v", name, r.By, to)
		}
	}
}

// Groups without empty lines between them are as many recipients as they name.
func TestReportWithoutEmptyLines(t *testing.T) {
	t.Parallel()
	r := read("Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\nFinal-Recipient: rfc822; one@example.org\nAction: failed\nStatus: 5.1.1\n" +
		"Final-Recipient: rfc822; two@example.org\nAction: delayed\nStatus: 4.2.2\nRemote-MTA: dns; mx.example.org\n")
	want := []Recipient{
		{Final: "one@example.org", Action: "failed", Status: "5.1.1"},
		{Final: "two@example.org", Action: "delayed", Status: "4.2.2", Remote: "mx.example.org"},
	}
	if r == nil {
		t.Fatal("no report")
	}
	if diff := cmp.Diff(want, r.Recipients); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Where the fields do not say why, the text for people does.
func TestReportWithoutDiagnosticCode(t *testing.T) {
	t.Parallel()
	r := read("Content-Type: multipart/report; boundary=b\n\n--b\n\nThe following address(es) failed:\n\n  joe@example.net\n    no such mailbox\n  ann@example.net\n    mailbox is full\n\n" +
		"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nAction: failed\nFinal-Recipient: rfc822;ann@example.net\nStatus: 5.0.0\n\n" +
		"Action: failed\nFinal-Recipient: rfc822;joe@example.net\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no\n\n--b--\n")
	if r == nil || len(r.Recipients) != 2 || r.Recipients[0].Diagnostic != "mailbox is full" || r.Recipients[1].Diagnostic != "550 no" {
		t.Errorf("the report is %+v", r)
	}
}

func TestNoReport(t *testing.T) {
	t.Parallel()
	text := string(sample(t))
	for name, other := range map[string]string{
		"plain":          "Message-ID: <a@b>\nFrom: kate@example.org\n\nAction: delivered\n",
		"read receipt":   strings.ReplaceAll(text, "delivery-status", "disposition-notification"),
		"complaint":      strings.ReplaceAll(text, "delivery-status", "feedback-report"),
		"nothing at all": "",
	} {
		if r := read(other); r != nil {
			t.Errorf("%s was taken for a report: %+v", name, r)
		}
	}
}

// What somebody sends must not fill the memory.
func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	text := string(sample(t))
	begin := strings.Index(text, "Original-Recipient")
	var many strings.Builder
	for i := range 1_000 {
		fmt.Fprintf(&many, "Action: failed\nFinal-Recipient: rfc822; %d@example.org\nDiagnostic-Code: smtp; %s\n\n", i, strings.Repeat("x", 2000))
	}
	r := read(text[:begin] + many.String() + text[begin:])
	if len(r.Recipients) != MaxRecipients {
		t.Errorf("%d recipients are kept; want %d", len(r.Recipients), MaxRecipients)
	}
	if n := len(r.Recipients[0].Diagnostic); n != MaxValue {
		t.Errorf("a field of 2000 bytes has %d left; want %d", n, MaxValue)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f))
	f.Add([]byte("Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\n\n\nAction: x\n--a--"))
	for _, c := range inWordsCases() {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := Read(letter.Read(raw))
		if r == nil {
			return
		}
		short := func(texts ...string) {
			for _, s := range texts {
				if len(s) > MaxValue || strings.Contains(s, "\n") {
					t.Errorf("a value of %d bytes: %q", len(s), s)
				}
			}
		}
		short(r.EnvelopeID, r.By, r.MessageID)
		if n := len(r.Recipients); n > MaxRecipients || n == 0 && r.Form == Standard {
			t.Errorf("a report about %d recipients", n)
		}
		for i := range r.Recipients {
			to := &r.Recipients[i]
			short(to.Action, to.Status, to.Final, to.Original, to.Diagnostic, to.Remote)
			if to.Action == "" {
				t.Error("a recipient without an action")
			}
		}
	})
}
