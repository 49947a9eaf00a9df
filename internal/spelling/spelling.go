// Package spelling finds the word that was probably meant.
package spelling

import "strings"

// DidYouMean returns ` (did you mean "x"?)` for the word of a list that is
// nearest to what was written, or nothing if none is near.
func DidYouMean(written string, words []string) string {
	near := Nearest(written, words)
	if near == "" {
		return ""
	}
	return ` (did you mean "` + near + `"?)`
}

// Nearest returns the word of a list that is nearest to what was written, the
// first of several, or nothing if none is near. Case does not count. A third
// of the letters may be wrong; a word that was cut short or carried on is near
// too. What has fewer than three letters is near to anything, and so to
// nothing but the same word in other case.
func Nearest(written string, words []string) string {
	if len(written) < 3 {
		for _, word := range words {
			if strings.EqualFold(word, written) {
				return word
			}
		}
		return ""
	}
	low := strings.ToLower(written)
	best, least := "", (len(low)+1)/3+1
	for _, word := range words {
		lower := strings.ToLower(word)
		d := Distance(low, lower, least)
		if strings.HasPrefix(lower, low) || strings.HasSuffix(lower, low) || len(lower) > 3 && strings.HasPrefix(low, lower) {
			d = min(d, 1)
		}
		if d < least {
			best, least = word, d
		}
	}
	return best
}

// Distance returns how many bytes have to be added, removed, replaced or
// swapped with their neighbour to turn a into b (optimal string alignment), or
// limit if it is that many or more.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
