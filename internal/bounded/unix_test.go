//go:build unix

package bounded

import (
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
)

func pipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	return name
}

func isLate(t *testing.T, what string, begun time.Time, err error) {
	t.Helper()
	if _, ok := errors.AsType[*LateError](err); !ok || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: %v; want a *LateError", what, err)
	}
	if took := time.Since(begun); took > soon {
		t.Errorf("%s took %v", what, took)
	}
}

// Nobody opens the other end, or somebody does and says nothing.
func TestSilentPipe(t *testing.T) {
	t.Parallel()
	name := pipe(t)
	limited := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	begun := time.Now()
	_, err := ReadFile(limited(), name, 10)
	isLate(t, "a pipe that nobody writes to", begun, err)
	w, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	begun = time.Now()
	_, err = ReadFile(limited(), name, 10)
	isLate(t, "a pipe whose writer is silent", begun, err)
}

func TestPipeIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	name := pipe(t)
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, in := range []Folder{everywhere{}, root} {
		path := name
		if in == Folder(root) {
			path = filepath.Base(name)
		}
		wrote := make(chan error, 1)
		go func() { wrote <- os.WriteFile(name, []byte("text"), 0) }()
		f, err := Open(t.Context(), in, path)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := ReadAll(f, 4); err != nil || string(b) != "text" {
			t.Errorf("%q, %v", b, err)
		}
		_ = f.Close()
		if err := <-wrote; err != nil {
			t.Error(err)
		}
	}
}

func TestDeviceWithoutEnd(t *testing.T) {
	t.Parallel()
	_, err := ReadFile(t.Context(), "/dev/zero", 1000)
	if _, ok := errors.AsType[*SizeError](err); !ok {
		t.Errorf("%v; want a *SizeError", err)
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ script, want, wrong string }{
		{script: "printf s3cret", want: "s3cret"},
		{script: "printf 123456789", wrong: "it is larger than 8 bytes"},
		{script: "yes", wrong: "it is larger than 8 bytes"},
		{script: "yes >&2 & sleep 0.1; kill $!; echo; exit 3", wrong: "exit status 3"},
		{script: "echo 'no such key' >&2; echo more >&2; exit 1", wrong: "exit status 1"},
	} {
		b, err := Output(t.Context(), []string{"sh", "-c", tc.script}, 8)
		if string(b) != tc.want || (err == nil) != (tc.wrong == "") || err != nil && err.Error() != tc.wrong {
			t.Errorf("%s: %q, %v; want %q, %q", tc.script, b, err, tc.want, tc.wrong)
		}
		if failed, ok := errors.AsType[*CommandError](err); ok && strings.Contains(tc.script, "key") && failed.Complaint != "no such key" {
			t.Errorf("%s: it is said to complain %q", tc.script, failed.Complaint)
		}
	}
	if _, err := Output(t.Context(), []string{"/no/such/program"}, 8); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no program: %v", err)
	}
}

// A program ends with its context, and what it started ends too.
func TestOutputEndsWithItsContext(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var pid int
	go func() {
		for pid == 0 && ctx.Err() == nil {
			text, _ := os.ReadFile(file)
			pid, _ = strconv.Atoi(strings.TrimSuffix(string(text), "\n"))
		}
		cancel()
	}()
	argv := []string{"sh", "-c", "sleep 1000 & echo $! >" + file + ".new; mv " + file + ".new " + file + "; wait"}
	begun := time.Now()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	ownGroup(cmd)
	_, err := output(ctx, cmd, 8)
	if _, ok := errors.AsType[*LateError](err); !ok {
		t.Errorf("%v; want a *LateError", err)
	}
	if took := time.Since(begun); took > soon {
		t.Errorf("it took %v", took)
	}
	for end := time.Now().Add(soon); alive(pid); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("process %d, which the program started, still runs", pid)
		}
	}
}

// alive reports whether a process runs; one that waits to be reaped does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}
