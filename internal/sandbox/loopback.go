package sandbox

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// listenLoopback gives every IPv4 address a loopback address of its own and
// makes all servers listen on one port there. There is only one IPv6
// loopback address: the first server that has IPv6 gets it, and the AAAA
// records of the others are not given out.
func (w *World) listenLoopback() error {
	if err := w.refuseForeign(); err != nil {
		return err
	}
	tries := listenTries
	if w.spec.SMTPPort != 0 {
		tries = 1
	}
	var err error
	for range tries {
		if err = w.listenOnOnePort(); err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
		w.unlisten()
		if tries > 1 {
			w.spec.SMTPPort = 0
		}
	}
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		return fmt.Errorf("%w (this system has only some addresses of 127.0.0.0/8; on macOS, `sudo ifconfig lo0 alias 127.0.0.2` adds one)", err)
	}
	return err
}

// refuseForeign holds the zones to documentation addresses, since programs
// would go wherever else they point.
func (w *World) refuseForeign() error {
	for _, z := range w.zones.byName {
		for _, a := range z.addresses() {
			if !isDoc(a) {
				return fmt.Errorf("zone %q: %s is not a documentation address", z.name, a)
			}
		}
	}
	return nil
}

func (w *World) unlisten() {
	for _, l := range w.listeners {
		_ = l.tcp.Close()
	}
	for _, h := range w.holes {
		_ = h.close()
	}
	w.listeners, w.holes = nil, nil
	clear(w.doors)
}

func (w *World) listenOnOnePort() error {
	w.zones.moved = make(map[netip.Addr]netip.Addr)
	next := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	six := hasIPv6Loopback()
	for _, s := range w.servers {
		for _, a := range s.addrs {
			to := next
			switch {
			case a.Is4():
				next = next.Next()
			case six && s.dead == Alive:
				to, six = netip.IPv6Loopback(), false
			default:
				w.zones.moved[a] = netip.Addr{}
				continue
			}
			w.zones.moved[a] = to
			if err := w.openOnLoopback(s, a, to); err != nil {
				return err
			}
		}
	}
	// An address without a server refuses.
	for _, z := range w.zones.byName {
		for _, a := range z.addresses() {
			if _, ok := w.zones.moved[a]; !ok && a.Is4() {
				w.zones.moved[a] = next
				next = next.Next()
			}
		}
	}
	return nil
}

func (w *World) openOnLoopback(s *server, a, to netip.Addr) error {
	at := netip.AddrPortFrom(to, w.spec.SMTPPort)
	switch s.dead {
	case Alive:
		if err := w.listen(s, at, netip.AddrPortFrom(a, s.ports[0]), netip.AddrPort{}); err != nil {
			return err
		}
		w.spec.SMTPPort = w.listeners[0].tcp.Addr().(interface{ AddrPort() netip.AddrPort }).AddrPort().Port()
	case HangsAll:
		w.dead[a] = s.dead
		h, err := newHole(at)
		if err != nil {
			return err
		}
		w.holes = append(w.holes, h)
	default:
		w.dead[a] = s.dead
	}
	return nil
}
