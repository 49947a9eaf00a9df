package deploytest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/command"
	"mxprobe/internal/foreign"
	"mxprobe/internal/sandbox"
)

// TestMain makes this test binary the programs themselves where it is called by
// their names, so that scripts and command lines can be tried as they are.
func TestMain(m *testing.M) {
	p := &cli.Program{
		Name: os.Args[0], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Environ: os.Environ, LookupEnv: os.LookupEnv,
	}
	switch filepath.Base(os.Args[0]) {
	case "mxprobe":
		os.Exit(p.Main(os.Args[1:]))
	case command.Name:
		os.Exit(command.Main(p, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// root is the root of the tree.
func root(t *testing.T) string {
	t.Helper()
	return filepath.Dir(deployed(t))
}

// program puts mxprobe into a directory of its own and returns its path.
func program(t *testing.T) string {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mxprobe")
	for _, name := range []string{path, filepath.Join(filepath.Dir(path), command.Name)} {
		if err := os.Symlink(me, name); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// demo starts the world of the demo, in which contoso.test is well, and
// returns its DNS server and the port of its mail servers.
func demo(t *testing.T) *sandbox.World {
	t.Helper()
	spec := sandbox.Demo()
	spec.Loopback = true
	world, err := sandbox.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	return world
}

// shell runs a line of shell that finds mxprobe in PATH, in an environment
// with nothing else but the variables given, and returns what it prints and
// its exit status. The name servers of this machine are never asked.
func shell(t *testing.T, world *sandbox.World, line string, env ...string) (string, int) {
	t.Helper()
	cmd := foreign.Command(t, "/bin/bash", "-c", line)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{
		"PATH=" + filepath.Dir(program(t)) + ":/usr/sbin:/usr/bin:/sbin:/bin", "MXPROBE_DNS=" + world.DNS().String(),
		"MXPROBE_HELO=probe.test",
	}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), status(t, err)
}

// status is the exit status of a command.
func status(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return exit.ExitCode()
	}
	t.Fatal(err)
	return -1
}

// ownNames puts what the demo has in the place of the examples' names.
func ownNames(text string) string {
	return strings.NewReplacer("example.org", "contoso.test", "probe.example.net", "probe.test").Replace(text)
}
