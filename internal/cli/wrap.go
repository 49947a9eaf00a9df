package cli

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"

	"mxprobe/internal/report"
	"mxprobe/scenarios"
)

// columns is how wide the terminal w is, 0 if it is none: what a program or a
// file gets has lines of any length.
func columns(w io.Writer) int {
	fd, ok := terminal(w)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		return 0
	}
	return max(width, 40)
}

// setIn breaks a line between words, with two blanks before what follows. A
// text of several lines has a form of its own and is returned as it is.
func setIn(text string, width int) string {
	if width == 0 || strings.Contains(text, "\n") {
		return text
	}
	return strings.Join(report.Wrap(text, width-2), "\n  ")
}

// laidOut words mistakes in files as they word themselves, but with a hint
// that does not fit behind its caret on lines of its own below it.
func laidOut(problems scenarios.Problems, width int) string {
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = p.Error()
		last := texts[i][strings.LastIndexByte(texts[i], '\n')+1:]
		if width == 0 || p.Hint == "" || len([]rune(last)) <= width {
			continue
		}
		gutter := "    "
		if p.Source != "" {
			gutter = strings.Repeat(" ", len(fmt.Sprint(p.Pos.Line))+3) + "| "
		}
		hint := p.Hint
		p.Hint = ""
		texts[i] = p.Error() + "\n" + gutter + strings.Join(report.Wrap(hint, width-len(gutter)), "\n"+gutter)
	}
	return strings.Join(texts, "\n")
}
