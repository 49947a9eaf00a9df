package markdown

import (
	"strings"

	"mxprobe/probe/result"
)

// maxText is how much of a message is shown. Messages are a line; this is for
// those that somebody made long on purpose.
const maxText = 1000

// cut returns s, or its start.
func cut(s string) string { return result.Printable([]byte(s), maxText) }

// code writes foreign text as a code span, whose text nothing acts on. The
// number of backticks is one that the text has not (CommonMark section 6.1).
func code(s string) string {
	s = cut(s)
	if s == "" {
		return ""
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		s = " " + s + " " // one blank at each end is taken off again
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	return fence + s + fence
}

// cell is code inside of a table, where a | would end it. Escaping it is no
// way out: readers do not agree on what \\| is.
func cell(s string) string { return strings.ReplaceAll(code(s), "|", `\x7c`) }

// fenced writes lines as a code block, behind a fence that is longer than any
// in them (section 4.5).
func fenced(lines []string) string {
	text := strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(longestRun(text)+1, 3))
	return fence + "text\n" + text + "\n" + fence + "\n"
}

// longestRun is the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// mark is a verdict as it is seen from afar, and in words.
func mark(v result.Verdict) string {
	switch v {
	case result.Pass:
		return "✅ PASS"
	case result.Warn:
		return "🟡 WARN"
	case result.Fail:
		return "❌ FAIL"
	case result.Inconclusive:
		return "❓ INCONCLUSIVE"
	case result.Skip:
		return "⏩ SKIP"
	}
	return "⬜ NOT RUN"
}
