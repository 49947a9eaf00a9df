package cli

import (
	"io"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// The formats of a report that this package treats apart.
const (
	formatText   = "text"
	formatNagios = "nagios"
	formatGitHub = "github"
)

// formats are the formats of a report of run, in the order of the help.
func formats() []string {
	return []string{formatText, "json", "jsonl"}
}

// defaultFormat is the format of run where none is given.
func (p *Program) defaultFormat() string {
	if p.plugin {
		return formatNagios
	}
	return formatText
}

// occasion is what a report may be told of a run beside its results.
type occasion struct {
	header *result.Run
	text   report.Options
	limits limits
}

// newReport returns the writer of a format. A writer that is a probe.Watcher
// as well wants to see the run go on.
func newReport(format string, w io.Writer, on *occasion) reporter {
	switch format {
	case "json":
		return report.NewJSON(w, on.header)
	case "jsonl":
		return &events{report.NewJSONL(w)}
	}
	return report.NewText(w, on.text)
}
