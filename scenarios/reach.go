package scenarios

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mxprobe/internal/bounded"
)

// reach is what of the machine a scenario may use.
type reach struct {
	dir string // the folder of the scenario
	// stranger is true for a scenario of others, to which Loader.Untrusted
	// applies.
	stranger bool
	*Loader
}

// outsideError is about a file that the scenario may not read.
type outsideError struct {
	path   string // as the scenario has it
	leads  bool   // out of the folder by a link
	sent   bool   // the scenario came from another machine
	folder string // the file is in
}

func (e *outsideError) Error() string {
	if e.sent {
		return fmt.Sprintf("%q is a file of another machine: a scenario is sent without the files that it names", e.path)
	}
	if e.leads {
		return fmt.Sprintf("%q leads out of the folder of the scenario", e.path)
	}
	return fmt.Sprintf("%q is outside the folder of the scenario", e.path)
}

// FileHint says what to do about an error of a file that a scenario names;
// usual is for what is no matter of permission.
func FileHint(err error, usual string) string {
	if outside, ok := errors.AsType[*outsideError](err); ok {
		if outside.sent {
			return "write its text into the scenario, or play it with mxprobe run"
		}
		return "move the file there, or allow its folder: --allow-files " + outside.folder
	}
	if _, ok := errors.AsType[*looseError](err); ok {
		return "take that from them: chmod o-rw"
	}
	return usual
}

// fileHint is FileHint for what is read with the scenario.
func fileHint(err error) string { return FileHint(err, "paths are relative to the scenario") }

// beside returns the path of a file that is named relative to a folder.
func beside(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// open opens a file that the scenario names, which lies below a folder that it
// may read from: neither .. nor a symbolic link leads out of one. What lies
// elsewhere is not even looked for.
func (r *reach) open(ctx context.Context, path string) (*bounded.File, error) {
	folder, rel, err := r.place(path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, r.fileError(path, err)
	}
	defer root.Close()
	f, err := bounded.Open(ctx, root, rel)
	return f, r.fileError(path, err)
}

// place finds the folder that a file lies below, and its path there. The error
// is an *outsideError.
func (r *reach) place(path string) (folder, rel string, err error) {
	full := beside(r.dir, path)
	folders := append([]string{r.dir}, r.Folders...)
	if r.Sent {
		folders = folders[1:]
	}
	for _, folder := range folders {
		if in, rel, ok := placeIn(folder, full); ok {
			return in, rel, nil
		}
	}
	outside := &outsideError{path: path, sent: r.Sent, folder: filepath.Dir(full)}
	if _, inside := below(r.dir, full); inside {
		if real, err := filepath.EvalSymlinks(full); err == nil {
			outside.leads, outside.folder = true, filepath.Dir(real)
		}
	}
	return "", "", outside
}

// placeIn is place for one folder. Links may lead about as long as they end
// inside: a folder of secrets is made of them.
func placeIn(folder, full string) (in, rel string, ok bool) {
	whole, err := filepath.EvalSymlinks(folder)
	if err == nil {
		if real, err := filepath.EvalSymlinks(full); err == nil {
			rel, ok = below(whole, real)
			return whole, rel, ok
		}
	}
	rel, ok = below(folder, full)
	return folder, rel, ok
}

// below returns the path of a file relative to a folder, and whether it lies
// below it as far as the names tell.
func below(folder, full string) (rel string, ok bool) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", false
	}
	if full, err = filepath.Abs(full); err != nil {
		return "", false
	}
	rel, err = filepath.Rel(folder, full)
	return rel, err == nil && filepath.IsLocal(rel)
}

// read reads a file that the scenario names, up to a limit.
func (r *reach) read(ctx context.Context, path string, limit int) ([]byte, error) {
	f, err := r.open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := bounded.ReadAll(f, limit)
	return b, r.fileError(path, err)
}

// fileError says why a file cannot be read, without the name of a system call.
func (r *reach) fileError(path string, err error) error {
	path = beside(r.dir, path)
	larger, tooLarge := errors.AsType[*bounded.SizeError](err)
	switch {
	case err == nil:
		return nil
	case tooLarge:
		return fmt.Errorf("%q is larger than %s", path, bounded.Size(larger.Limit))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %q", path)
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return fmt.Errorf("cannot read %q: %w", path, err)
}

// ReadFile reads a file that the scenario names, relative to its own folder:
// a certificate or key. It may have 1 MiB, and lies where Loader says.
func (s *Scenario) ReadFile(ctx context.Context, path string) ([]byte, error) {
	return s.files().read(ctx, path, 1<<20)
}

// files is what the scenario may read, also for one that Parse did not make.
func (s *Scenario) files() *reach {
	if s.reach != nil {
		return s.reach
	}
	return &reach{dir: filepath.Dir(s.File), Loader: &Loader{}}
}
