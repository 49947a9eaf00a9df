package cli

import (
	"io"
	"os"
	"strings"

	"mxprobe/internal/atomicfile"
	"mxprobe/internal/report/formats"
)

// written are the files that a run writes, each with the flag that says so:
// of two that write the same, one would be lost without a word.
type written map[string]string

// writtenTwice says which flags name the same file, nil if none do.
func (s *settings) writtenTwice(stdout io.Writer) error {
	w := written{}
	for _, r := range s.out.reports {
		if isStdout(r.path, stdout) {
			return usagef("--report %s=%s: standard output has the report of --format already; choose that, or another file", r.format, shown(r.path))
		}
		if err := w.take(r.path, "--report "+r.format); err != nil {
			return err
		}
	}
	if err := w.take(s.memory.baseline, "--baseline"); err != nil {
		return err
	}
	if err := w.take(s.memory.state, "--state"); err != nil {
		return err
	}
	if err := w.take(s.memory.journal, "--journal"); err != nil {
		return err
	}
	for _, spec := range s.domains {
		if list, isFile := strings.CutPrefix(spec, "@"); isFile && spec != "@-" {
			if flag, ok := w[atomicfile.Resolve(list)]; ok {
				return usagef("%s would write over the list of domains %s; give it a file of its own", flag, shown(list))
			}
		}
	}
	return nil
}

// keeps reports whether the run writes anything but its standard output.
func (s *settings) keeps() bool {
	return len(s.out.reports) > 0 || s.out.format == formats.GitHub && s.out.summary != "" ||
		s.memory.baseline != "" || s.memory.state != ""
}

func (w written) take(path, flag string) error {
	if path == "" || isDevice(path) {
		return nil
	}
	path = atomicfile.Resolve(path)
	if other, ok := w[path]; ok {
		return usagef("%s and %s both write %s; give each its own file", other, flag, shown(path))
	}
	w[path] = flag
	return nil
}

// isDevice reports whether path can take the text of many, as /dev/null can.
func isDevice(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeDevice != 0
}

// isStdout reports whether path leads to where standard output goes.
func isStdout(path string, stdout io.Writer) bool {
	if atomicfile.Stream(path) == os.Stdout {
		return true
	}
	file, ok := stdout.(*os.File)
	if !ok || isDevice(path) {
		return false
	}
	there, err := os.Stat(path)
	if err != nil {
		return false
	}
	here, err := file.Stat()
	return err == nil && os.SameFile(there, here)
}
