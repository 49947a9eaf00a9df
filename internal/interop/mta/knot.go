//go:build linux

package mta

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Knot is a running Knot DNS server that holds a root zone and all below it.
type Knot struct {
	*Process
	Addr string // where it answers, over UDP and TCP
}

// StartKnot starts Knot DNS in dir with the text of a root zone. For each
// name in broken it has a zone that cannot be loaded, so that it answers
// SERVFAIL for all names below. The error is a *MissingError where Knot is
// not installed.
func StartKnot(dir, zone string, broken ...string) (*Knot, error) {
	return startKnot(dir, zone, "", broken)
}

// StartSignedKnot starts Knot DNS in dir with the text of a root zone, which it
// signs with keys of its own.
func StartSignedKnot(dir, zone string) (*Knot, error) {
	return startKnot(dir, zone, "    dnssec-signing: on\n", nil)
}

func startKnot(dir, zone, more string, broken []string) (*Knot, error) {
	path, err := find("knot", "knotd")
	if err != nil {
		return nil, err
	}
	port, err := FreePort("127.0.0.1")
	if err != nil {
		return nil, err
	}
	if err := mkdirs(dir, os.Geteuid(), os.Getegid(), "run", "db", "zones"); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "zones", "root.zone"), []byte(zone), 0o644); err != nil {
		return nil, err
	}
	var zones strings.Builder
	zones.WriteString(more)
	for _, name := range broken {
		fmt.Fprintf(&zones, "  - domain: %s\n    file: no-such-file\n", name)
	}
	file, err := write(dir, "knot.conf", "DIR", dir, "PORT", strconv.Itoa(port), "BROKEN", zones.String())
	if err != nil {
		return nil, err
	}
	p, err := start("knot", dir, nil, path, "-c", file)
	if err != nil {
		return nil, err
	}
	k := &Knot{Process: p, Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	return k, p.ready(func() error { return answersRoot(k.Addr) })
}

// answersRoot asks for the name servers of the root and wants an answer that
// is no error; the query is short enough to be written out (RFC 1035 section 4.1).
func answersRoot(addr string) error {
	conn, err := net.DialTimeout("udp", addr, time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	query := []byte{0x4d, 0x58, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1}
	if _, err := conn.Write(query); err != nil {
		return err
	}
	answer := make([]byte, 512)
	n, err := conn.Read(answer)
	if err != nil {
		return err
	}
	if n < 12 || answer[3]&0x0f != 0 {
		return fmt.Errorf("answer for the root: % x", answer[:n])
	}
	return nil
}
