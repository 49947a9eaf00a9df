// Package glob matches names against patterns with * and ?.
package glob

import "strings"

// Host reports whether the name of a host fits a glob, in which * stands for
// any characters, dots too, and ? for one, without regard to case or a final
// dot.
func Host(glob, name string) bool {
	return match(strings.ToLower(strings.TrimSuffix(glob, ".")), strings.ToLower(strings.TrimSuffix(name, ".")))
}

// match needs no more than a step for each pair of characters: after a
// mismatch only the last star has to take one more character.
func match(glob, name string) bool {
	g, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, mark = g, n
			g++
		case g < len(glob) && (glob[g] == '?' || glob[g] == name[n]):
			g, n = g+1, n+1
		case star >= 0:
			mark++
			g, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}
