package dialogue_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// socket listens on a Unix socket and leads to the server of a world.
func socket(t *testing.T, w *sandbox.World) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lmtp")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := w.DialContext(t.Context(), "tcp", "192.0.2.10:25")
			if err != nil {
				_ = from.Close()
				return
			}
			all.Go(func() { _, _ = io.Copy(to, from); _ = to.(*net.TCPConn).CloseWrite() })
			all.Go(func() { _, _ = io.Copy(from, to); _ = from.Close() })
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return path
}

// A server on a Unix socket is spoken to as any other; it has no address and
// no port, and nothing is looked up.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{LMTP: true})
	path := socket(t, w)
	set := settings(&net.Dialer{})
	src := "protocol: lmtp\nsteps:\n  - LHLO ${helo}\n  - send: MAIL FROM:<${from}>\n    unless: ipv4\n  - RCPT TO:<${to}>\n  - message: \"Subject: ${ip}/${mx.name}\\n\\nx\"\n"
	r := &probe.Runner{Family: probe.OnlyIPv6}
	request := probe.Request{Server: "unix:" + path, Checks: checks(t, set, src)}
	for d := range r.Run(t.Context(), slices.Values([]probe.Request{request})) {
		expect(t, only(t, &d), pass)
		a := d.Hosts[0].Addresses[0]
		if d.Hosts[0].Name != "unix:"+path || a.IP != "" || a.Port != 0 {
			t.Errorf("host is %q, address %q, port %d; want the socket alone", d.Hosts[0].Name, a.IP, a.Port)
		}
	}
	if s := w.Sessions()[0]; len(s.Messages) != 1 {
		t.Errorf("the server took %d messages; want one", len(s.Messages))
	}
}

// A socket that is not there, and a proxy that fails, each have their verdict:
// the second says nothing of the server.
func TestOtherWaysThatFail(t *testing.T) {
	t.Parallel()
	play := func(dialer probe.Dialer, server string) *result.Check {
		r := &probe.Runner{}
		request := probe.Request{Server: server, Checks: checks(t, settings(dialer), "steps: [NOOP]\n")}
		for d := range r.Run(t.Context(), slices.Values([]probe.Request{request})) {
			return only(t, &d)
		}
		return nil
	}
	gone := "unix:" + filepath.Join(t.TempDir(), "gone")
	expect(t, play(&net.Dialer{}, gone), ending{result.Fail, result.Refused, 0, "no such file"})
	expect(t, play(failing{}, gone), ending{result.Inconclusive, result.Local, 0, "the proxy is down"})
}

// failing is a Dialer whose own side fails.
type failing struct{ probe.Dialer }

func (failing) DialContext(_ context.Context, _, _ string) (net.Conn, error) {
	return nil, fmt.Errorf("dial: %w", ours{errors.New("the proxy is down")})
}

type ours struct{ error }

func (ours) Ours() bool { return true }
