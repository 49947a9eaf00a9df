package github

import (
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// annotate writes the annotation of an entry, if it needs one.
func (g *Writer) annotate(e *report.Entry) {
	name := "error"
	switch e.Kind() {
	case report.Skipped:
		return
	case report.Passed:
		if e.Status() != result.Warn {
			return
		}
		name = "warning"
	case report.Excused:
		name = "warning"
	}
	g.b = append(g.b, command(name, properties(e), message(e))...)
}

// annotateGroup writes the annotation of what one rule found, or of what is not
// known for one reason.
func (g *Writer) annotateGroup(d *result.Domain, group *report.Group) {
	e := report.Entry{Domain: d, Finding: group.First()}
	name := "error"
	switch {
	case group.Severity == result.SeverityOK:
		return
	case group.Severity == result.SeverityNote:
		name = "notice"
	case group.Severity == result.SeverityWarn, e.Kind() == report.Excused:
		name = "warning"
	}
	lines := []string{report.Title(d) + ": " + group.Sentence()}
	if len(group.Sights) > 1 {
		lines[0] = report.Title(d) + ": " + group.ID + ": " + group.Title
		for i := range group.Sights {
			lines = append(lines, group.Sights[i].Where+": "+group.Sights[i].Evidence)
		}
	}
	if group.Advice != "" {
		lines = append(lines, "hint: "+group.Advice)
	}
	for _, record := range group.Publish {
		lines = append(lines, "publish: "+record)
	}
	title := report.SeverityWord(group.Severity) + " " + group.ID
	if group.Unclear() {
		title = report.SeverityWord(group.Severity) + " " + group.Places()
	}
	g.b = append(g.b, command(name, []property{{"title", title}}, strings.Join(lines, "\n"))...)
}

// properties say where the annotation belongs. The runner leaves out a file
// that is not in the repository, and shows the annotation all the same.
func properties(e *report.Entry) []property {
	var all []property
	if s := e.Decider(); s != nil && report.InFile(s) {
		all = append(all,
			property{"file", s.File},
			property{"line", strconv.Itoa(s.Line)},
			property{"col", strconv.Itoa(max(s.Col, 1))})
	}
	return append(all, property{"title", title(e)})
}

// title is the line in bold: what went how.
func title(e *report.Entry) string {
	t := report.Word(e.Status()) + " " + e.Subject()
	if s := e.Scenario(); s != "" {
		t = report.Word(e.Status()) + " " + s
	}
	return t
}

// message says where and why, one below the other.
func message(e *report.Entry) string {
	where := e.Subject()
	if at := e.Place(); at != "" {
		where += ", " + at
	}
	lines := []string{where + ": " + e.Why()}
	if h := e.Hint(); h != "" {
		lines = append(lines, "hint: "+h)
	}
	return strings.Join(lines, "\n")
}

type property struct{ key, value string }

// command is a workflow command on its line.
func command(name string, properties []property, message string) string {
	b := "::" + name
	sep := " "
	for _, p := range properties {
		b += sep + p.key + "=" + escapeProperty(result.PrintableString(p.value))
		sep = ","
	}
	return b + "::" + escapeData(message) + "\n"
}

// escapeData is what @actions/core does with a message.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty is what @actions/core does with a property. Without it a
// colon or comma would end the property.
func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
