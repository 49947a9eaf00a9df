package transcribe

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of what Read takes and makes.
const (
	// MaxSize is how large a session may be, in bytes.
	MaxSize = 1 << 20

	maxLine  = 64 << 10 // bytes of a line
	maxSteps = 1000     // of one scenario, as the language has it
	maxYAML  = 1 << 20  // bytes of a scenario file, likewise
)

// Remark is something about a session that its reader should know.
type Remark struct {
	Line    int // of the session, counted from 1
	Message string
}

// Result is what became of a session.
type Result struct {
	// YAML is a scenario file: a document for each connection.
	YAML []byte
	// Scenarios and Steps say how many there are of each.
	Scenarios, Steps int
	// Target is true if every scenario names the server it speaks to.
	Target bool
	// Recipient is true if the session does not show one, and ${to} stands for it.
	Recipient bool
	// Delivers is true if a message was handed over in the session.
	Delivers bool
	// Remarks are in the order of the lines.
	Remarks []Remark
}

// Read makes scenarios of a session; name is what they are called. The error
// says why there are none: the file is too large or no text, nothing in it is a
// command together with its reply, or it begins in the middle of a session.
func Read(name string, src []byte) (*Result, error) {
	lines, err := split(src)
	if err != nil {
		return &Result{}, err
	}
	r := &reader{tells: tells()}
	r.read(r.unwrapped(lines))
	return r.result(name)
}

// line is one line of a session.
type line struct {
	number int
	text   string
}

// split takes the lines apart, as a terminal would have shown them.
func split(src []byte) ([]line, error) {
	switch {
	case len(src) > MaxSize:
		return nil, fmt.Errorf("the session is larger than %d bytes", MaxSize)
	case strings.HasPrefix(string(src), "\xff\xfe"), strings.HasPrefix(string(src), "\xfe\xff"):
		return nil, errors.New("the session is in UTF-16; save it as UTF-8")
	}
	text := strings.TrimPrefix(string(src), "\ufeff")
	if at := strings.IndexByte(text, 0); at >= 0 {
		return nil, fmt.Errorf("line %d holds a NUL: this is no text", 1+strings.Count(text[:at], "\n"))
	}
	var out []line
	for raw := range strings.SplitSeq(text, "\n") {
		if len(raw) > maxLine {
			return nil, fmt.Errorf("line %d is longer than %d bytes: this is no session", len(out)+1, maxLine)
		}
		shown := strings.TrimRight(raw, "\r")
		if !plain(raw) {
			shown = onTerminal(raw)
		}
		out = append(out, line{number: len(out) + 1, text: shown})
	}
	return out, nil
}

// result writes what was read.
func (r *reader) result(name string) (*Result, error) {
	out := &Result{Target: true}
	used := slices.DeleteFunc(r.sessions, func(s *session) bool { return !s.usable() })
	var documents []string
	for i, s := range used {
		if err := s.whole(); err != nil {
			return &Result{}, err
		}
		title := name
		if len(used) > 1 {
			title = fmt.Sprintf("%s %d", name, i+1)
		}
		w := writer{result: out, remark: r.remark}
		document, err := w.scenario(title, s)
		if err != nil {
			return &Result{}, err
		}
		documents = append(documents, document)
	}
	if len(used) == 0 {
		return &Result{}, r.noScenario()
	}
	out.Scenarios, out.Remarks = len(used), sorted(r.remarks)
	out.YAML = []byte(strings.Join(documents, "---\n"))
	if len(out.YAML) > maxYAML {
		return &Result{}, fmt.Errorf("the scenario would be larger than %d bytes; cut the session", maxYAML)
	}
	return out, nil
}

// noScenario says why none came out.
func (r *reader) noScenario() error {
	switch {
	case r.replies == 0 && r.commands == 0:
		return errors.New("nothing in it looks like an SMTP session: no reply such as \"220 mx1.example.org ESMTP\"")
	case r.replies == 0:
		return errors.New("it has commands, but no reply of a server: there is nothing to expect")
	case r.commands == 0:
		return errors.New("it has replies, but none of the lines that were sent; record both sides, with script(1) for example")
	}
	return errors.New("no command in it has a reply")
}

func (r *reader) remark(at int, format string, args ...any) {
	r.remarks = append(r.remarks, Remark{at, fmt.Sprintf(format, args...)})
}

// sorted returns remarks by line; what is said of several lines in a row is
// said once.
func sorted(all []Remark) []Remark {
	slices.SortStableFunc(all, func(a, b Remark) int { return cmp.Compare(a.Line, b.Line) })
	var out []Remark
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i+n].Message == all[i].Message && all[i+n].Line <= all[i+n-1].Line+1 {
			n++
		}
		said := all[i]
		if last := all[i+n-1].Line; last > said.Line {
			said.Message += " (and so on to line " + strconv.Itoa(last) + ")"
		}
		out = append(out, said)
		i += n
	}
	return out
}
