package scenarios

import (
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlslip"

	"mxprobe/internal/yamlnode"
)

// maxSearch is how long a text may be whose first bad line is looked for by
// parsing parts of it.
const maxSearch = 64 << 10

// repair reports why a text is no YAML, by the name of the slip where it is a
// known one. If something can stand in for each slip, it returns the nodes of
// the text so repaired, so that all else can be looked at too; else nil.
func (p *parser) repair(err error) []*yaml.Node {
	slips := yamlslip.Find(p.src.text, func(word string) bool { return isName(word) && !isCommand(word) })
	hopeless := len(slips) == 0
	quiet := map[int]bool{}
	for i := range slips {
		s := &slips[i]
		at := p.src.pos(s.At)
		hopeless = hopeless || s.Hopeless
		if s.Message != "" {
			p.failAt(at, s.Width, s.Hint, "%s", s.Message)
		}
		for line := p.src.pos(s.From).Line; line <= at.Line && !s.Hopeless; line++ {
			quiet[line] = true
		}
	}
	if hopeless {
		if len(slips) == 0 {
			p.syntax(p.src.text, err)
		}
		return nil
	}
	text := yamlslip.Replace(p.src.text, slips)
	p.quiet = quiet
	nodes, err := yamlnode.Decode(text)
	if err != nil {
		p.syntax(text, err)
		return nil
	}
	return nodes
}

// syntax reports an error of the YAML module. It names a line, which may be
// that of the map or list around the mistake, and no column.
func (p *parser) syntax(text string, err error) {
	message, line := yamlnode.Message(err)
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
		_, err := yamlnode.Decode(text[:ends[i]])
		if err == nil {
			return false
		}
		m, _ := yamlnode.Message(err)
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
