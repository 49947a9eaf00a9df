//go:build linux

package mta

import (
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestStopEndsChildren stops a server whose child does not listen to a
// polite request, as a mail server's children may be in the middle of mail.
func TestStopEndsChildren(t *testing.T) {
	p, err := start("sh", t.TempDir(), nil,
		"/bin/sh", "-c", `(trap "" TERM; exec sleep 600) & echo child $!; wait`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	var child string
	err = p.ready(func() error {
		_, after, _ := strings.Cut(p.Log(), "child ")
		var ok bool
		if child, _, ok = strings.Cut(after, "\n"); !ok {
			return errors.New("no child yet")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Stop()
	deadline := time.Now().Add(10 * time.Second)
	for alive(child) {
		if time.Now().After(deadline) {
			t.Fatalf("child %s is still there", child)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// alive reports whether a process runs; one that has ended and waits to be
// collected does not.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// TestReadyShowsWhy wants the words of a server that does not start.
func TestReadyShowsWhy(t *testing.T) {
	p, err := start("sh", t.TempDir(), nil, "/bin/sh", "-c", "echo bad configuration; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	err = p.ready(func() error { return errors.New("not yet") })
	if err == nil || !strings.Contains(err.Error(), "bad configuration") {
		t.Errorf("ready() = %v; want what the server printed", err)
	}
}

func TestFindMissing(t *testing.T) {
	_, err := find("no such server", "mxprobe-no-such-program")
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Error() != "no no such server" {
		t.Errorf("find() = %v; want a MissingError", err)
	}
}

func TestFreePortIsFreeEverywhere(t *testing.T) {
	port, err := FreePort("127.0.0.1", "127.0.0.2")
	if err != nil {
		t.Fatal(err)
	}
	for _, ip := range []string{"127.0.0.1", "127.0.0.2"} {
		l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
	}
	if err := portFree(port, []string{"127.0.0.3", "127.0.0.2"}); err == nil {
		t.Error("portFree() = nil for a port in use")
	}
}
