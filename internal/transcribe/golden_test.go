package transcribe_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/transcribe"
	"mxprobe/scenarios"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sessions returns the sessions of testdata by their names. Those whose names
// begin with swaks, telnet, nc, openssl and mxprobe are records of these
// programs speaking with the sandbox.
func sessions(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("testdata has %d sessions, %v", len(paths), err)
	}
	out := map[string][]byte{}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".txt")] = src
	}
	return out
}

// golden compares with a file, or writes it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if got == "" {
			_ = os.Remove(path)
			return
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && got != "" {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// Every session becomes the scenario beside it, with the remarks beside it or
// the error that there is none. To rewrite them: go test -run Golden -update
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, src := range sessions(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := transcribe.Read(name, src)
			var said strings.Builder
			for _, r := range got.Remarks {
				fmt.Fprintf(&said, "%d: %s\n", r.Line, r.Message)
			}
			if err != nil {
				fmt.Fprintf(&said, "error: %v\n", err)
			}
			base := filepath.Join("testdata", name)
			golden(t, base+".remarks", said.String())
			golden(t, base+".yaml", string(got.YAML))
			if err != nil {
				return
			}
			all, err := scenarios.Parse(name+".yaml", got.YAML)
			if err != nil {
				t.Fatalf("what came out is no scenario: %v", err)
			}
			if len(all) != got.Scenarios {
				t.Errorf("Scenarios = %d; the file has %d", got.Scenarios, len(all))
			}
		})
	}
}
