package cli

import (
	"io"

	"mxprobe/scenarios"
)

// warnDoubts shows the lines of scenarios that may be slips. The rows of one
// scenario have the same lines.
func warnDoubts(w io.Writer, all []*scenarios.Scenario) { warnOf(w, all, (*scenarios.Scenario).Doubts) }

// warnLogins shows the lines that hold a login.
func warnLogins(w io.Writer, all []*scenarios.Scenario) {
	warnOf(w, all, (*scenarios.Scenario).TypedLogins)
}

func warnOf(w io.Writer, all []*scenarios.Scenario, doubts func(*scenarios.Scenario) []scenarios.Doubt) {
	for i, sc := range all {
		if i > 0 && sc.File == all[i-1].File && sc.Pos == all[i-1].Pos {
			continue
		}
		for _, d := range doubts(sc) {
			warn(w, "%s:%d:%d: %s", sc.File, d.Pos.Line, d.Pos.Col, d.Message)
		}
	}
}
