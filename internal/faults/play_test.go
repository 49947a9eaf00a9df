//go:build linux

package faults

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// outcome is what a call of the program said.
type outcome struct {
	args           []string
	exit           int
	took           time.Duration
	stdout, stderr string
	run            result.Run
	reported       bool
}

// got is what came of the fault: what decided, wherever it is in the report.
func (o *outcome) got() want {
	w := want{exit: o.exit}
	if !o.reported {
		w.says = o.stderr
		return w
	}
	if len(o.run.Domains) != 1 {
		w.says = fmt.Sprintf("%d domains", len(o.run.Domains))
		return w
	}
	d := &o.run.Domains[0]
	w.status, w.reason, w.says = d.Status.String(), string(d.Reason), d.Message+" "+d.Hint
	for _, h := range d.Hosts {
		if h.Status >= d.Status && h.Reason != result.None {
			w.reason, w.says = string(h.Reason), h.Message+" "+h.Hint
		}
		for _, a := range h.Addresses {
			for _, c := range a.Checks {
				if c.Status >= d.Status && c.Reason != result.None {
					w.reason, w.cause = string(c.Reason), c.Cause
					w.says = strings.Join(append([]string{c.Message, c.Hint}, c.Notes...), " ")
				}
			}
		}
	}
	return w
}

func (o *outcome) String() string {
	return fmt.Sprintf("mxprobe %s\nexit status %d after %v\n--- stdout\n%.20000s\n--- stderr\n%.5000s",
		strings.Join(o.args, " "), o.exit, o.took, o.stdout, o.stderr)
}

// wrong says in what the outcome is not what was wanted.
func (f *fault) wrong(o *outcome) string {
	got, limit := o.got(), f.limit()
	switch {
	case got.status != f.want.status, got.reason != f.want.reason, got.cause != f.want.cause, got.exit != f.want.exit:
		return fmt.Sprintf("%s, %q, cause %q, exit status %d\nwant %s, %q, cause %q, exit status %d",
			got.status, got.reason, got.cause, got.exit, f.want.status, f.want.reason, f.want.cause, f.want.exit)
	case !strings.Contains(got.says, f.want.says):
		return fmt.Sprintf("it says %q\nwant %q in it", got.says, f.want.says)
	case o.reported && o.run.End.Exit != o.exit && !f.unwritten:
		return fmt.Sprintf("the report says that the exit status is %d", o.run.End.Exit)
	case o.took > limit:
		return fmt.Sprintf("it took %v; want less than %v", o.took, limit)
	case strings.Contains(o.stderr, "goroutine "):
		return "it came to its end by a panic"
	case strings.Contains(o.stdout+o.stderr, password):
		return "it shows the password"
	}
	return ""
}

func (f *fault) limit() time.Duration {
	if f.within == 0 {
		return usualTime
	}
	return f.within
}

// play makes the world of the fault and calls the program in it.
func (f *fault) play(ctx context.Context, program, dir string) (o *outcome, err error) {
	spec, heard := f.spec(), make(chan struct{})
	var once sync.Once
	spec.Log = func(e sandbox.Event) {
		if e.From == 'C' && e.Text == "NOOP" {
			once.Do(func() { close(heard) })
		}
	}
	w, err := sandbox.Start(spec)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if f.inside {
		return f.playInside(ctx, w)
	}
	values := map[string]string{"dir": dir, "dns": w.DNS().String(), "smtp": strconv.Itoa(int(w.SMTPPort()))}
	for _, door := range w.Doors() {
		values[door.Server] = door.Listen.String()
		if door.Policy {
			values["policy"] = door.Listen.String()
		}
	}
	if f.peer != nil {
		addr, stop, err := serve(f.peer)
		if err != nil {
			return nil, err
		}
		defer stop()
		values["peer"] = addr
	}
	if f.dns != nil {
		addr, stop, err := resolve(f.dns)
		if err != nil {
			return nil, err
		}
		defer stop()
		values["dns"] = addr
	}
	if err := f.files(w, dir, values); err != nil {
		return nil, err
	}
	return f.call(ctx, program, dir, values, heard)
}

