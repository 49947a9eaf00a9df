//go:build linux

package mta

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// EximBounce has an Exim fail to deliver a message, for that reason, to some
// recipients of gone.test, and returns the bounce that it writes to
// sender@here.test. The error is a *MissingError as that of StartExim.
func EximBounce(dir, message, reason string, recipients ...string) ([]byte, error) {
	path, err := find("exim", "exim4", "exim")
	if err != nil {
		return nil, err
	}
	if err := needRoot("exim"); err != nil {
		return nil, err
	}
	uid, gid, err := ids("exim", eximUser)
	if err != nil {
		return nil, err
	}
	if err := mkdirs(dir, uid, gid, "spool", "mail", "log"); err != nil {
		return nil, err
	}
	// It calls itself under another identity, which may not get to where it is
	// installed.
	own := filepath.Join(dir, "exim")
	program, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(own, program, 0o755); err != nil {
		return nil, err
	}
	if err := os.Chmod(own, 0o755|os.ModeSetuid); err != nil {
		return nil, err
	}
	file, err := write(dir, "exim-bounce.conf", "DIR", dir, "USER", eximUser, "REASON", reason)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(own, append([]string{"-C", file, "-f", "sender@here.test", "-odf", "-oi"}, recipients...)...)
	cmd.Stdin = strings.NewReader(message)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("exim: %w: %s", err, out)
	}
	return os.ReadFile(filepath.Join(dir, "mail", "bounce"))
}
