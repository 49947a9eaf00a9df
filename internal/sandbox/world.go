package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// World is a running mail world. Its methods may be called by several
// goroutines at once.
type World struct {
	spec    Spec
	ctx     context.Context
	cancel  context.CancelFunc
	zones   *zoneSet
	servers []*server
	dns     *dnsServer
	// authority issues certificates, nil if no server speaks TLS.
	authority *authority

	// doors leads from a documentation address and port to the listener
	// behind it; dead has the addresses without one.
	doors     map[netip.AddrPort]netip.AddrPort
	dead      map[netip.Addr]Dead
	listeners []*listener
	holes     []*hole

	memory memory
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	// sessions counts the sessions since the start.
	sessions int
	open     map[*net.TCPConn]bool
}

// Start builds a world and serves it until World.Close. The error names what
// is wrong with the spec, or the address that could not be had.
func Start(spec Spec) (*World, error) {
	w := &World{
		spec:  spec,
		doors: make(map[netip.AddrPort]netip.AddrPort),
		dead:  make(map[netip.Addr]Dead),
		open:  make(map[*net.TCPConn]bool),
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	if err := w.build(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.dns.start(&w.wg)
	for _, l := range w.listeners {
		w.wg.Go(func() { w.accept(l) })
	}
	return w, nil
}

func (w *World) build() error {
	var err error
	w.zones, w.servers, err = compile(w.spec)
	if err != nil {
		return err
	}
	for _, s := range w.servers {
		if err = s.makeMaildirs(); err != nil {
			return fmt.Errorf("server %q: maildir: %w", s.name, err)
		}
	}
	if err = w.makeAuthority(); err != nil {
		return err
	}
	if w.spec.Loopback {
		err = w.listenLoopback()
	} else {
		err = w.listenEach()
	}
	if err != nil {
		return err
	}
	if err = w.publishTLSA(); err != nil {
		return err
	}
	if w.dns, err = newDNSServer(w.ctx, w.zones, w.spec.Faults, w.spec.DNSAddr); err != nil {
		return err
	}
	return w.surround(w.dns.addr.Addr())
}

// compile turns a spec into what is served; it opens nothing.
func compile(spec Spec) (*zoneSet, []*server, error) {
	zones, err := newZoneSet(spec)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range spec.Faults {
		if err := checkFault(f); err != nil {
			return nil, nil, fmt.Errorf("fault %q: %w", f.Name, err)
		}
	}
	var servers []*server
	taken := make(map[netip.Addr]string)
	for _, s := range spec.Servers {
		srv, err := newServer(s, zones)
		if err != nil {
			return nil, nil, fmt.Errorf("server %q: %w", s.Name, err)
		}
		for _, a := range srv.addrs {
			if other, ok := taken[a]; ok {
				return nil, nil, fmt.Errorf("server %q: %s already belongs to %q", s.Name, a, other)
			}
			taken[a] = srv.name
		}
		servers = append(servers, srv)
	}
	return zones, servers, nil
}

// Close ends the world: connections are broken, and all that serves them has
// ended when it returns. A second call does nothing.
func (w *World) Close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	w.cancel()
	var errs []error
	for _, l := range w.listeners {
		errs = append(errs, l.tcp.Close())
	}
	for nc := range w.open {
		_ = nc.Close() // its server may have closed it already
	}
	w.mu.Unlock()
	for _, h := range w.holes {
		errs = append(errs, h.close())
	}
	if w.dns != nil {
		errs = append(errs, w.dns.close())
	}
	w.wg.Wait()
	return errors.Join(errs...)
}

// DNS returns the address of the DNS server, the same for UDP and TCP.
func (w *World) DNS() netip.AddrPort { return w.dns.addr }

// SMTPPort returns the one port of all servers of a world with
// Spec.Loopback, 0 for other worlds.
func (w *World) SMTPPort() uint16 {
	if !w.spec.Loopback {
		return 0
	}
	return w.spec.SMTPPort
}

// Addr returns the loopback listener behind a documentation address, at its
// first port; the zero value if nobody listens there.
func (w *World) Addr(ip string) netip.AddrPort {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.AddrPort{}
	}
	for _, s := range w.servers {
		for _, own := range s.addrs {
			if own == a {
				return w.doors[netip.AddrPortFrom(a, s.ports[0])]
			}
		}
	}
	return netip.AddrPort{}
}

// Door is one way into the world.
type Door struct {
	// Server is the host name, Port what its clients call the port.
	Server string
	Port   uint16
	// Addr is the documentation address.
	Addr netip.Addr
	// Listen is the listener on loopback behind it, invalid if there is
	// none.
	Listen netip.AddrPort
	Dead   Dead
	// Policy is true for a server that hands out an MTA-STS policy.
	Policy bool
}

// Doors returns every address and port of every server, in the order of the
// spec.
func (w *World) Doors() []Door {
	var out []Door
	for _, s := range w.servers {
		for _, a := range s.addrs {
			for _, port := range s.ports {
				to := w.doors[netip.AddrPortFrom(a, port)]
				out = append(out, Door{Server: s.name, Port: port, Addr: a, Listen: to, Dead: s.dead, Policy: s.https != nil})
			}
		}
	}
	return out
}

// Sessions returns what the servers saw, in the order in which connections
// came in. The oldest are forgotten after ten thousand.
func (w *World) Sessions() []Session { return w.memory.sessions() }
