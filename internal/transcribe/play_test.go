package transcribe_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/internal/transcribe"
)

// world serves the mail server that a session spoke with: one of its own, or
// that of most of them.
func world(t *testing.T, session string) *sandbox.World {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", session+".world.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		src, err = os.ReadFile(filepath.Join("testdata", "world.yaml"))
	}
	if err != nil {
		t.Fatal(err)
	}
	spec, err := sandbox.ParseSpec("world.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	spec.Loopback = true
	return sandboxtest.Start(t, spec)
}

// play plays a scenario file against the world.
func play(t *testing.T, w *sandbox.World, yaml []byte, env map[string]string) (status int, report string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "session.yaml")
	if err := os.WriteFile(path, yaml, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := cli.Program{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Environ: func() []string { return nil },
		LookupEnv: func(name string) (string, bool) {
			value, ok := env[name]
			return value, ok
		},
	}
	status = p.Main([]string{
		"run", path, "-H", fmt.Sprintf("mx1.fabrikam.test:%d", w.SMTPPort()), "--dns", w.DNS().String(),
		"--helo", "probe.test", "--to", "kate@fabrikam.test", "--timeout", "5s", "-v",
	})
	return status, out.String()
}

// What came of a session passes with a server that answers as the one in the
// session did.
func TestPlayed(t *testing.T) {
	t.Parallel()
	for name, src := range sessions(t) {
		got, err := transcribe.Read(name, src)
		if err != nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"MXPROBE_PASSWORD": "wonderland"}
			switch name {
			case "login":
				env = map[string]string{"MXPROBE_PASSWORD": "wrong", "MXPROBE_PASSWORD2": "wonderland"}
			case "swaks-cram":
				env["MXPROBE_PASSWORD"] = "wrong"
			}
			w := world(t, name)
			if status, report := play(t, w, got.YAML, env); status != cli.ExitOK {
				t.Errorf("exit status %d\n%s\n%s", status, got.YAML, report)
			}
		})
	}
}

// A server that answers otherwise is found out, by the code and by the
// enhanced status code.
func TestPlayedElsewhere(t *testing.T) {
	t.Parallel()
	src := string(sessions(t)["telnet-script"])
	for _, change := range [][2]string{{"500 5.5.2 Command", "502 5.5.2 Command"}, {"550 5.1.1 User", "550 5.7.1 User"}} {
		changed := strings.Replace(src, change[0], change[1], 1)
		if changed == src {
			t.Fatalf("the session has no %q", change[0])
		}
		got, err := transcribe.Read("changed", []byte(changed))
		if err != nil {
			t.Fatal(err)
		}
		if status, report := play(t, world(t, ""), got.YAML, nil); status != cli.ExitFailed {
			t.Errorf("with %q the exit status is %d; want %d\n%s", change[1], status, cli.ExitFailed, report)
		}
	}
}
