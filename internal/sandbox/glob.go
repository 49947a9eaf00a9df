package sandbox

import "strings"

// glob reports whether text fits a pattern in which * stands for any number
// of bytes and ? for one; ASCII letters fit without case.
func glob(pattern, text string) bool {
	pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	p, t := 0, 0
	star, mark := -1, 0 // the last *, and how far it has eaten
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
