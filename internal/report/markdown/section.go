package markdown

import (
	"strconv"
	"strings"
)

// section collects the items of a part of the report, as far as they can find
// room.
type section struct {
	head  string // of the table that the items are rows of
	items []string
	bytes int
	left  int // items that have no room
}

// add appends an item in the first of its forms for which there is room, the
// longest form first.
func (s *section) add(most int, forms ...string) {
	for _, f := range forms {
		if s.bytes+len(f) <= most {
			s.items = append(s.items, f)
			s.bytes += len(f)
			return
		}
	}
	s.left++
}

func (s *section) size() int { return s.bytes }

// render returns the section with its title, and with a remark where not all
// of it has room; nothing if it is empty.
func (s *section) render(title string, room int) string {
	if len(s.items)+s.left == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n### " + title + "\n\n" + s.head)
	left := s.left
	for _, item := range s.items {
		if b.Len()+len(item) > room {
			left++
			continue
		}
		b.WriteString(item)
	}
	text := strings.TrimRight(b.String(), "\n") + "\n"
	if left > 0 {
		text += remark(left)
	}
	return text
}

// remark says that something is missing.
func remark(left int) string {
	return "\n**Left out here, because the report would be too long: " + strconv.Itoa(left) + ".**\n"
}
