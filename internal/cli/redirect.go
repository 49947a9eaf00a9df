package cli

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"mxprobe/dnsmx"
	"mxprobe/probe"
)

// redirect is one --connect-to: where to connect instead of a host.
type redirect struct {
	name string     // host name, "" if addr is set
	addr netip.Addr // address, not valid if name is set
	port uint16     // 0 for any port
	to   netip.AddrPort
}

// parseRedirect reads NAME=ADDR:PORT, NAME:PORT=ADDR:PORT; NAME may be an
// address.
func parseRedirect(text string) (redirect, error) {
	name, target, ok := strings.Cut(text, "=")
	if !ok {
		return redirect{}, fmt.Errorf("%q is not NAME=ADDR:PORT", text)
	}
	host, port, err := parseServer(name)
	if err != nil {
		return redirect{}, err
	}
	to, err := parseAddrPort(target, 0)
	if err != nil {
		return redirect{}, err
	}
	if to.Port() == 0 {
		return redirect{}, fmt.Errorf("%q names no port to connect to (NAME=ADDR:PORT)", text)
	}
	r := redirect{port: port, to: to}
	if addr, err := netip.ParseAddr(host); err == nil {
		r.addr = addr.Unmap()
	} else {
		r.name = strings.ToLower(strings.TrimSuffix(host, "."))
	}
	return r, nil
}

// fits reports whether the redirect is for that address, found for names.
func (r *redirect) fits(to netip.AddrPort, names []string) bool {
	if r.port != 0 && r.port != to.Port() {
		return false
	}
	if r.name == "" {
		return r.addr == to.Addr().Unmap()
	}
	return slices.Contains(names, r.name)
}

// dialer opens the connections of a run, from --source and by way of
// --connect-to. It is also the resolver's listener: only there the name of a
// host and its addresses are known together.
type dialer struct {
	net.Dialer
	probe.Resolver
	redirects []redirect

	mu    sync.Mutex
	names map[netip.Addr][]string // the hosts of redirects by their addresses
}

func newDialer(s *settings, resolver probe.Resolver) (*dialer, error) {
	d := &dialer{Resolver: resolver}
	for _, text := range s.connectTo {
		r, err := parseRedirect(text)
		if err != nil {
			return nil, usagef("--connect-to: %s", err)
		}
		d.redirects = append(d.redirects, r)
	}
	if s.source.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: s.source.AsSlice(), Zone: s.source.Zone()}
	}
	return d, nil
}

// DialContext connects to address, or to where a redirect leads from there.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if to, err := netip.ParseAddrPort(address); err == nil && len(d.redirects) > 0 {
		if r := d.redirect(to); r != nil {
			network, address = "tcp", r.to.String()
		}
	}
	if network == "unix" {
		return (&net.Dialer{}).DialContext(ctx, network, address) // --source is an address
	}
	return d.Dialer.DialContext(ctx, network, address)
}

// Via says where a redirect leads from an address, so that no report claims
// to have spoken with an address that was left aside.
func (d *dialer) Via(to netip.AddrPort) string {
	if len(d.redirects) == 0 {
		return ""
	}
	if r := d.redirect(to); r != nil {
		return r.to.String()
	}
	return ""
}

func (d *dialer) redirect(to netip.AddrPort) *redirect {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.redirects {
		if d.redirects[i].fits(to, d.names[to.Addr()]) {
			return &d.redirects[i]
		}
	}
	return nil
}

// Route finds the hosts of a domain, and remembers the addresses of those
// that are redirected.
func (d *dialer) Route(ctx context.Context, domain string) (dnsmx.Route, error) {
	route, err := d.Resolver.Route(ctx, domain)
	for i := range route.Hosts {
		d.learn(&route.Hosts[i])
	}
	return route, err
}

// Host finds the addresses of a host, as Route does.
func (d *dialer) Host(ctx context.Context, name string) dnsmx.Host {
	host := d.Resolver.Host(ctx, name)
	d.learn(&host)
	return host
}

// learn remembers whose addresses these are. A redirected host that has no
// address of its own has the one it is redirected to: a laboratory need not
// have a DNS.
func (d *dialer) learn(host *dnsmx.Host) {
	name := strings.ToLower(host.Name)
	for _, r := range d.redirects {
		if r.name == "" || r.name != name {
			continue
		}
		if host.Err == nil {
			d.remember(name, host.Addrs)
			return
		}
		addr := r.to.Addr()
		if others := d.remember(name, []netip.Addr{addr}); others > 0 {
			// Which of the hosts a connection is for could not be told.
			host.Err = fmt.Errorf("%w, and --connect-to leads another host to %s as well; give each an address of its own", host.Err, addr)
			return
		}
		host.Err, host.Addrs = nil, []netip.Addr{addr}
		return
	}
}

// remember notes a name for the addresses, and returns how many other names
// they have.
func (d *dialer) remember(name string, addrs []netip.Addr) (others int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names == nil {
		d.names = make(map[netip.Addr][]string)
	}
	for _, a := range addrs {
		if !slices.Contains(d.names[a], name) {
			d.names[a] = append(d.names[a], name)
		}
		others += len(d.names[a]) - 1
	}
	return others
}
