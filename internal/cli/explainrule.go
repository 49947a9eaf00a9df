package cli

import (
	"fmt"
	"strings"

	"mxprobe/internal/audit/rules"
	"mxprobe/internal/report"
)

// explainRule says what a finding means and what to do, or lists those of a
// subject.
func (p *Program) explainRule(id string) (int, error) {
	var b strings.Builder
	if r, ok := rules.Find(id); ok {
		fmt.Fprintf(&b, "%s: %s\n\n", r.ID, r.Title)
		paragraph(&b, "", r.Means)
		paragraph(&b, "to do: ", r.Advice)
		fmt.Fprintf(&b, "\nseverity: %s at most; who: %s", r.Severity, r.Actor)
		if r.RFC != "" {
			fmt.Fprintf(&b, "; %s", r.RFC)
		}
		b.WriteString("\n")
	} else {
		for _, r := range rules.Table() {
			if r.Subject() == id {
				fmt.Fprintf(&b, "%-24s %-5s %s\n", r.ID, r.Severity, r.Title)
			}
		}
	}
	_, err := p.Stdout.Write([]byte(b.String()))
	return ExitOK, err
}

const explainWidth = 78

func paragraph(b *strings.Builder, label, text string) {
	for i, line := range report.Wrap(text, explainWidth-len(label)) {
		if i > 0 {
			label = strings.Repeat(" ", len(label))
		}
		b.WriteString(label + line + "\n")
	}
}
