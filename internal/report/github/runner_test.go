package github

import (
	"testing"

	"mxprobe/internal/report/reporttest"
)

// TestRunnerObeys: the runner of these tests does what is forged.
func TestRunnerObeys(t *testing.T) {
	t.Parallel()
	for _, log := range []string{"::error::x", "  ::error file=a,line=1::x", "S: 250 ##[error]x", "a\r::set-env name=PATH::x"} {
		var r reporttest.Runner
		r.Run(log)
		if len(r.Obeyed) != 1 || r.Obeyed[0].Data != "x" {
			t.Errorf("%q: obeyed %+v", log, r.Obeyed)
		}
	}
	var r reporttest.Runner
	r.Run("::stop-commands::t0ken\n::error::x\n##[error]x\n::t1ken::\n::T0KEN::\n::warning::y")
	if len(r.Obeyed) != 1 || r.Obeyed[0].Name != "warning" || len(r.Shown) != 3 {
		t.Errorf("after the token: obeyed %+v, shown %q", r.Obeyed, r.Shown)
	}
}
