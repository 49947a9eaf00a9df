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
		var r reporttest.Runner
		r.Run(command("error", []property{{"file", file}, {"title", "t"}}, message))
		if len(r.Obeyed) != 1 || len(r.Shown) > 0 {
			t.Fatalf("%q, %q: obeyed %+v, shown %q", message, file, r.Obeyed, r.Shown)
		}
		if c := r.Obeyed[0]; c.Name != "error" || c.Data != message || c.Properties["file"] != want || c.Properties["title"] != "t" {
			t.Errorf("%q, %q: read as %+v", message, file, c)
		}
	})
}
