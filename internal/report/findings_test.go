package report

import (
	"bytes"
	"encoding/json"
	"testing"

	"mxprobe/probe/result"
)

// Findings are written as encoding/json would write them.
func TestFindingsAreWrittenWhole(t *testing.T) {
	t.Parallel()
	all := []result.Finding{
		{ID: "mx.cname", Severity: result.SeverityFail, Subject: result.Subject{Domain: "example.org", Host: "mx.example.org"}, Title: "an alias"},
		{
			ID: "tlsrpt.missing", Severity: result.SeverityNote, Subject: result.Subject{Domain: "example.org", Address: "192.0.2.1"}, Title: "none",
			Evidence: "a \"quoted\" line", Actor: result.ActorDNS, Advice: "publish", Publish: []string{"a TXT b"}, RFC: "RFC 8460 section 3",
		},
	}
	e := encoder{}
	e.open()
	e.findings(all)
	e.close()
	var got bytes.Buffer
	if err := json.Compact(&got, e.b); err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(struct {
		Findings []result.Finding `json:"findings"`
	}{all})
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got  %s\nwant %s", got.String(), want)
	}
}
