package scenarios

import (
	"os"
	"strings"
)

// mistakes is Loader.Mistakes.
func (p *parser) mistakes(overrides []map[string]string) Problems {
	all, problems := p.all()
	lost := ""
	if len(problems) > 0 {
		lost = p.src.text
	}
	for _, s := range all {
		if len(problems) >= maxProblems {
			break
		}
		c := checker{s: s, overrides: overrides, getenv: os.LookupEnv, lost: lost}
		problems = append(problems, c.all()...)
	}
	return problems.sorted(p.src.file)
}

// isKeyIn reports whether a text holds a name with a colon behind it, as a
// key is written, outside of ${name:-default}.
func isKeyIn(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		before, after := text[:at+i], text[at+i+len(name):]
		after = strings.TrimLeft(strings.TrimLeft(after, `"'`), " \t")
		if strings.HasPrefix(after, ":") && !strings.HasSuffix(before, "${") {
			return true
		}
		at += i + len(name)
	}
}
