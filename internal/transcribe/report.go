package transcribe

import "strings"

// outside takes a line without a mark among lines with marks.
func (r *reader) outside(l *line, text string) {
	if name, ok := heading(text); ok {
		// The dialogue does not repeat the line that a heading shows.
		if isVerb(verb(name)) {
			r.heading = name
		}
		return
	}
	switch {
	case verdict(l.text) != "":
		r.hangUp(false)
		r.report = true
	case strings.Contains(l.text, " MX host"):
		r.report = true
	}
	if !r.report {
		r.remark(l.number, "left out: it bears no mark of either side")
	}
}

// verdict returns the verdict that a line of mxprobe's report begins with,
// with the blanks behind it, or nothing.
func verdict(text string) string {
	for _, word := range []string{"PASS", "WARN", "FAIL", "INCONCLUSIVE", "SKIP", "NOT RUN"} {
		if rest, ok := strings.CutPrefix(text, word+"  "); ok {
			return text[:len(text)-len(strings.TrimLeft(rest, " "))]
		}
	}
	return ""
}

// heading returns the name of a step from its heading in mxprobe's report,
// such as "   1  PASS  EHLO probe.test  42 ms".
func heading(text string) (name string, ok bool) {
	text = strings.TrimLeft(text, " ")
	n := 0
	for n < len(text) && digit(text[n]) {
		n++
	}
	if n == 0 || n > 4 {
		return "", false
	}
	text = strings.TrimLeft(text[n:], " ")
	v := verdict(text)
	if v == "" {
		return "", false
	}
	name, _, _ = strings.Cut(text[len(v):], "  ")
	return name, true
}
