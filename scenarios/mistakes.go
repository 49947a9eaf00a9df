package scenarios

import (
	"os"
	"strings"
)

// Mistakes returns everything that is wrong with a scenario file: what Parse
// finds, and what Undefined finds with these overrides. In a file with
// mistakes of the first kind it does not ask for names that what could not
// be read may have defined.
func Mistakes(file string, src []byte, overrides []map[string]string) Problems {
	return mistakes(file, src, overrides, readFile)
}

func mistakes(file string, src []byte, overrides []map[string]string, read func(string, int) ([]byte, error)) Problems {
	all, problems := parsePartly(file, src, read)
	lost := ""
	if len(problems) > 0 {
		lost = string(src)
	}
	for _, s := range all {
		if len(problems) >= maxProblems {
			break
		}
		c := checker{s: s, overrides: overrides, getenv: os.LookupEnv, lost: lost}
		problems = append(problems, c.all()...)
	}
	return problems.sorted(file)
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
