package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// readFile reads a file that a scenario names, up to a limit.
func readFile(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer func() { _ = f.Close() }() // opened for reading: nothing to lose
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, fileError(path, err)
	}
	if len(b) > limit {
		return nil, fmt.Errorf("%q is larger than %s", path, size(limit))
	}
	return b, nil
}

// fileError says why a file cannot be read, without the name of a system call.
func fileError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %q", path)
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return fmt.Errorf("cannot read %q: %w", path, err)
}

// beside returns the path of a file that is named relative to a folder.
func beside(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// size returns a limit for people.
func size(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}

// ReadFile reads a file that the scenario names, relative to its own folder:
// a certificate or key. It may have 1 MiB.
func (s *Scenario) ReadFile(path string) ([]byte, error) {
	return readFile(beside(filepath.Dir(s.File), path), 1<<20)
}
