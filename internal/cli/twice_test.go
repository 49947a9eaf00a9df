package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A domain is one domain in every spelling, read once or twice.
func TestSpelled(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ a, b string }{
		{"example.org", "EXAMPLE.org."},
		{"b\u00fccher.example", "xn--bcher-kva.example"},
		{"[192.0.2.1]", "[192.0.2.1]"},
	} {
		if spelled(tc.a) != spelled(tc.b) {
			t.Errorf("%q is not %q", tc.a, tc.b)
		}
	}
	if spelled("mail.example.org") == spelled("example.org") {
		t.Error("two domains are one")
	}
}

// What comes again is found through all lists of a call, at any distance where
// they are files, and the warning names it.
func TestListTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	for name, text := range map[string]string{one: "a.example\nb.example\nA.example.\n", two: "c.example\nb.example\nd.example\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, specs := range [][]string{{"@" + one, "d.example", "@" + two}, {"@" + one, "d.example", "-"}} {
		p := program()
		p.Stdin = strings.NewReader("c.example\nb.example\nd.example\n")
		l, err := p.newDomainList(t.Context(), specs, "")
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Collect(l.all())
		if want := []string{"a.example", "b.example", "d.example", "c.example"}; !slices.Equal(got, want) || l.err != nil {
			t.Errorf("%q: %q, %v; want %q", specs, got, l.err, want)
		}
		if want := "3 domains named before were not taken again: A.example., b.example, d.example"; l.seen.warning() != want {
			t.Errorf("%q: warning %q; want %q", specs, l.seen.warning(), want)
		}
		if (l.seen.twice == nil) != slices.Contains(specs, "-") {
			t.Errorf("%q: read twice: %t", specs, l.seen.twice != nil)
		}
	}
}
