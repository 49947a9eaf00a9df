package mailbox

import (
	"os"
	"path/filepath"
	"testing"

	"mxprobe/internal/bounce"
)

func sample(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "bounce", "testdata", "delivered.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestParse(t *testing.T) {
	t.Parallel()
	m := Parse(sample(t))
	if m.Sender != "<>" || m.MessageID != "<20300101000000.5F3@mx.example.org>" {
		t.Errorf("sender %q, Message-ID %q", m.Sender, m.MessageID)
	}
	if m.Report == nil || m.Report.Form != bounce.Standard || len(m.Report.Recipients) != 2 {
		t.Errorf("the report is %+v", m.Report)
	}
	if m := Parse([]byte("Message-ID: <a@b>\n\nAction: delivered\n")); m.Report != nil || m.MessageID != "<a@b>" {
		t.Errorf("a message that is no report is %+v", m)
	}
}

// Of what may be a bounce all is read, of everything else the header.
func TestMayReport(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"Content-Type: multipart/report; boundary=b; report-type=delivery-status": true,
		"Content-Type: MULTIPART/REPORT; =x":                                      true,
		"Return-Path: <>\nFrom: kate@example.org":                                 true,
		"From: MAILER-DAEMON@mx.example.org\nSubject: failure notice":             true,
		"From: kate@example.org\nX-Failed-Recipients: joe@example.net":            true,
		"Return-Path: <a@example.org>\nFrom: a@example.org\nSubject: Dinner":      false,
	} {
		if got := mayReport([]byte(header + "\n\n")); got != want {
			t.Errorf("%q is read as a report: %v", header, got)
		}
	}
}
