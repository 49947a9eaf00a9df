//go:build linux

package mta

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Identities in the root directory of a server. Nobody outside has them, and
// no user has to be made for them.
const (
	serverID  = 64901
	queueID   = 64902
	mailboxID = 64903
)

// makeRoot makes dir the root directory of a server whose paths are built in:
// with the programs, at the paths that programs has for them, the libraries
// they are linked with, the plug-ins, and users of its own. Names are looked up
// in its files and nowhere else.
func makeRoot(dir string, programs map[string]string, plugins ...string) error {
	if err := mkdirs(dir, 0, 0, "etc", "dev", "tmp", "run", "var", "tls", "log", "queue", "mail"); err != nil {
		return err
	}
	copies := map[string]string{}
	linked := plugins
	for to, from := range programs {
		copies[to] = from
		linked = append(linked, from)
	}
	for _, path := range plugins {
		copies[path] = path
	}
	libraries, err := libraries(linked)
	if err != nil {
		return err
	}
	for _, path := range libraries {
		copies[path] = path
	}
	for to, from := range copies {
		if err := copyProgram(from, filepath.Join(dir, to)); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"etc/passwd": fmt.Sprintf("root:x:0:0::/:/bin/false\nopensmtpd:x:%d:%[1]d::/run:/bin/false\n"+
			"opensmtpq:x:%d:%[2]d::/run:/bin/false\nmailbox:x:%d:%[3]d::/mail:/bin/false\n", serverID, queueID, mailboxID),
		"etc/group": fmt.Sprintf("root:x:0:\nopensmtpd:x:%d:\nopensmtpq:x:%d:\nmailbox:x:%d:\n", serverID, queueID, mailboxID),
		"etc/hosts": "127.0.0.1 localhost\n", "etc/nsswitch.conf": "hosts: files\n", "etc/resolv.conf": "lookup file\n",
		"dev/null": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return os.Chown(filepath.Join(dir, "mail"), mailboxID, mailboxID)
}

// chroot is the command line that runs a program of a root directory. The
// error is a *MissingError where this process may not change the root.
func chroot(server, dir string, argv ...string) ([]string, error) {
	tool, err := find("chroot", "chroot")
	if err != nil {
		return nil, err
	}
	err = exec.Command(tool, dir, "/no such program").Run()
	// 127 says that there was a root to look for the program in.
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 127 {
		return nil, &MissingError{What: "chroot for " + server, Err: err}
	}
	return append([]string{tool, dir}, argv...), nil
}

// libraries returns what programs are linked with, as the linker finds it.
func libraries(programs []string) ([]string, error) {
	out, err := exec.Command("ldd", programs...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("ldd %s: %w\n%s", strings.Join(programs, " "), err, out)
	}
	if strings.Contains(string(out), "not found") {
		return nil, &MissingError{What: "library of " + programs[0], Err: errors.New(string(out))}
	}
	var paths []string
	for _, m := range regexp.MustCompile(`(/\S+) \(0x`).FindAllStringSubmatch(string(out), -1) {
		paths = append(paths, m[1])
	}
	return paths, nil
}

// copyProgram copies a file that may be run.
func copyProgram(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o755)
}
