package junit

import (
	"encoding/xml"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// FuzzText: whatever a text holds, an XML parser reads it back as it would
// be printed, from an attribute and from an element.
func FuzzText(f *testing.F) {
	f.Add("250 2.1.5 Ok")                 // the usual
	f.Add(`]]>&lt;&#10;<a b='c"'/>`)      // markup
	f.Add("\ufffe\uffff\xed\xa0\x80\x0b") // what XML forbids
	f.Add(reporttest.Forged)              // everything at once
	f.Add(reporttest.Hostile)             // the same for terminals
	f.Fuzz(func(t *testing.T, s string) {
		var x document
		x.lines(0, "failure", []string{s}, attr{"message", s, true})
		var got struct {
			Message string `xml:"message,attr"`
			Body    string `xml:",chardata"`
		}
		if err := xml.Unmarshal(x.b, &got); err != nil {
			t.Fatalf("%v in %s", err, x.b)
		}
		if want := result.PrintableString(s); got.Message != want || got.Body != "\n"+want+"\n" {
			t.Errorf("%q is read as %q and %q; want %q", s, got.Message, got.Body, want)
		}
	})
}
