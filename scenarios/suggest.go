package scenarios

import (
	"slices"
	"strings"
)

// didYouMean returns ` (did you mean "x"?)` for the word of the list that is
// nearest to what was written, or nothing if none is near. Of a long word a
// third may be wrong; very short ones are near to anything.
func didYouMean(written string, words []string) string {
	best, least := "", (len(written)+1)/3+1
	if len(written) < 3 {
		return ""
	}
	low := strings.ToLower(written)
	for _, w := range words {
		d := distance(low, strings.ToLower(w), least)
		if strings.HasPrefix(low, w) && len(w) > 3 {
			d = min(d, 1)
		}
		if d < least {
			best, least = w, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean \"" + best + "\"?)"
}

// allowed returns the words sorted and joined by commas.
func allowed(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}

// distance returns how many characters have to be added, removed, replaced
// or swapped with their neighbour to turn a into b, or limit if it is that
// many or more.
func distance(a, b string, limit int) int {
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
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+b2i(a[i-1] != b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
