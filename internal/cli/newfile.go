package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// newFile is the file that a command makes with -o.
type newFile struct {
	name  string
	force bool // it may be there
}

// options are the flags that say so.
func (f *newFile) options() []option {
	return []option{
		{name: "output", short: "o", arg: "FILE", set: setText(&f.name), group: groupOutput, def: "standard output", help: "file to write"},
		{name: "force", set: setSwitch(&f.force), group: groupOutput, help: "overwrite the file if it is there"},
	}
}

// isStdout reports whether no file is wanted.
func (f *newFile) isStdout() bool { return f.name == "" || f.name == "-" }

// write makes the file.
func (f *newFile) write(content []byte) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if f.force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(f.name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s is already there; --force overwrites it, -o names another file", shown(f.name))
	}
	if err != nil {
		return usagef("%s: %s", shown(f.name), cause(err))
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", shown(f.name), cause(err))
	}
	return nil
}
