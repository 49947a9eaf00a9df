package mailbox

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "delivered.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// sampleReport is what sample says, as one reads it.
func sampleReport() *Report {
	return &Report{
		EnvelopeID: "run1-0123 one+two", By: "mx.example.org",
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
	for name, text := range map[string][]byte{"LF": raw, "CRLF": crlf} {
		m := Parse(text)
		if m.Sender != "<>" || m.MessageID != "<20300101000000.5F3@mx.example.org>" {
			t.Errorf("%s: sender %q, Message-ID %q", name, m.Sender, m.MessageID)
		}
		if diff := cmp.Diff(sampleReport(), m.Report); diff != "" {
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
	whole := Parse([]byte(strings.ReplaceAll(text, "text/rfc822-headers", "message/rfc822")))
	if whole.Report == nil || whole.Report.Returned != Whole || whole.Report.MessageID != "<run1.x@probe.sender.test>" {
		t.Errorf("report with the message is %+v", whole.Report)
	}
	begin := strings.Index(text, "Reporting-MTA")
	end := begin + strings.Index(text[begin:], "--b1")
	status := "Reporting-MTA: dns; a\n\nAction: failed\nFinal-Recipient: utf-8; k\u00e4te@example.org\n"
	coded := strings.Replace(text[:begin], "message/delivery-status", "message/global-delivery-status\nContent-Transfer-Encoding: base64", 1) +
		base64.StdEncoding.EncodeToString([]byte(status)) + "\n\n" + text[end:]
	if m := Parse([]byte(coded)); m.Report == nil || m.Report.Recipients[0].Final != "k\u00e4te@example.org" {
		t.Errorf("report in base64 is %+v", m.Report)
	}
	cut := Parse([]byte(text[:end]))
	if cut.Report == nil || len(cut.Report.Recipients) != 2 || cut.Report.Returned != Nothing {
		t.Errorf("report that was cut off is %+v", cut.Report)
	}
}

// What is not in order beside a report does not hide it: where none may come,
// it would be taken for none.
func TestReportInDisorder(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"multipart/report; boundary=b; report-type=delivery-status;",
		"multipart/report; boundary=b; report-type",
		"multipart/report (a report); boundary=b",
		"multipart/report ; Boundary = \"b\" ; report-type=delivery-status (of mail); x",
		"MULTIPART/REPORT; BOUNDARY=b; =x",
	} {
		text := "Content-Type: " + header + "\n\n--b\nContent-Type: message/delivery-status; charset\n\n" +
			"Reporting-MTA: dns; a\n\nFinal-Recipient: RFC822; <Kate@example.org>\nAction: Failed\n\n--b--\n"
		if !looksLikeReport([]byte(text)) {
			t.Errorf("%q is not asked for by IMAP", header)
		}
		m := Parse([]byte(text))
		if m.Report == nil {
			t.Errorf("%q is no report", header)
			continue
		}
		if to := m.Report.Recipients[0]; to.Action != "failed" || !to.About("kate@example.org") || to.About("<kate@example.org>") {
			t.Errorf("%q: %+v", header, to)
		}
	}
}

func TestNoReport(t *testing.T) {
	t.Parallel()
	text := string(sample(t))
	for name, other := range map[string]string{
		"plain":          "Message-ID: <a@b>\n\nAction: delivered\n",
		"read receipt":   strings.ReplaceAll(text, "delivery-status", "disposition-notification"),
		"mixed":          strings.Replace(text, "multipart/report", "multipart/mixed", 1),
		"no boundary":    strings.Replace(text, "boundary=", "bound=", 1),
		"no recipients":  strings.ReplaceAll(text, "Action:", "Auction:"),
		"nothing at all": "",
	} {
		if m := Parse([]byte(other)); m.Report != nil {
			t.Errorf("%s was taken for a report: %+v", name, m.Report)
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
	r := Parse([]byte(text[:begin] + many.String() + text[begin:])).Report
	if len(r.Recipients) != maxRecipients {
		t.Errorf("%d recipients are kept; want %d", len(r.Recipients), maxRecipients)
	}
	if n := len(r.Recipients[0].Diagnostic); n > maxValue || n < maxValue-10 {
		t.Errorf("a field of 2000 bytes has %d left; want about %d", n, maxValue)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample(f))
	f.Add([]byte("Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\n\n\nAction: x\n--a--"))
	f.Add([]byte("a: b\n c\n\td\n: e\n\nf"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw)
		short := func(texts ...string) {
			for _, s := range texts {
				if len(s) > maxValue || strings.ContainsAny(s, "\r\n") && !bytes.Contains(raw, []byte("\r")) {
					t.Errorf("a value of %d bytes: %q", len(s), s)
				}
			}
		}
		short(m.MessageID, m.Sender)
		if m.Report == nil {
			return
		}
		short(m.Report.EnvelopeID, m.Report.By, m.Report.MessageID)
		if n := len(m.Report.Recipients); n == 0 || n > maxRecipients {
			t.Errorf("a report about %d recipients", n)
		}
		for _, to := range m.Report.Recipients {
			short(to.Action, to.Status, to.Final, to.Original, to.Diagnostic, to.Remote)
			if to.Action == "" {
				t.Error("a recipient without an action")
			}
		}
	})
}
