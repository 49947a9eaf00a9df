package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"mxprobe/internal/atomicfile"
)

// Version is the version of the files, the member v of each.
const Version = 1

// maxSize bounds a file that is read: 256 MiB are a baseline of some hundred
// thousand domains.
const maxSize = 256 << 20

// Header is what every file begins with; its type embeds it.
type Header struct {
	V    int    `json:"v"`
	Type string `json:"type"`
}

// Head returns the header, for Content.
func (h *Header) Head() *Header { return h }

// Content is a file's type: a pointer to a struct that embeds Header. Valid
// returns an error if something that was read cannot be worked with.
type Content interface {
	Head() *Header
	Valid() error
}

// Kind is a kind of file.
type Kind struct {
	// Type is what the file says of itself, such as "mxprobe baseline".
	Type string
	// Mode is for a new file; one that is there keeps its own.
	Mode fs.FileMode
}

// errEmpty is a file without text: one that a run is about to write, or was
// when it was killed.
var errEmpty = errors.New("it is empty, and another run holds the lock on it")

// Read reads a file into c and reports whether there is one. An empty file is
// none, unless another run is about to write it: then Read waits for that, at
// most 10 s and not beyond the end of ctx. The error names what is wrong and
// the place, not the file.
func (k Kind) Read(ctx context.Context, path string, c Content) (found bool, err error) {
	if found, err = k.read(path, c); !errors.Is(err, errEmpty) {
		return found, err
	}
	free := awaitWriter(ctx, path) // the lock of the first writer is on an empty file
	if found, err = k.read(path, c); free && errors.Is(err, errEmpty) {
		return false, nil
	}
	return found, err
}

func (k Kind) read(path string, c Content) (found bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return false, err
	}
	if len(b) > maxSize {
		return false, fmt.Errorf("it is larger than %d MiB", maxSize>>20)
	}
	return k.decode(b, c)
}

func (k Kind) decode(b []byte, c Content) (found bool, err error) {
	if len(bytes.TrimSpace(b)) == 0 {
		return false, errEmpty
	}
	var h Header
	if err := json.Unmarshal(b, &h); err != nil {
		if !bytes.Contains(b, []byte(`"type"`)) {
			return false, &OtherError{"", k.Type}
		}
		return false, placed(b, err)
	}
	switch {
	case h.Type != k.Type:
		return false, &OtherError{h.Type, k.Type}
	case h.V > Version:
		return false, fmt.Errorf("it has version %d, written by a later program; this one reads %d", h.V, Version)
	case h.V != Version:
		return false, fmt.Errorf("version %d is none", h.V)
	}
	if err := json.Unmarshal(b, c); err != nil {
		return false, placed(b, err)
	}
	return true, c.Valid()
}

// OtherError says that a file is one of another kind, whose content is worth
// something to somebody.
type OtherError struct {
	// Type is what the file says of itself, empty where it says nothing.
	Type, Want string
}

func (e *OtherError) Error() string {
	if e.Type == "" {
		return "it is no " + e.Want
	}
	return fmt.Sprintf("it is of type %q, not %q", e.Type, e.Want)
}

// placed puts line and column before an error of the JSON reader.
func placed(b []byte, err error) error {
	at := int64(-1)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at = e.Offset
		err = fmt.Errorf("%q has the wrong kind of value: %s", e.Field, e.Value)
	}
	if at < 0 || at > int64(len(b)) {
		return err
	}
	before := b[:at]
	line := bytes.Count(before, []byte("\n")) + 1
	col := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Errorf("line %d, column %d: %w", line, max(col, 1), err)
}

// Writable returns an error if a file could not be written there: what can be
// known before a run should not be said after it.
func (k Kind) Writable(path string) error {
	f, err := atomicfile.Create(path, k.Mode)
	if err != nil {
		return err
	}
	f.Discard()
	return nil
}

// Update reads a file under a lock into c, which has to be empty, has change
// work on it, and writes it. Nothing is written if nothing changes. The lock
// is waited for at most 10 s, and not beyond the end of ctx.
func (k Kind) Update(ctx context.Context, path string, c Content, change func()) (failed error) {
	unlock, err := lock(ctx, path, k.Mode)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := k.read(path, c); errors.Is(err, errEmpty) { // made by lock
		defer func() {
			if failed != nil {
				_ = os.Remove(path)
			}
		}()
	} else if err != nil {
		return err
	}
	*c.Head() = Header{V: Version, Type: k.Type}
	change()
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, b) {
		return nil
	}
	f, err := atomicfile.Create(path, k.Mode)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		f.Discard()
		return err
	}
	return f.Commit()
}
