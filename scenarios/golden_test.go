package scenarios

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the .err files")

// Each file of testdata/bad has beside it what Parse must say about it, all
// of it, word for word.
func TestEveryMistakeIsReportedWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, path := range badFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(filepath.ToSlash(path), src)
			if err == nil || got != nil {
				t.Fatalf("Parse = %d scenarios, error %v; want an error alone", len(got), err)
			}
			problems, ok := errors.AsType[Problems](err)
			if !ok {
				t.Fatalf("Parse returned a %T, want Problems", err)
			}
			checkPlaces(t, problems)
			golden := strings.TrimSuffix(path, ".yaml") + ".err"
			if *update {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), problems.Error()+"\n"); diff != "" {
				t.Errorf("Parse(%q), -want +got:\n%s", path, diff)
			}
		})
	}
}

func badFiles(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(paths) < 30 {
		t.Fatalf("found %d bad files (%v)", len(paths), err)
	}
	return paths
}

// checkPlaces holds problems to places that exist, in order.
func checkPlaces(t *testing.T, problems Problems) {
	t.Helper()
	for i, p := range problems {
		if p.File == "" || p.Pos.Line < 1 || p.Pos.Col < 1 || p.Width < 1 || p.Message == "" {
			t.Errorf("problem without place, width or message: %+v", p)
		}
		if i > 0 && problems[i-1].File == p.File && p.Pos.Line < problems[i-1].Pos.Line {
			t.Errorf("problem of line %d after one of line %d", p.Pos.Line, problems[i-1].Pos.Line)
		}
	}
}
