package cli

import (
	"crypto/rand"
	"io"
	"path/filepath"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/internal/report/github"
	"mxprobe/internal/report/html"
	"mxprobe/internal/report/junit"
	"mxprobe/internal/report/markdown"
	"mxprobe/internal/report/nagios"
	"mxprobe/internal/report/prometheus"
	"mxprobe/internal/report/tap"
	"mxprobe/probe/result"
)

// The formats of a report that this package treats apart.
const (
	formatText     = "text"
	formatNagios   = "nagios"
	formatMarkdown = "markdown"
	formatGitHub   = "github"
	formatJSON     = "json"
	formatJSONL    = "jsonl"
	formatHTML     = "html"
)

// formats are the formats of a report of run, in the order of the help.
func formats() []string {
	return []string{formatText, "json", "jsonl", "junit", "tap", formatNagios, "prometheus", formatMarkdown, "html", formatGitHub}
}

// defaultFormat is the format of run where none is given.
func (p *Program) defaultFormat() string {
	if p.plugin {
		return formatNagios
	}
	if on, _ := p.LookupEnv("GITHUB_ACTIONS"); on == "true" {
		return formatGitHub
	}
	return formatText
}

// occasion is what a report may be told of a run beside its results.
type occasion struct {
	header *result.Run
	text   report.Options
	limits limits
	// file is where the report goes, empty for standard output.
	file string
}

// labels tell the metrics of one file from those of another: the collector
// refuses all files where two hold the same series.
func (on *occasion) labels() []prometheus.Label {
	if on.file == "" {
		return nil
	}
	name, _ := strings.CutSuffix(filepath.Base(on.file), ".prom")
	return []prometheus.Label{{Name: "run", Value: name}}
}

// newReport returns the writer of a format. A writer that is a probe.Watcher
// as well wants to see the run go on.
func newReport(format string, w io.Writer, on *occasion) reporter {
	switch format {
	case "json":
		return report.NewJSON(w, on.header)
	case "jsonl":
		return &events{report.NewJSONL(w)}
	case "junit":
		return junit.New(w, on.header)
	case "tap":
		return tap.New(w, on.header)
	case formatNagios:
		return nagios.New(w, on.header, nagios.Thresholds{Warning: on.limits.warning, Critical: on.limits.critical})
	case "prometheus":
		return prometheus.New(w, on.header, on.labels()...)
	case formatMarkdown:
		return markdown.New(w, on.header)
	case "html":
		return html.New(w, on.header)
	case formatGitHub:
		return github.New(w, on.text, rand.Text())
	}
	return report.NewText(w, on.text)
}
