package markdown

import (
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// maxListRows is how many rows a table of a list has.
const maxListRows = 10

// tables are what a long list came to; nothing for a short one, which can be seen
// at once.
func tables(l *result.List) string {
	if l == nil || l.Domains.Total() <= report.LongList {
		return ""
	}
	var b strings.Builder
	row := func(name string, c *result.Counts) {
		b.WriteString("| " + name)
		for _, n := range []int{c.Total(), c.Fail, c.Inconclusive, c.Pass} {
			b.WriteString(" | " + strconv.Itoa(n))
		}
		b.WriteString(" |\n")
	}
	head := func(title string) {
		b.WriteString("\n| " + title + " | Domains | Failed | Inconclusive | Passed |\n| --- | ---: | ---: | ---: | ---: |\n")
	}
	head("List")
	row("all", &l.Domains)
	for _, t := range report.Tables(l) {
		head(t.Title)
		others := t.Others
		for i := range t.Rows {
			if i >= maxListRows {
				others.AddAll(&t.Rows[i].Domains)
				continue
			}
			row(cell(cut(t.Rows[i].Name)), &t.Rows[i].Domains)
		}
		if others.Total() > 0 {
			row("others", &others)
		}
	}
	return b.String()
}
