package docs

import (
	"slices"
	"strings"
	"testing"
)

// The first two commands of the README are the ones that need nothing but Go:
// one line each, before any that has to be built first.
func TestREADMEBeginsWithTwoCommands(t *testing.T) {
	t.Parallel()
	_, rest, ok := strings.Cut(read(t, "README.md"), "\n```\n")
	if !ok {
		t.Fatal("the README has no block of commands")
	}
	first, _, _ := strings.Cut(rest, "\n```")
	if got, want := strings.Split(first, "\n"), []string{"go run . demo", "go test ./..."}; !slices.Equal(got, want) {
		t.Errorf("the README begins with %q; want %q", got, want)
	}
}
