package command

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/sandbox"
)

// TestMain makes this test binary the programs themselves where a script calls
// them by their names.
func TestMain(m *testing.M) {
	program := func() *cli.Program {
		return &cli.Program{
			Name: os.Args[0], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
			Environ: os.Environ, LookupEnv: os.LookupEnv, Version: "v0.0.0-test",
		}
	}
	testscript.Main(m, map[string]func(){
		Name:      func() { os.Exit(Main(program(), os.Args[1:])) },
		"mxprobe": func() { os.Exit(program().Main(os.Args[1:])) },
	})
}

// TestScripts plays the behaviour of the command line. Beside the usual commands
// the scripts have
//
//	bus                     start a NATS server; MXPROBE_NATS says where
//	world                   serve the mail world of mxprobe demo; DNS and SMTP say where
//	status N program ARG... run it and compare the exit status
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"bus": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Setenv("MXPROBE_NATS", bustest.Serve(t, filepath.Join(ts.MkAbs("."), "jetstream"), ts.Defer))
			},
			"world": cmdWorld, "status": cmdStatus,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("MXPROBE_HELO", "probe.test")
			// A program with the race detector in it waits a second at its end.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			return nil
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

func cmdWorld(ts *testscript.TestScript, _ bool, _ []string) {
	spec := sandbox.Demo()
	spec.Loopback = true
	world, err := sandbox.Start(spec)
	ts.Check(err)
	ts.Defer(func() { _ = world.Close() })
	ts.Setenv("DNS", world.DNS().String())
	ts.Setenv("SMTP", strconv.Itoa(int(world.SMTPPort())))
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
