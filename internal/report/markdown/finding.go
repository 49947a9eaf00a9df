package markdown

import (
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// findingHead is the head of the table of findings.
const findingHead = "| | Finding | Domain | Where | What |\n|-|-|-|-|-|\n"

// findings keeps what rules found and is not sound, and what to do about it.
func (m *Writer) findings(d *result.Domain, most int) {
	for _, g := range report.Groups(d) {
		if g.Severity == result.SeverityOK {
			continue
		}
		sign := findingMark(g.Severity)
		for i := range g.Sights {
			what := g.Title
			if seen := g.Sights[i].Evidence; seen != "" {
				what += ": " + seen
			}
			m.found.add(most, "| "+sign+" | "+cell(g.ID)+" | "+cell(report.Title(d))+" | "+cell(g.Sights[i].Where)+" | "+cell(what)+" |\n")
		}
		if g.Severity == result.SeverityNote || g.Advice == "" {
			continue
		}
		who := ""
		if g.Actor != "" {
			who = " (" + g.Actor + ")"
		}
		text := "- " + sign + " " + code(g.ID) + ", " + code(report.Title(d)) + who + ": " + code(g.Advice) + "\n"
		if len(g.Publish) > 0 {
			text += "\n" + fenced(records(g.Publish)) + "\n"
		}
		m.mend.add(most, text)
	}
}

// records are DNS records as lines of their own. None begins as a command of a
// CI system does, in whose log the report may end up.
func records(all []string) []string {
	var lines []string
	for _, r := range all {
		if strings.HasPrefix(strings.TrimLeft(r, " "), "::") {
			r = strings.Replace(r, ":", `\x3a`, 1)
		}
		lines = append(lines, r)
	}
	return lines
}

// findingMark is a severity as it is seen from afar, and in words.
func findingMark(s result.Severity) string {
	if s == result.SeverityNote {
		return "ℹ️ NOTE"
	}
	return mark(s.Verdict())
}
