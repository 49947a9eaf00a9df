//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestPipe holds that a named pipe is written as it is where somebody reads from
// it, and is not waited for for ever.
func TestPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := Create(path, 0o644); !errors.Is(err, errNoReader) {
		t.Fatalf("Create without a reader = %v; want %v", err, errNoReader)
	}
	got := make(chan string)
	go func() {
		b, _ := os.ReadFile(path)
		got <- string(b)
	}()
	f, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	// More than a pipe holds: the writer waits for the reader.
	text := string(make([]byte, 1<<20))
	if _, err := f.Write([]byte(text)); err != nil {
		t.Error(err)
	}
	if err := f.Commit(); err != nil {
		t.Error(err)
	}
	if read := <-got; read != text {
		t.Errorf("%d bytes were read; want %d", len(read), len(text))
	}
}
