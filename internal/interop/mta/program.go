//go:build linux

package mta

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
)

// MissingError says that a server cannot be started on this machine because
// something that has to be installed is not there.
type MissingError struct {
	What string // the server, in lower case
	Err  error  // what was tried; may be nil
}

// Error says what is missing.
func (e *MissingError) Error() string {
	if e.Err == nil {
		return "no " + e.What
	}
	return fmt.Sprintf("no %s: %v", e.What, e.Err)
}

// Unwrap returns what was tried.
func (e *MissingError) Unwrap() error { return e.Err }

// find returns the path of a program. It looks for the names in order, below
// the directory MXPROBE_INTEROP_DIR (one tree per server, as unpacked), in
// PATH, and in the directories for system programs, which are not in
// everybody's PATH.
func find(server string, names ...string) (string, error) {
	var dirs []string
	if root := os.Getenv("MXPROBE_INTEROP_DIR"); root != "" {
		for _, sub := range []string{"usr/sbin", "usr/bin", "sbin", "bin"} {
			dirs = append(dirs, filepath.Join(root, server, sub))
		}
	}
	for _, name := range names {
		for _, dir := range dirs {
			if path := filepath.Join(dir, name); executable(path) {
				return path, nil
			}
		}
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		for _, dir := range []string{"/usr/sbin", "/usr/local/sbin"} {
			if path := filepath.Join(dir, name); executable(path) {
				return path, nil
			}
		}
	}
	return "", &MissingError{What: server}
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// needRoot says that a server is missing when this process cannot give it
// the identity it wants.
func needRoot(server string) error {
	if os.Geteuid() != 0 {
		return &MissingError{What: "root for " + server}
	}
	return nil
}

// ids returns the identity of a user. The server is missing where there is no
// such user.
func ids(server, name string) (uid, gid int, err error) {
	owner, err := user.Lookup(name)
	if err != nil {
		return 0, 0, &MissingError{What: server, Err: err}
	}
	uid, _ = strconv.Atoi(owner.Uid)
	gid, _ = strconv.Atoi(owner.Gid)
	return uid, gid, nil
}
