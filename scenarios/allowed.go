package scenarios

import (
	"slices"
	"strings"
)

// allowed returns the words sorted and joined by commas.
func allowed(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}
