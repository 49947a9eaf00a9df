package github

import (
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// FuzzCommand: whatever texts hold, the runner reads one command, with these
// texts.
func FuzzCommand(f *testing.F) {
	f.Add("250 2.1.5 Ok", "send.yaml")       // the usual
	f.Add("%0A::error::x", "a%2Cb,c:d%")     // escaped already
	f.Add("##[error]x", "a=b,line=1::")      // the older form
	f.Add(reporttest.Forged, "\r\n")         // everything at once
	f.Add(reporttest.Hostile, "::t0ken::\n") // the same for terminals
	f.Fuzz(func(t *testing.T, message, file string) {
		message, want := result.PrintableString(message), result.PrintableString(file)
		var r runner
		r.run(command("error", []property{{"file", file}, {"title", "t"}}, message))
		if len(r.obeyed) != 1 || len(r.shown) > 0 {
			t.Fatalf("%q, %q: obeyed %+v, shown %q", message, file, r.obeyed, r.shown)
		}
		if c := r.obeyed[0]; c.name != "error" || c.data != message || c.properties["file"] != want || c.properties["title"] != "t" {
			t.Errorf("%q, %q: read as %+v", message, file, c)
		}
	})
}
