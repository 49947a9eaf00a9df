//go:build !unix

package bounded

import "os/exec"

// inGroup does nothing: there are no groups of processes to kill.
func inGroup(*exec.Cmd) {}
