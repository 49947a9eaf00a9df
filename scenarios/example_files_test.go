package scenarios

import (
	"os"
	"path/filepath"
	"testing"
)

func parseFile(t *testing.T, path string) ([]*Scenario, error) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(path, src)
}

func TestExamplesAreAccepted(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/examples/*.yaml")
	if err != nil || len(paths) != 5 {
		t.Fatalf("found %d examples, want 5 (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			all, err := parseFile(t, path)
			if err != nil {
				t.Fatalf("Parse(%q):\n%v", path, err)
			}
			for _, s := range all {
				if p := s.Undefined(nil); p != nil {
					t.Errorf("Undefined:\n%v", p)
				}
			}
		})
	}
}
