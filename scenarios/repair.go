package scenarios

import (
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxSearch is how long a text may be whose first bad line is looked for by
// parsing parts of it.
const maxSearch = 64 << 10

// repair reports why a text is no YAML, by the name of the slip where it is a
// known one. If something can stand in for each slip, it returns the nodes of
// the text so repaired, so that all else can be looked at too; else nil.
func (p *parser) repair(err error) []*yaml.Node {
	slips := findSlips(p.src.text)
	hopeless := len(slips) == 0
	quiet := map[int]bool{}
	for _, s := range slips {
		at := p.src.pos(s.at)
		hopeless = hopeless || s.hopeless
		if s.message != "" {
			p.failAt(at, s.width, s.hint, "%s", s.message)
		}
		for line := p.src.pos(s.from).Line; line <= at.Line && !s.hopeless; line++ {
			quiet[line] = true
		}
	}
	if hopeless {
		if len(slips) == 0 {
			p.syntax(p.src.text, err)
		}
		return nil
	}
	text := replaceSlips(p.src.text, slips)
	p.quiet = quiet
	nodes, err := decode(text)
	if err != nil {
		p.syntax(text, err)
		return nil
	}
	return nodes
}

// replaceSlips puts the replacements in. They do not overlap.
func replaceSlips(text string, slips []slip) string {
	var b strings.Builder
	at := 0
	for _, s := range slips {
		if s.from < at {
			continue
		}
		b.WriteString(text[at:s.from])
		b.WriteString(s.replacement)
		// Lines keep their numbers.
		b.WriteString(strings.Repeat("\n", strings.Count(text[s.from:s.to], "\n")))
		at = s.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// syntax reports an error of the YAML module. It names a line, which may be
// that of the map or list around the mistake, and no column.
func (p *parser) syntax(text string, err error) {
	message, line := cutLine(err.Error())
	if len(text) <= maxSearch {
		line = firstBadLine(text, message, line)
	}
	line = min(max(line, 1), max(p.src.count(), 1))
	source := p.src.line(line)
	col := 1
	for col <= len(source) && source[col-1] == ' ' {
		col++
	}
	p.failAt(Pos{line, col}, len(strings.TrimSpace(source)), syntaxHint(message), "this is not YAML: %s", message)
}

// cutLine takes an error of the YAML module apart.
func cutLine(text string) (message string, line int) {
	message = strings.TrimPrefix(text, "yaml: ")
	rest, ok := strings.CutPrefix(message, "line ")
	if !ok {
		return message, 1
	}
	number, rest, ok := strings.Cut(rest, ": ")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return message, 1
	}
	return rest, n
}

// firstBadLine returns the number of the first line that, with all before it,
// has the same error as the whole text.
func firstBadLine(text, message string, line int) int {
	var ends []int
	for i := range len(text) {
		if text[i] == '\n' || i == len(text)-1 {
			ends = append(ends, i+1)
		}
	}
	n := sort.Search(len(ends), func(i int) bool {
		_, err := decode(text[:ends[i]])
		if err == nil {
			return false
		}
		m, _ := cutLine(err.Error())
		return m == message
	})
	if n == len(ends) {
		return line
	}
	return n + 1
}

func syntaxHint(message string) string {
	switch {
	case strings.HasPrefix(message, "did not find expected"):
		return "look at the indentation, and at quotes and brackets"
	case strings.HasPrefix(message, "mapping values"):
		return "quote a text with a colon and a blank in it, and look at the indentation"
	default:
		return ""
	}
}
