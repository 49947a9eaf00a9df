//go:build linux

// Command soak plays a long list in one process, with servers some of which are
// ill, and holds three things: every target has its result, once, in order, and
// with the verdict that its server deserves; the server counted as many of each
// kind; and goroutines, descriptors and memory stay as they were soon after the
// beginning. The program that is measured is the whole command line, run in this
// process so that its goroutines can be counted.
//
//	soak -sink PROGRAM [-n 100000] [-ill 100] [-at-once 256]
//
// It prints what it saw and ends with status 1 where something does not hold.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mxprobe/bench/targets"
	"mxprobe/internal/cli"
)

const scenario = `name: one message
steps:
  - EHLO client.example
  - MAIL FROM:<probe@client.example>
  - RCPT TO:<kate@bench.example>
  - message: |
      Subject: probe

      probe
`

func main() {
	faults, err := run()
	if err != nil {
		faults = append(faults, err.Error())
	}
	for _, f := range faults {
		fmt.Println("wrong:", f)
	}
	if len(faults) > 0 {
		fmt.Println("soak: FAIL")
		os.Exit(1)
	}
	fmt.Println("soak: pass")
}

func run() (faults []string, err error) {
	n := flag.Int("n", 100_000, "how many targets")
	ill := flag.Int("ill", 100, "one target in this many has a fault, 0 for none")
	atOnce := flag.Int("at-once", 256, "sessions at once")
	program := flag.String("sink", "", "the server's program")
	flag.Parse()
	if *n < 1 || *n > targets.Most {
		return nil, fmt.Errorf("-n has to be from 1 to %d", targets.Most)
	}
	folder, err := os.MkdirTemp("", "soak")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "message.yaml")
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		return nil, err
	}
	s, err := start(*program, *ill)
	if err != nil {
		return nil, err
	}
	a := &account{n: *n, ill: *ill, every: max(*n/200, 1)}
	a.sample()
	began := time.Now()
	p := cli.Program{
		Name: "mxprobe", Stdin: &list{n: *n}, Stdout: a, Stderr: os.Stderr,
		Environ: func() []string { return nil }, LookupEnv: func(string) (string, bool) { return "", false },
	}
	status := p.Main([]string{
		"run", file, "-d", "-", "-p", s.port, "--helo", "client.example", "--allow-loopback", "--timeout", "5s",
		"-j", strconv.Itoa(*atOnce), "-f", "jsonl",
	})
	took := time.Since(began)
	a.sample()
	seen, err := s.end()
	if err != nil {
		return nil, err
	}
	a.print(os.Stdout, took)
	return append(a.faults(status), a.compare(seen)...), nil
}

// list is the domains, made as they are read.
type list struct {
	n, next int
	rest    string
}

func (l *list) Read(p []byte) (int, error) {
	if l.rest == "" {
		if l.next == l.n {
			return 0, io.EOF
		}
		l.rest = targets.Domain(l.next) + "\n"
		l.next++
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// sink is the server, a process of its own.
type sink struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	port string
}

// counted is what the server saw.
type counted struct {
	Connections int            `json:"connections"`
	Messages    int            `json:"messages"`
	Faults      map[string]int `json:"faults"`
}

func start(program string, ill int) (*sink, error) {
	cmd := exec.Command(program, "-ill", strconv.Itoa(ill), "-for", "1h")
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("-sink: %w", err)
	}
	s := &sink{cmd: cmd, out: bufio.NewReader(pipe)}
	line, err := s.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server did not say its port: %w", err)
	}
	s.port = strings.TrimSpace(line)
	return s, nil
}

func (s *sink) end() (seen counted, err error) {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return seen, err
	}
	if err := json.NewDecoder(s.out).Decode(&seen); err != nil {
		return seen, fmt.Errorf("the server did not say what it counted: %w", err)
	}
	return seen, s.cmd.Wait()
}
