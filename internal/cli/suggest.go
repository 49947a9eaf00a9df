package cli

import "strings"

// nearest returns the candidate that word was probably meant to be, or "" if
// none is near: at most a third of the letters may differ, and a word that
// only begins or ends a candidate counts as near.
func nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, least := "", (len(word)+1)/3
	for _, c := range candidates {
		lower := strings.ToLower(c)
		d := distance(word, lower)
		if len(word) >= 3 && (strings.HasPrefix(lower, word) || strings.HasSuffix(lower, word)) {
			d = min(d, 1)
		}
		if d <= least && (best == "" || d < least) {
			best, least = c, d
		}
	}
	return best
}

// didYouMean returns ` (did you mean "x"?)`, or nothing if no candidate is near.
func didYouMean(word string, candidates []string) string {
	if near := nearest(word, candidates); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour that lie between a and b (optimal string alignment).
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
