package report

import (
	"fmt"
	"strings"
)

// How a run of lines that are alike is shown: its first and its last ones.
const (
	maxAlike   = 6 // as many are shown all
	firstAlike = 2
	lastAlike  = 1
)

// foldAlike leaves out the middle of long runs of replies that are alike, or
// of commands with their replies, as of fifty recipients that were all taken.
func foldAlike(lines []spoken) []spoken {
	var out []spoken
	for i := 0; i < len(lines); {
		unit, n := 1, alikeFrom(lines[i:], 1)
		if pairs := alikeFrom(lines[i:], 2); pairs > n {
			unit, n = 2, pairs
		}
		if n <= maxAlike {
			out = append(out, lines[i])
			i++
			continue
		}
		last := i + (n-lastAlike)*unit
		out = append(out, lines[i:i+firstAlike*unit]...)
		out = append(out, spoken{label: remark, text: fmt.Sprintf("%d more like these, -v shows all", n-firstAlike-lastAlike)})
		i += n * unit
		out = append(out, lines[last:i]...)
	}
	return out
}

// alikeFrom counts how often the first unit lines come again and again. A
// unit ends with a reply, and a line with a mark is like no other.
func alikeFrom(lines []spoken, unit int) int {
	if len(lines) < unit || lines[unit-1].label != "S: " || lines[0].label == remark || unit == 2 && lines[0].label != "C: " {
		return 0
	}
	n := 0
	for i := 0; i+unit <= len(lines); i += unit {
		for j := range unit {
			if lines[i+j].mark != "" || likeness(&lines[i+j]) != likeness(&lines[j]) {
				return n
			}
		}
		n++
	}
	return n
}

// likeness is what lines that are alike have in common: the verb of a
// command, the code and the enhanced status code of a reply.
func likeness(l *spoken) string {
	first, rest, _ := strings.Cut(l.text, " ")
	if l.label != "S: " {
		return l.label + strings.ToUpper(first)
	}
	second, _, _ := strings.Cut(rest, " ")
	if strings.Count(second, ".") == 2 && strings.Trim(second, ".0123456789") == "" {
		first += " " + second
	}
	return l.label + first
}
