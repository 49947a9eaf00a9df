package smtpwire

import "strings"

// LooksRewritten reports whether a box between us and the server changed the
// reply: a greeting of asterisks, or EHLO keywords overwritten with X's, as
// some firewalls do. Behind such a box, pipelining and an end mark that is
// split over packets are not safe.
func LooksRewritten(r *Reply) bool {
	if r.Class() != 2 {
		return false
	}
	if r.Code == 220 {
		return starred(r)
	}
	first := true
	for text := range r.TextLines() {
		if !first && crossedOut(text) {
			return true
		}
		first = false
	}
	return false
}

// starred reports whether the text of all lines is asterisks for the most
// part and has no letter. The boxes leave the digits 2 and 0 and blanks
// standing; a frame of asterisks around a text has the text.
func starred(r *Reply) bool {
	stars, others := 0, 0
	for text := range r.TextLines() {
		for i := range len(text) {
			switch b := text[i]; {
			case b == '*':
				stars++
			case (b|0x20) >= 'a' && (b|0x20) <= 'z' || b >= 0x80:
				return false
			case b != ' ':
				others++
			}
		}
	}
	return stars >= 4 && stars > others
}

// crossedOut reports whether the first word is X's, with at most one other
// letter at its end: XXXXXXXA, XXXB.
func crossedOut(text string) bool {
	name, _, _ := strings.Cut(text, " ")
	if len(name) < 4 {
		return false
	}
	last := name[len(name)-1]
	return strings.Trim(name[:len(name)-1], "X") == "" && last >= 'A' && last <= 'Z'
}
