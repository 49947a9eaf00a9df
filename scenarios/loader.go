package scenarios

import (
	"bytes"
	"context"
	"path/filepath"
)

// Loader reads scenarios, and says what of this machine they may use. With the
// zero Loader that is files below their own folders, the environment, and the
// commands that print their secrets. A Loader must not change once it was used.
type Loader struct {
	// Folders are further ones from which scenarios may read files.
	Folders []string
	// Untrusted is for scenarios that others wrote, such as those of a pull
	// request: they name no command, no variable of the environment, no server,
	// and no port but those of mail. Built-ins are never strangers.
	Untrusted bool
	// Sent is for scenarios that another machine sent: they run no command of this
	// one, and read no file of it but below Folders.
	Sent bool
	// Idle leaves the commands of secrets alone: a secret is then a name that
	// stands for it, as far as that is enough.
	Idle bool
}

// Parse reads a scenario file: YAML documents, each a scenario, and returns
// one Scenario for each document and row of each. Files that it names (file:
// in message and body, each:) are read as well; their paths are relative to
// the folder of file, and they lie below it, or below one of Folders.
//
// The error is Problems and holds every mistake, each with its place. No
// scenario is returned then. A file may have 1 MiB, a scenario 1,000 steps,
// any other map or list 1,000 entries, all rows together 100,000, and a file
// that is named 25 MiB. When ctx ends, files that are not read by then are
// mistakes.
func (l *Loader) Parse(ctx context.Context, file string, src []byte) ([]*Scenario, error) {
	return whole(l.parser(ctx, file, src).all())
}

// Mistakes returns everything that is wrong with a scenario file: what Parse
// finds, and what Undefined finds with these overrides. In a file with
// mistakes of the first kind it does not ask for names that what could not
// be read may have defined.
func (l *Loader) Mistakes(ctx context.Context, file string, src []byte, overrides []map[string]string) Problems {
	return l.parser(ctx, file, src).mistakes(overrides)
}

// Parse is Loader.Parse with the zero Loader.
func Parse(file string, src []byte) ([]*Scenario, error) {
	return new(Loader).Parse(context.Background(), file, src)
}

// whole leaves no scenario beside a mistake.
func whole(out []*Scenario, problems Problems) ([]*Scenario, error) {
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}

// parser begins to read a file.
func (l *Loader) parser(ctx context.Context, file string, src []byte) *parser {
	r := &reach{dir: filepath.Dir(file), stranger: l.Untrusted && !isOwn(file, src), Loader: l}
	p := newParser(file, src, func(path string, limit int) ([]byte, error) { return r.read(ctx, path, limit) })
	p.reach = r
	return p
}

// isOwn reports whether a text is that of the built-in scenario.
func isOwn(name string, src []byte) bool {
	text, ok := Builtin(name)
	return ok && bytes.Equal(text, src)
}
