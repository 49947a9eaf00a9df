package cli

import (
	"errors"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
)

// TestStandardErrorCommandsNobody: in a job of GitHub Actions the runner reads
// standard error as it does standard output, and there is no fence around it.
func TestStandardErrorCommandsNobody(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		reporttest.Forged, reporttest.Hostile, "x\n::error::forged", "x\n\t ::add-mask::x", "##[add-mask]x", "a ##[error]b", "x\r::set-env name=PATH::x",
	} {
		var out strings.Builder
		warn(&out, "%s: %s", "example.org", text)
		say(&out, "%s", text)
		p := &Program{Stderr: &out}
		p.complain(errors.New(text))
		var r reporttest.Runner
		if r.Run(out.String()); len(r.Obeyed) > 0 || r.StopToken != "" {
			t.Errorf("%q has the runner obey %+v", text, r.Obeyed)
		}
		if !strings.Contains(out.String(), "mxprobe: ") || !strings.Contains(out.String(), "warning: example.org") {
			t.Errorf("%q is written as %q", text, out.String())
		}
	}
}
