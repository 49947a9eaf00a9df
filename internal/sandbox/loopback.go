package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
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
	w.zones.moved = w.loopbackAddresses()
	// Those that live come first, because the first chooses the port.
	for _, s := range w.servers {
		for _, a := range s.addrs {
			if to := w.zones.moved[a]; s.dead == Alive && to.IsValid() {
				at := netip.AddrPortFrom(to, w.spec.SMTPPort)
				if err := w.listen(s, at, netip.AddrPortFrom(a, s.ports[0]), netip.AddrPort{}); err != nil {
					return err
				}
				w.spec.SMTPPort = w.listeners[0].addr.Port()
			}
		}
	}
	for _, s := range w.servers {
		for _, a := range s.addrs {
			if s.dead == Alive {
				continue
			}
			w.dead[a] = s.dead
			if to := w.zones.moved[a]; s.dead == HangsAll && to.IsValid() {
				h, err := newHole(netip.AddrPortFrom(to, w.spec.SMTPPort))
				if err != nil {
					return err
				}
				w.holes = append(w.holes, h)
			}
		}
	}
	return nil
}

// loopbackAddresses finds an address for every address of the world, in the
// order of the servers. The invalid address stands for none.
func (w *World) loopbackAddresses() map[netip.Addr]netip.Addr {
	moved := make(map[netip.Addr]netip.Addr)
	next := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	take := func(a netip.Addr) {
		if _, ok := moved[a]; !ok && a.Is4() {
			moved[a] = next
			next = next.Next()
		}
	}
	six := hasIPv6Loopback()
	for _, s := range w.servers {
		for _, a := range s.addrs {
			take(a)
			if a.Is6() && six && s.dead == Alive {
				moved[a], six = netip.IPv6Loopback(), false
			}
		}
	}
	// An address without a server gets one where nobody listens.
	for _, name := range slices.Sorted(maps.Keys(w.zones.byName)) {
		for _, a := range w.zones.byName[name].addresses() {
			take(a)
		}
	}
	return moved
}
