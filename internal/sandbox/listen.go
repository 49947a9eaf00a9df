package sandbox

import (
	"net"
	"net/netip"
	"time"
)

// listener is one port of one address of a server.
type listener struct {
	srv  *server
	tcp  *net.TCPListener
	addr netip.AddrPort // what clients call it
}

// listenEach gives every address and port of every server a port of its own.
func (w *World) listenEach() error {
	six := hasIPv6Loopback()
	for _, s := range w.servers {
		for _, a := range s.addrs {
			if s.dead != Alive {
				w.dead[a] = s.dead
				continue
			}
			at := netip.AddrFrom4([4]byte{127, 0, 0, 1})
			if a.Is6() && six {
				at = netip.IPv6Loopback()
			}
			for _, port := range s.ports {
				want := netip.AddrPortFrom(a, port)
				if err := w.listen(s, netip.AddrPortFrom(at, 0), want, want); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// listen opens the door behind a documentation address.
func (w *World) listen(s *server, at, door, name netip.AddrPort) error {
	tcp, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return err
	}
	to := tcp.Addr().(*net.TCPAddr).AddrPort()
	w.doors[door] = to
	if !name.IsValid() {
		name = to
	}
	w.listeners = append(w.listeners, &listener{srv: s, tcp: tcp, addr: name})
	return nil
}

func hasIPv6Loopback() bool {
	l, err := net.ListenTCP("tcp6", &net.TCPAddr{IP: net.IPv6loopback})
	return err == nil && l.Close() == nil
}

// accept serves the connections of one listener until it is closed.
func (w *World) accept(l *listener) {
	for {
		nc, err := l.tcp.AcceptTCP()
		if err != nil {
			if w.ctx.Err() != nil {
				return
			}
			// Out of descriptors, or a client that left at once.
			if !sleep(w.ctx, 10*time.Millisecond) {
				return
			}
			continue
		}
		w.enter(l, nc)
	}
}

// enter serves one connection in a goroutine, unless the world is closed.
func (w *World) enter(l *listener, nc *net.TCPConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		_ = nc.Close()
		return
	}
	w.open[nc] = true
	r := &record{s: Session{
		Server: l.srv.name, Addr: l.addr,
		Client: nc.RemoteAddr().(*net.TCPAddr).AddrPort(),
	}}
	w.sessions++
	r.teller = teller{log: w.spec.Log, session: w.sessions, server: l.srv.name}
	r.tell('-', connected(r.s.Client, l.addr), false)
	w.memory.begin(r)
	w.wg.Go(func() {
		c := newConn(w.ctx, l.srv, nc, l.addr, r)
		c.serve()
		w.leave(nc, r)
	})
}

func (w *World) leave(nc *net.TCPConn, r *record) {
	_ = nc.Close() // it may be closed already
	w.mu.Lock()
	delete(w.open, nc)
	w.mu.Unlock()
	w.memory.end(r)
	if w.spec.Ended != nil {
		w.spec.Ended(r.session())
	}
}
