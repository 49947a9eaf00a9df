//go:build linux

package mta

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Limits on starting and stopping; both normally take well under a second.
const (
	startLimit = 20 * time.Second
	stopLimit  = 10 * time.Second
)

// Process is a server that was started here, with the children it has.
type Process struct {
	Name string
	Dir  string // its configuration, queue, mail and logs

	cmd    *exec.Cmd
	output *os.File // what it printed
	logs   []string // paths of further logs
	done   chan struct{}
	err    error // of the process, valid once done is closed
	stop   sync.Once
}

// start runs a command in a process group of its own, so that its children
// can be found again, and collects what it prints in dir/output.log. The logs
// are further files that Log returns.
func start(name, dir string, logs []string, argv ...string) (*Process, error) {
	output, err := os.Create(filepath.Join(dir, "output.log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	// A server must not see settings of the person who runs the tests.
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "PYTHONDONTWRITEBYTECODE=1"}
	cmd.Stdout, cmd.Stderr = output, output
	// If the test process is killed, the server is told to end as well.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), output.Close())
	}
	p := &Process{Name: name, Dir: dir, cmd: cmd, output: output, logs: logs, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Stop ends the server and its children, by their ids, and waits until the
// server is gone. It may be called more than once.
func (p *Process) Stop() {
	p.stop.Do(func() {
		pid := p.cmd.Process.Pid
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(stopLimit):
		}
		// The group is ours: it was made for this process and bears its id.
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		<-p.done
		_ = p.output.Close()
	})
}

// Log returns what the server has written so far: what it printed, then its
// log files, each with a heading.
func (p *Process) Log() string {
	var all bytes.Buffer
	for _, path := range append([]string{p.output.Name()}, p.logs...) {
		text, err := os.ReadFile(path)
		if err != nil || len(text) == 0 {
			continue
		}
		fmt.Fprintf(&all, "--- %s: %s\n%s", p.Name, filepath.Base(path), text)
	}
	return all.String()
}

// ready waits until ok, which is asked again and again, returns nil. It stops
// the server and returns an error with its log if that takes too long or the
// server ends.
func (p *Process) ready(ok func() error) error {
	deadline := time.After(startLimit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		last := ok()
		if last == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			p.Stop()
			return fmt.Errorf("%s ended while starting: %v\n%s", p.Name, p.err, p.Log())
		case <-deadline:
			p.Stop()
			return fmt.Errorf("%s did not start in %s: %w\n%s", p.Name, startLimit, last, p.Log())
		}
	}
}

// listening returns a function for ready that connects to each address once.
func listening(addrs ...string) func() error {
	return func() error {
		for _, addr := range addrs {
			conn, err := net.DialTimeout("tcp", addr, time.Second)
			if err != nil {
				return err
			}
			_ = conn.Close()
		}
		return nil
	}
}
