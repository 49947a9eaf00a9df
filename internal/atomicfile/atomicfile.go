// Package atomicfile writes files that are there whole or not at all: a
// reader never sees half of one, and what was there before stays until all of
// the new is written.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// File is a file that is being written. Either Commit or Discard ends it.
type File struct {
	f *os.File
	// target takes the place of f when all is written; empty where f is the
	// target itself, a device or a pipe that must not be replaced.
	target string
	mode   fs.FileMode
	shared bool // others go on writing to f
}

// Create begins to write path, beside it and under another name. The folder
// has to be there. A file that is there keeps its permissions, a new one gets
// mode. A symbolic link stays and what it leads to is replaced. A device or a
// pipe is written as it is.
func Create(path string, mode fs.FileMode) (*File, error) {
	if stream := Stream(path); stream != nil {
		return &File{f: stream, shared: true}, nil
	}
	if isDescriptor(path) {
		return open(path)
	}
	asked := path
	path = Resolve(path)
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return nil, &fs.PathError{Op: "write", Path: asked, Err: errors.New("is a directory")}
	case err == nil && !info.Mode().IsRegular():
		return open(path)
	case err == nil:
		mode = info.Mode().Perm()
	}
	sweep(path)
	f, err := os.CreateTemp(filepath.Dir(path), unfinished(path))
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) { // name the file that was asked for
			return nil, &fs.PathError{Op: "create", Path: asked, Err: at.Err}
		}
		return nil, err
	}
	hold(f)
	return &File{f: f, target: path, mode: mode}, nil
}

// unfinished is the pattern of the names under which path is written. They
// begin with a dot and end otherwise: programs that read every *.prom of a
// folder must not read them.
func unfinished(path string) string { return "." + filepath.Base(path) + ".*.tmp" }

// settled is how old an unfinished file has to be before anybody doubts that
// somebody writes it.
const settled = time.Minute

// sweep removes what killed programs left unfinished of path.
func sweep(path string) {
	left, _ := filepath.Glob(filepath.Join(escaped(filepath.Dir(path)), "."+escaped(filepath.Base(path))+".*.tmp"))
	for _, name := range left {
		info, err := os.Lstat(name)
		if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > settled && abandoned(name) {
			_ = os.Remove(name)
		}
	}
}

// escaped returns a name as a pattern that fits it alone.
func escaped(name string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(name)
}

// Stream returns the standard stream that path is a name of, nil if it is
// none. It has to be written to as it is: opened once more, a file that it was
// led to would be written from its start, over what is there.
func Stream(path string) *os.File {
	switch path {
	case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1":
		return os.Stdout
	case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2":
		return os.Stderr
	}
	return nil
}

// isDescriptor reports whether path is one of the names of an open file. Where
// that is a regular file, somebody still writes to it: it is not replaced.
func isDescriptor(path string) bool {
	return strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/self/fd/")
}

// maxLinks is how many symbolic links are followed, as the kernel does.
const maxLinks = 40

// Resolve returns the file that path leads to, also where the last of its
// symbolic links leads to a file that is not there yet. Two paths of one file
// give the same, as long as its folder is there.
func Resolve(path string) string {
	for range maxLinks {
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err != nil {
		return path // there is no such folder
	}
	return filepath.Join(folder, filepath.Base(path))
}

// readerTime is how long a named pipe may wait for somebody who reads from it.
const readerTime = time.Second

// errNoReader is the error for a named pipe that nobody reads from.
var errNoReader = errors.New("nobody reads from this pipe")

// open writes to what is there, behind what it holds. A named pipe that nobody
// has opened yet is waited for, but not for ever.
func open(path string) (*File, error) {
	for end := time.Now().Add(readerTime); ; time.Sleep(readerTime / 50) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0)
		switch {
		case err == nil:
			return &File{f: f}, nil
		case !errors.Is(err, syscall.ENXIO):
			return nil, err
		case time.Now().After(end):
			return nil, &fs.PathError{Op: "open", Path: path, Err: errNoReader}
		}
	}
}

// Write is part of io.Writer.
func (f *File) Write(b []byte) (int, error) { return f.f.Write(b) }

// Commit puts the file in its place. On an error what was there before is
// still there.
func (f *File) Commit() error {
	switch {
	case f.shared:
		return nil
	case f.target == "":
		return f.f.Close()
	}
	err := errors.Join(f.f.Chmod(f.mode), f.f.Sync(), f.f.Close())
	if err == nil {
		err = os.Rename(f.f.Name(), f.target)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", f.target, err), os.Remove(f.f.Name()))
	}
	return nil
}

// Discard gives up what was written; what was there before stays.
func (f *File) Discard() {
	if f.shared {
		return
	}
	_ = f.f.Close()
	if f.target != "" {
		_ = os.Remove(f.f.Name())
	}
}
