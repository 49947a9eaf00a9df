// Package glob matches patterns in which * stands for any number of bytes and
// ? for one. Nothing else has a meaning.
package glob

import "strings"

// Match reports whether a text fits a pattern, without regard to case. It
// takes at most a step for each pair of their bytes.
func Match(pattern, text string) bool {
	pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	// After a mismatch only the last star has to take one byte more.
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// Host reports whether the name of a host fits a pattern, without regard to a
// final dot.
func Host(pattern, name string) bool {
	return Match(strings.TrimSuffix(pattern, "."), strings.TrimSuffix(name, "."))
}