// spec is the world of the fault.
func (f *fault) spec() sandbox.Spec {
	zone := f.zone
	if zone == "" {
		zone = "@ MX 10 mx1\nmx1 A 192.0.2.10\n"
	}
	server := f.server
	server.Name, server.Rules = "mx1.example.test", f.rules
	servers := append([]sandbox.Server{server}, f.others...)
	if !strings.Contains(zone, "mx1 A") {
		servers = f.others
	}
	// Another keeps the port of the world, where the first is dead, and then has
	// 127.0.0.1 too, where a server of another world might listen else.
	spare := sandbox.Server{Name: "spare.example.test", Addrs: []string{"192.0.2.254"}}
	if server.Dead == sandbox.Alive {
		servers = append(servers, spare)
	} else {
		servers = append([]sandbox.Server{spare}, servers...)
	}
	return sandbox.Spec{Zones: []sandbox.Zone{{Name: "example.test", Text: zone}}, Servers: servers, Faults: f.names, Loopback: !f.inside, Authentic: f.authentic}
}

func (f *fault) files(w *sandbox.World, dir string, values map[string]string) error {
	scenario := f.scenario
	if scenario == "" {
		scenario = steps(ask)
	}
	for name, value := range values {
		scenario = strings.ReplaceAll(scenario, "${"+name+"}", value)
	}
	if err := os.WriteFile(filepath.Join(dir, "fault.yaml"), []byte(scenario), 0o600); err != nil {
		return err
	}
	if ca := w.CA(); ca != nil {
		if err := os.WriteFile(filepath.Join(dir, "ca.pem"), ca, 0o600); err != nil {
			return err
		}
	}
	if f.setup != nil {
		return f.setup(dir)
	}
	return nil
}

// call calls the program. Signals are sent once something was heard.
func (f *fault) call(ctx context.Context, program, dir string, values map[string]string, heard <-chan struct{}) (*outcome, error) {
	args := []string{"run", "fault.yaml", "--helo", "probe.example.net", "--from", "probe@example.net", "--to", "kate@example.test"}
	own := f.args
	for name, value := range values {
		own = strings.ReplaceAll(own, "${"+name+"}", value)
	}
	args = append(args, strings.Fields(own)...)
	for _, usual := range []struct{ flag, instead, value string }{
		{"-d", "-H", "example.test"}, {"-p", "-H", values["smtp"]}, {"-f", "", "json"}, {"--dns", "", values["dns"]}, {"--ca-file", "", "ca.pem"},
	} {
		if strings.Contains(" "+own, " "+usual.flag+" ") || usual.instead != "" && strings.Contains(" "+own, " "+usual.instead+" ") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, usual.value)); usual.flag != "--ca-file" || err == nil {
			args = append(args, usual.flag, usual.value)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*f.limit())
	defer cancel()
	shell := fmt.Sprintf(`ulimit -d %d && %s exec "$@"`, cmp.Or(f.memory, memory)<<10, f.ulimit())
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", shell, "sh", program}, args...)...)
	cmd.Dir, cmd.WaitDelay = dir, time.Second
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "FAULT_PASSWORD=" + password}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if f.signal != nil {
		select {
		case <-heard:
			_ = cmd.Process.Signal(f.signal)
		case <-ctx.Done():
		}
	}
	err := cmd.Wait()
	o := &outcome{args: args, exit: cmd.ProcessState.ExitCode(), took: time.Since(begun), stdout: stdout.String(), stderr: stderr.String()}
	if ctx.Err() != nil {
		return o, fmt.Errorf("it had not ended after %v: %w", o.took, err)
	}
	if o.stdout != "" {
		if err := json.Unmarshal([]byte(o.stdout), &o.run); err != nil {
			return o, fmt.Errorf("no JSON: %w", err)
		}
		o.reported = true
	}
	return o, nil
}

func (f *fault) ulimit() string {
	if f.limits == "" {
		return ""
	}
	return "ulimit " + f.limits + " &&"
}

// serve lets a function answer every connection. All have ended when stop
// returns.
func serve(answer func(*peer)) (addr string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	all.Go(func() {
		for n := 1; ; n++ {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, nc)
			mu.Unlock()
			all.Go(func() {
				answer(&peer{nc, n})
				_ = nc.Close()
			})
		}
	})
	return l.Addr().String(), func() {
		_ = l.Close()
		mu.Lock()
		for _, nc := range open {
			_ = nc.Close()
		}
		mu.Unlock()
		all.Wait()
	}, nil
}

// resolve lets a function answer every question of the DNS that comes by UDP.
func resolve(answer func(question []byte) [][]byte) (addr string, stop func(), err error) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	var all sync.WaitGroup
	all.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			for _, packet := range answer(append([]byte(nil), buf[:n]...)) {
				_, _ = pc.WriteTo(packet, from)
			}
		}
	})
	return netip.MustParseAddrPort(pc.LocalAddr().String()).String(), func() { _ = pc.Close(); all.Wait() }, nil
}
