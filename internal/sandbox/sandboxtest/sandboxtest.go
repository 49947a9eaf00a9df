// Package sandboxtest serves mail worlds for tests, and has folders that mail
// can come to.
package sandboxtest

import (
	"testing"

	"mxprobe/internal/sandbox"
)

// Start serves a world until the test is over. A fault of the spec, or of the
// end, fails the test.
func Start(t testing.TB, spec sandbox.Spec) *sandbox.World {
	t.Helper()
	w, err := sandbox.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}
