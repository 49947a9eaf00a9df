//go:build linux

package main

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"mxprobe/bench/targets"
)

// serve starts a server at the address of a target and connects to it; nil
// where the server reset the connection at once.
func serve(t *testing.T, s *server, n int) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp", targets.Address(n).String()+":0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); s.accept(l) }()
	t.Cleanup(func() { l.Close(); <-ended })
	conn, err := net.Dial("tcp", l.Addr().String())
	if errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// ill returns the first target with a fault.
func ill(f targets.Fault) int {
	n := 0
	for targets.Of(n, 1) != f {
		n++
	}
	return n
}

const whole = "EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nSubject: x\r\n\r\n" +
	"..\r\n.\r\nQUIT\r\n"

func TestWholeDialogue(t *testing.T) {
	t.Parallel()
	s := &server{}
	conn := serve(t, s, 7)
	// In pieces that end within lines.
	for text := whole; text != ""; {
		n := min(7, len(text))
		if _, err := io.WriteString(conn, text[:n]); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	codes := ""
	for line := range strings.Lines(string(got)) {
		if line[3] == ' ' {
			codes += line[:4]
		}
	}
	if want := "220 250 250 250 354 250 221 "; codes != want {
		t.Errorf("codes %s; want %s", codes, want)
	}
	if c := s.counts(); c.Connections != 1 || c.Dialogues != 1 || c.Messages != 1 || c.Faults != nil {
		t.Errorf("counted %+v; want one of each and no fault", c)
	}
}

// TestFaults holds what a client sees of each fault, and that it is counted.
func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[targets.Fault]string{ // how the answers end
		targets.Closed:   "220 sink ESMTP\r\n",
		targets.Half:     "ENHANCEDSTATUSCODES\r\n25",
		targets.Garbage:  "221 2.0.0 Bye\r\n",
		targets.Unwanted: "221 2.0.0 Bye\r\n",
		targets.Unknown:  "550 5.1.1 No such user here\r\n554 5.5.1 No valid recipients\r\n502 5.5.2 What?\r\n502 5.5.2 What?\r\n502 5.5.2 What?\r\n502 5.5.2 What?\r\n221 2.0.0 Bye\r\n",
		targets.Later:    "451 4.3.0 Come back later\r\n554 5.5.1 No valid recipients\r\n502 5.5.2 What?\r\n502 5.5.2 What?\r\n502 5.5.2 What?\r\n502 5.5.2 What?\r\n221 2.0.0 Bye\r\n",
		targets.Leaving:  "421 4.3.2 sink is going down\r\n",
	}
	for f, want := range tests {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			s := &server{ill: 1}
			conn := serve(t, s, ill(f))
			_, _ = io.WriteString(conn, whole)
			got, err := io.ReadAll(conn)
			if err != nil || !strings.HasSuffix(string(got), want) {
				t.Errorf("got %q, %v; want %q at the end", got, err, want)
			}
			if c := s.counts(); c.Faults[f.String()] != 1 {
				t.Errorf("counted %v; want the fault", c.Faults)
			}
		})
	}
}

// TestReset holds the fault that may come before the client knows that it is
// connected.
func TestReset(t *testing.T) {
	t.Parallel()
	s := &server{ill: 1}
	if conn := serve(t, s, ill(targets.Reset)); conn != nil {
		if got, err := io.ReadAll(conn); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %q, %v; want a reset", got, err)
		}
	}
	if c := s.counts(); c.Faults["reset"] != 1 {
		t.Errorf("counted %v; want a reset", c.Faults)
	}
}

// TestSilentAndFlood holds the two faults that do not end by themselves.
func TestSilentAndFlood(t *testing.T) {
	t.Parallel()
	conn := serve(t, &server{ill: 1}, ill(targets.Silent))
	_, _ = io.WriteString(conn, whole)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(conn); strings.Contains(string(got), "2.1.0") {
		t.Errorf("got %q; want no reply to MAIL", got)
	}
	conn = serve(t, &server{ill: 1}, ill(targets.Flood))
	if n, err := io.CopyN(io.Discard, conn, 1<<20); err != nil {
		t.Errorf("the flood ended after %d bytes: %v", n, err)
	}
}

// TestDelay holds that answers come late.
func TestDelay(t *testing.T) {
	t.Parallel()
	const delay = 40 * time.Millisecond
	conn := serve(t, &server{delay: delay}, 7)
	began := time.Now()
	if _, err := io.WriteString(conn, whole); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if took := time.Since(began); took < delay {
		t.Errorf("the answers came after %v; want %v at least", took, delay)
	}
}
