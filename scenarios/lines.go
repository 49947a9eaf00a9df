package scenarios

import (
	"fmt"
	"strings"
)

// LinePattern is one entry of lines: what a line of the reply starts with,
// code and separator included, or "..." for any number of lines.
type LinePattern struct {
	Pos Pos
	// Rest is true for "...".
	Rest   bool
	Prefix string
	tmpl   *Text
}

// String returns the pattern as written.
func (p *LinePattern) String() string {
	switch {
	case p.tmpl != nil:
		return p.tmpl.String()
	case p.Rest:
		return "..."
	default:
		return p.Prefix
	}
}

// parseLinePattern reads "...", or a code alone or with a separator and text.
func parseLinePattern(text string) (LinePattern, error) {
	if text == "..." {
		return LinePattern{Rest: true}, nil
	}
	ok := len(text) >= 3 && text[0] >= '2' && text[0] <= '5' && isStatusNumber("1"+text[1:3]) &&
		(len(text) == 3 || text[3] == ' ' || text[3] == '-')
	if !ok {
		return LinePattern{}, fmt.Errorf(`%q does not start as a line of a reply does ("250-", "250 ", or "..." for any lines)`, text)
	}
	return LinePattern{Prefix: text}, nil
}

func (p *LinePattern) resolve(lookup Lookup) (LinePattern, error) {
	if p.tmpl == nil {
		return *p, nil
	}
	return resolveText(p.tmpl, lookup, func(value string) (LinePattern, error) {
		out, err := parseLinePattern(value)
		out.Pos = p.Pos
		return out, err
	})
}

// MatchLines reports whether the lines of a reply, with code and separator
// and without line end, are those wanted: in order, none missing and none
// left over but where a "..." stands. If not, at is the index of the first
// pattern that was not met, or len(want) if only lines were left over.
func MatchLines(want []LinePattern, got []string) (ok bool, at int) {
	// As in matching a glob: after a "..." the earliest fit is tried
	// first, and only the latest "..." has to take more lines.
	w, g, rest, mark, furthest := 0, 0, -1, 0, 0
	for g < len(got) {
		switch {
		case w < len(want) && want[w].Rest:
			rest, mark = w, g
			w++
		case w < len(want) && strings.HasPrefix(got[g], want[w].Prefix):
			w, g = w+1, g+1
		case rest >= 0:
			furthest = max(furthest, w)
			mark++
			w, g = rest+1, mark
		default:
			return false, max(furthest, w)
		}
	}
	for w < len(want) && want[w].Rest {
		w++
	}
	if w < len(want) {
		return false, max(furthest, w)
	}
	return true, w
}
