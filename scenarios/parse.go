package scenarios

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"mxprobe/internal/bounded"
	"mxprobe/internal/yamlnode"
)

// Limits of what Parse takes.
const (
	maxFile    = 1 << 20   // bytes of a scenario file
	maxSteps   = 1000      // steps of a scenario
	maxDepth   = 50        // maps and lists inside each other
	maxEntries = 1000      // keys of a map, entries of a list that is not of steps or rows
	maxAliased = 100_000   // nodes that aliases stand for
	maxRows    = 100_000   // rows of each in all documents of a file
	maxContent = 25 << 20  // bytes of a file with a message or with rows
	maxRead    = 100 << 20 // bytes of all such files together

	maxProblems = 1000 // mistakes that are reported
)

// parser reads one file and collects what is wrong with it.
type parser struct {
	src      *source
	at       cursor
	larger   bool // the file is, than it may be
	reach    *reach
	files    *files
	problems Problems
	quiet    map[int]bool // lines about which enough has been said
	steps    int          // steps of this document
	rows     int          // rows of all documents
	names    []string     // of the scenarios so far
	verb     string       // of the line read last
}

// files reads the files that a scenario names, each once.
type files struct {
	read func(path string, limit int) ([]byte, error)
	seen map[string][]byte
	left int
}

// newParser begins to read a file. read opens the files that it names.
func newParser(file string, src []byte, read func(path string, limit int) ([]byte, error)) *parser {
	text := strings.TrimPrefix(string(src[:min(len(src), maxFile+1)]), "\ufeff")
	return &parser{
		src: newSource(file, text), larger: len(src) > maxFile,
		reach: &reach{dir: filepath.Dir(file), Loader: &Loader{}}, files: &files{read: read, left: maxRead},
	}
}

// all reads the whole file: what could be made out, and the mistakes.
func (p *parser) all() ([]*Scenario, Problems) {
	if p.larger {
		at := p.src.pos(len(p.src.text))
		p.failAt(at, 1, "", "the file is larger than %s", bounded.Size(maxFile))
		return nil, p.problems
	}
	if !p.legible() {
		return nil, p.problems
	}
	out := p.documents()
	return out, p.problems.sorted(p.src.file)
}

// legible refuses what is no text in UTF-8, and the characters that an
// editor does not show.
func (p *parser) legible() bool {
	text := p.src.text
	for i, r := range text {
		var what string
		switch {
		case r >= 0x20 && r < 0x7f: // nearly all
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			p.failAt(p.src.pos(i), 1, "save the file as UTF-8", "this is not UTF-8")
			return false
		case r == '\r' && !strings.HasPrefix(text[i:], "\r\n"):
			what = "a carriage return without a line feed"
		case r == '\t', r == '\n', r == '\r':
		case r == 0xfeff:
			what = "a byte order mark inside the text"
		case r < 0xa0, r == 0x2028, r == 0x2029, isDirection(r):
			what = fmt.Sprintf("the invisible character %U", r)
		}
		if what != "" {
			p.failAt(p.src.pos(i), 1, `in quotes it can be written "\n", "\0", "\u200e" and so on`, "found %s", what)
			return false
		}
	}
	return true
}

// documents reads all documents of the file.
func (p *parser) documents() []*Scenario {
	nodes, err := yamlnode.Decode(p.src.text)
	if err != nil {
		if nodes = p.repair(err); nodes == nil {
			return nil
		}
	}
	var out []*Scenario
	given := 0
	for _, doc := range nodes {
		if len(doc.Content) == 0 || yamlnode.Missing(doc.Content[0]) {
			continue
		}
		given++
		if n := doc.Content[0]; p.bounded(n) {
			read := p.document(n, given)
			out = append(out, read...)
			if len(read) > 0 {
				name, _ := read[0].Name.Literal()
				p.names = append(p.names, name)
			}
		}
	}
	if given == 0 {
		p.failAt(Pos{1, 1}, 1, "the shortest has a list of steps: mxprobe init @rcpt shows one", "there is no scenario in this file")
	}
	return out
}

// open reads a file that the scenario names.
func (f *files) open(path string) ([]byte, error) {
	if b, ok := f.seen[path]; ok {
		return b, nil
	}
	b, err := f.read(path, maxContent)
	if err != nil {
		return nil, err
	}
	if f.left -= len(b); f.left < 0 {
		return nil, fmt.Errorf("the files named so far are larger than %s together", bounded.Size(maxRead))
	}
	if f.seen == nil {
		f.seen = map[string][]byte{}
	}
	f.seen[path] = b
	return b, nil
}
