//go:build linux

package interop

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
)

// policyServer is a greylist for Postfix: it speaks the policy delegation
// protocol (SMTPD_POLICY_README) and defers each combination of client,
// sender and recipient the first time.
type policyServer struct {
	listener net.Listener
	done     sync.WaitGroup

	mu    sync.Mutex
	seen  map[string]bool
	conns map[net.Conn]bool
}

func startPolicyServer() (*policyServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &policyServer{listener: l, seen: map[string]bool{}, conns: map[net.Conn]bool{}}
	p.done.Go(p.accept)
	return p, nil
}

func (p *policyServer) addr() string { return p.listener.Addr().String() }

func (p *policyServer) stop() {
	_ = p.listener.Close()
	p.mu.Lock()
	for conn := range p.conns {
		_ = conn.Close()
	}
	p.mu.Unlock()
	p.done.Wait()
}

func (p *policyServer) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.conns[conn] = true
		p.mu.Unlock()
		p.done.Go(func() { p.serve(conn) })
	}
}

// serve answers requests, each a list of name=value lines and an empty one.
func (p *policyServer) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	attrs := map[string]string{}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			attrs[name] = value
			continue
		}
		if _, err := fmt.Fprintf(conn, "action=%s\n\n", p.judge(attrs)); err != nil {
			return
		}
		clear(attrs)
	}
}

func (p *policyServer) judge(attrs map[string]string) string {
	key := attrs["client_address"] + " " + attrs["sender"] + " " + attrs["recipient"]
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen[key] {
		return "DUNNO"
	}
	p.seen[key] = true
	return "DEFER_IF_PERMIT 4.7.1 Greylisted, please try again later"
}
