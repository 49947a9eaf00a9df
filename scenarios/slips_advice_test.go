package scenarios

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// Who follows the advice on a slip has a file without it.
func TestAdviceOnSlipsHelps(t *testing.T) {
	t.Parallel()
	for _, slip := range []string{
		"steps:\n  - RCPT TO: <kate@example.org>",
		"steps:\n  - mail from: <kate@example.org> SIZE=1",
		"steps:\n  - send: RCPT TO: <kate@example.org>",
		"steps:\n  - send: NOOP a: b",
		"steps:\n  - EHLO: x",
		"steps:\n  - ehlo: x",
		"steps:\n  - XFOO: x",
		"steps:\n  - XFOO a: b: c",
		"steps:\n  - send: MAIL FROM:",
		"steps:\n  - MAIL FROM:",
		"steps:\n  - send: @x",
		"steps:\n  - @x",
		"steps:\n  - *x",
		"steps:\n  - send: *x",
		"steps:\n  - \"EHLO\" x",
		"steps:\n  - 'EHLO' x",
		"steps:\n  - send: \"EHLO\" x",
		"steps:\n  - send: 'EHLO' x",
		"steps:\n  - \"send\": 'EHLO' x",
		"steps:\n  - send: [EHLO] x",
		"steps:\n  - [EHLO] x",
		"steps:\n  - \"EHLO x",
		"steps:\n  - send: 'EHLO x",
		"steps: [NOOP]\nname: what: ever",
		"steps: [NOOP]\ndescription: see this: it works",
		"steps: [NOOP]\nvars:\n  FOO: a: b",
		"steps: [NOOP]\neach:\n  - who: a: b",
		"steps:\n  - message: Subject: test\n",
	} {
		_, err := Parse("x.yaml", []byte(slip))
		problems, ok := errors.AsType[Problems](err)
		if !ok || len(problems) != 1 || problems[0].Hint == "" {
			t.Errorf("Parse(%q) = %v; want one mistake with a hint", slip, err)
			continue
		}
		for advice := range strings.SplitSeq(problems[0].Hint, ", or ") {
			fixed := follow(t, slip, advice, problems[0].Pos)
			if _, err := Parse("x.yaml", []byte(fixed)); err != nil {
				t.Errorf("%q with the advice %q is %q:\n%v", slip, advice, fixed, err)
			}
		}
	}
}

// follow does what the advice says about the place.
func follow(t *testing.T, src, advice string, at Pos) string {
	t.Helper()
	lines := strings.Split(src, "\n")
	line := &lines[at.Line-1]
	quoting := regexp.MustCompile(`^(?:quote|put) (?:the whole line|all that follows "(.*)")(?: in (single|double) quotes)?$`)
	switch m := quoting.FindStringSubmatch(advice); {
	case advice == "remove it":
		*line = (*line)[:at.Col-1] + (*line)[at.Col:]
	case advice == "close it":
		*line += (*line)[at.Col-1 : at.Col]
	case advice == "leave the colon out":
		*line = (*line)[:at.Col-2] + (*line)[at.Col-1:]
	case m != nil:
		before, rest, _ := strings.Cut(*line, "- ")
		before += "- "
		if m[1] != "" {
			from := strings.Index(strings.ReplaceAll(*line, `"`, ""), m[1]) + strings.Count(strings.Split(*line, ":")[0], `"`)
			before, rest = (*line)[:from+len(m[1])], (*line)[from+len(m[1]):]
			before += " "
		}
		quote := `"`
		if m[2] == "single" {
			quote = "'"
		}
		*line = before + quote + strings.TrimSpace(rest) + quote
	default:
		t.Errorf("nobody knows how to follow %q", advice)
	}
	return strings.Join(lines, "\n")
}
