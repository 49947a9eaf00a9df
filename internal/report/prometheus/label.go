package prometheus

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mxprobe/probe/result"
)

// maxLabel bounds the value of a label.
const maxLabel = 200

// label makes a value of a label: printable, in UTF-8 and bounded. It cuts what
// is printable already, for the escapes take room as well.
func label(s string) string {
	s = result.PrintableString(s)
	if len(s) <= maxLabel {
		return s
	}
	const dots = "..."
	end := maxLabel - len(dots)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + dots
}

// names are those in use.
type names map[string]bool

// free returns a name that nothing else has within the same names around it:
// the name itself, or with a number behind it.
func (n names) free(name string, within ...string) string {
	// No name has a newline, which label has made printable.
	around := strings.Join(within, "\n") + "\n"
	free := name
	for i := 2; n[around+free]; i++ {
		free = name + "#" + strconv.Itoa(i)
	}
	n[around+free] = true
	return free
}
