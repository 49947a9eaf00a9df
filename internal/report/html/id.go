package html

import (
	"strconv"
	"strings"
)

// maxID bounds one part of an id.
const maxID = 80

// idSet gives out ids that are made of names, so that a link into the report
// of one run leads to the same place in the report of the next, and that are
// unique in the page.
type idSet map[string]int

// take returns an id below another one.
func (s idSet) take(parent, name string) string {
	id := slug(name)
	if parent != "" {
		id = parent + "/" + id
	}
	s[id]++
	if n := s[id]; n > 1 {
		// No slug has a tilde, so that no name can take this id.
		id += "~" + strconv.Itoa(n)
	}
	return id
}

// slug keeps of a name what means the same in an attribute, in an URL and in
// a selector of a style.
func slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == ':' || r == '_':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		default:
			gap = true
		}
		if b.Len() >= maxID {
			break
		}
	}
	if b.Len() == 0 {
		return "x"
	}
	return b.String()
}
