//go:build unix

package bounded

import (
	"os"
	"os/exec"
	"syscall"
)

// inGroup has a program run in a group of its own, which is killed as a whole.
// Before a terminal it stays in ours: it may ask for a passphrase there, which a
// group in the background must not, and an interrupt reaches all of ours.
func inGroup(cmd *exec.Cmd) {
	if tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0); err == nil {
		_ = tty.Close()
		return
	}
	ownGroup(cmd)
}

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
