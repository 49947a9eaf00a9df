package cli

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// parseRedirect reads NAME=ADDR:PORT, NAME:PORT=ADDR:PORT; NAME may be an
// address.
func parseRedirect(text string) (transport.Redirect, error) {
	name, target, ok := strings.Cut(text, "=")
	if !ok {
		return transport.Redirect{}, fmt.Errorf("%q is not NAME=ADDR:PORT", text)
	}
	host, port, err := parseServer(name)
	if err != nil {
		return transport.Redirect{}, err
	}
	to, err := parseAddrPort(target, 0)
	if err != nil {
		return transport.Redirect{}, err
	}
	if to.Port() == 0 {
		return transport.Redirect{}, fmt.Errorf("%q names no port to connect to (NAME=ADDR:PORT)", text)
	}
	r := transport.Redirect{Port: port, To: to}
	if addr, err := netip.ParseAddr(host); err == nil {
		r.Addr = addr.Unmap()
	} else {
		r.Name = strings.ToLower(strings.TrimSuffix(host, "."))
	}
	return r, nil
}

// parseRedirects reads every --connect-to.
func (s *settings) parseRedirects() ([]transport.Redirect, error) {
	var all []transport.Redirect
	for _, text := range s.connectTo {
		r, err := parseRedirect(text)
		if err != nil {
			return nil, usagef("--connect-to: %s", err)
		}
		all = append(all, r)
	}
	return all, nil
}

// tellWay writes down where the connections to the addresses of a domain
// really went, so that no report claims to have spoken with an address that was
// left aside. Through a proxy it is the proxy that connects.
func (r *session) tellWay(d *result.Domain) {
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			a := &d.Hosts[i].Addresses[j]
			ip, err := netip.ParseAddr(a.IP)
			switch {
			case err != nil:
			case r.settings.way.proxy != "":
				server, _, _ := parseProxy(r.settings.way.proxy)
				a.Via = "proxy " + server
			case r.redirector != nil:
				a.Via = r.redirector.Via(d.Hosts[i].Name, netip.AddrPortFrom(ip, a.Port))
			}
		}
	}
}

// redirected is a resolver that knows which hosts are redirected.
type redirected struct {
	probe.Resolver
	redirects []transport.Redirect
}

// Route finds the hosts of a domain.
func (r *redirected) Route(ctx context.Context, domain string) (dnsmx.Route, error) {
	route, err := r.Resolver.Route(ctx, domain)
	for i := range route.Hosts {
		r.lead(&route.Hosts[i])
	}
	return route, err
}

// Host finds the addresses of a host.
func (r *redirected) Host(ctx context.Context, name string) dnsmx.Host {
	host := r.Resolver.Host(ctx, name)
	r.lead(&host)
	return host
}

// lead gives a redirected host that has no address of its own the one it is
// redirected to: a laboratory need not have a DNS. Addresses that lead every
// sender to itself are of use where they lead elsewhere.
func (r *redirected) lead(host *dnsmx.Host) {
	for i := range r.redirects {
		redirect := &r.redirects[i]
		named := redirect.For(host.Name)
		for _, addr := range host.Itself {
			if named || redirect.Addr == addr {
				host.Addrs, host.Err = append(host.Addrs, addr), nil
			}
		}
		host.Itself = slices.DeleteFunc(host.Itself, func(addr netip.Addr) bool { return slices.Contains(host.Addrs, addr) })
		if named && host.Err != nil {
			host.Err, host.Addrs = nil, []netip.Addr{redirect.To.Addr()}
		}
	}
}
