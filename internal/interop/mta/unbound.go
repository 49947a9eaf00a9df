//go:build linux

package mta

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Unbound is a running resolver that validates.
type Unbound struct {
	*Process
	Addr string // where it answers, over UDP and TCP
}

// StartUnbound starts Unbound in dir. It asks the name server at upstream, which
// holds the root, and trusts the keys of anchors: records such as ". DNSKEY 257 3
// 13 KEY". The error is a *MissingError where Unbound is not installed.
func StartUnbound(dir, upstream string, anchors []string) (*Unbound, error) {
	path, err := find("unbound", "unbound")
	if err != nil {
		return nil, err
	}
	_, upstreamPort, err := net.SplitHostPort(upstream)
	if err != nil {
		return nil, err
	}
	port, err := FreePort("127.0.0.1")
	if err != nil {
		return nil, err
	}
	var keys strings.Builder
	for _, a := range anchors {
		fmt.Fprintf(&keys, "  trust-anchor: %q\n", a)
	}
	// The word between two @ is the port of an address there.
	file, err := write(dir, "unbound.conf", "DIR", dir, "PORT", strconv.Itoa(port), "UPSTREAM", upstreamPort, "ANCHORS", keys.String())
	if err != nil {
		return nil, err
	}
	p, err := start("unbound", dir, nil, path, "-d", "-c", file)
	if err != nil {
		return nil, err
	}
	u := &Unbound{Process: p, Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	return u, p.ready(func() error { return answersRoot(u.Addr) })
}
