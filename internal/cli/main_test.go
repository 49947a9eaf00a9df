package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mxprobe/internal/sandbox"
)

// TestMain makes this test binary the program itself where a script calls it
// by its name, so that scripts go through everything main goes through.
func TestMain(m *testing.M) {
	program := func() {
		p := Program{
			Name: os.Args[0], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
			Environ: os.Environ, LookupEnv: os.LookupEnv, Version: "v0.0.0-test",
		}
		os.Exit(p.Main(os.Args[1:]))
	}
	testscript.Main(m, map[string]func(){"mxprobe": program, pluginName: program})
}

// TestScripts plays every behaviour of the command line. Beside the usual
// commands the scripts have
//
//	world [FILE]              serve a mail world; $DNS, $DNSPORT and $SMTP say where,
//	                          ca.pem is its authority; a second world takes the
//	                          place of the first, on the same port
//	status N mxprobe ARG...   run it and compare the exit status
//	signal NAME N mxprobe ... send a signal when the first line is out
//	saw TEXT, ! saw TEXT      a mail server of the world saw a line with TEXT
//	columns FILE N LINES      no line is wider than N, and there are at most LINES
//
// and the condition [require], where whatever is missing is a failure.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"world": cmdWorld, "status": cmdStatus, "signal": cmdSignal, "saw": cmdSaw, "columns": cmdColumns,
		},
		Condition: func(name string) (bool, error) {
			if name == "require" {
				return os.Getenv("MXPROBE_INTEROP") == "require", nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
		Setup: func(e *testscript.Env) error {
			// Nothing outside the script may change what it does.
			e.Setenv("MXPROBE_HELO", "probe.test")
			// A program with the race detector in it waits a second at its end.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			e.Values[worldKey{}] = new(holder)
			return nil
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// worldKey is where a script keeps its world.
type worldKey struct{}

type holder struct{ world *sandbox.World }

func cmdWorld(ts *testscript.TestScript, neg bool, args []string) {
	spec := sandbox.Demo()
	if len(args) > 0 {
		var err error
		spec, err = sandbox.ParseSpec(args[0], []byte(ts.ReadFile(args[0])))
		ts.Check(err)
	}
	spec.Loopback = true
	kept := ts.Value(worldKey{}).(*holder)
	if kept.world != nil {
		spec.SMTPPort = kept.world.SMTPPort()
		ts.Check(kept.world.Close())
	}
	world, err := sandbox.Start(spec)
	// A connection of another test may have the port for a moment.
	for until := time.Now().Add(10 * time.Second); errors.Is(err, syscall.EADDRINUSE) && kept.world != nil && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond)
		world, err = sandbox.Start(spec)
	}
	ts.Check(err)
	ts.Defer(func() {
		if err := world.Close(); err != nil {
			ts.Logf("closing the world: %v", err)
		}
	})
	ts.Setenv("DNS", world.DNS().String())
	ts.Setenv("DNSPORT", strconv.Itoa(int(world.DNS().Port())))
	ts.Setenv("SMTP", strconv.Itoa(int(world.SMTPPort())))
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), world.CA(), 0o600))
	kept.world = world
}

func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program argument...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d; want %d", got, want)
	}
}

// cmdSignal sends a signal when the program has written its first line, and
// keeps what it writes in the files stdout and stderr.
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: signal NAME N program argument...")
	}
	sig := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "PIPE": nil}[args[0]]
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	path, err := exec.LookPath(filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], args[2]))
	ts.Check(err)
	cmd := exec.CommandContext(ctx, path, args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "DNS", "SMTP", "MXPROBE_HELO", "TMPDIR", "GORACE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	ts.Check(err)
	var rest strings.Builder
	if sig == nil {
		ts.Check(out.Close()) // nobody reads any more
	} else {
		ts.Check(cmd.Process.Signal(sig))
		_, err = lines.WriteTo(&rest)
		ts.Check(err)
	}
	err = cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("stdout"), []byte(first+rest.String()), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("stderr"), []byte(stderr.String()), 0o600))
	if got := exitText(cmd.ProcessState); got != args[1] {
		ts.Fatalf("ended with %s (%v); want %s\n%s", got, err, args[1], stderr.String())
	}
}

// exitText is the exit status, or the name of the signal that killed.
func exitText(state *os.ProcessState) string {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return status.Signal().String()
	}
	return strconv.Itoa(state.ExitCode())
}

func cmdSaw(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: saw TEXT")
	}
	found := false
	for _, s := range ts.Value(worldKey{}).(*holder).world.Sessions() {
		found = found || strings.Contains(fmt.Sprintf("%q", s.Commands), args[0])
	}
	if found == neg {
		ts.Fatalf("a mail server saw %q: %t", args[0], found)
	}
}

func cmdColumns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: columns FILE N LINES")
	}
	width, err := strconv.Atoi(args[1])
	ts.Check(err)
	most, err := strconv.Atoi(args[2])
	ts.Check(err)
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	if len(lines) > most {
		ts.Fatalf("%d lines; want at most %d", len(lines), most)
	}
	for i, line := range lines {
		if n := len([]rune(line)); n > width {
			ts.Fatalf("line %d has %d columns; want at most %d: %s", i+1, n, width, line)
		}
	}
}
