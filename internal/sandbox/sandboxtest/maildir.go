package sandboxtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Maildir makes an empty Maildir below a folder and returns its path.
func Maildir(t testing.TB, folder string) string {
	t.Helper()
	dir := filepath.Join(folder, "Maildir")
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
