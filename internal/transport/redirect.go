package transport

import (
	"context"
	"net"
	"net/netip"
	"strings"
)

// Redirect says where to connect instead of a host.
type Redirect struct {
	Name string     // of the host, without a final dot; empty if Addr is set
	Addr netip.Addr // of the host, not valid if Name is set
	Port uint16     // of the host; 0 for any
	To   netip.AddrPort
}

// Fits reports whether the redirect is for that address of that host.
func (r *Redirect) Fits(host string, to netip.AddrPort) bool {
	if r.Port != 0 && r.Port != to.Port() {
		return false
	}
	if r.Name == "" {
		return r.Addr == to.Addr().Unmap()
	}
	return r.For(host)
}

// For reports whether the redirect is for that host by its name.
func (r *Redirect) For(host string) bool {
	return r.Name != "" && strings.EqualFold(r.Name, strings.TrimSuffix(host, "."))
}

// Redirector is a Dialer that leads some hosts elsewhere.
type Redirector struct {
	base      Dialer
	redirects []Redirect
}

// Redirected returns a Dialer that connects to where the first fitting
// redirect leads, and else to the address asked for. The context says which
// host that belongs to; see For.
func Redirected(redirects []Redirect, base Dialer) *Redirector {
	return &Redirector{base, redirects}
}

// DialContext connects to address, or to where a redirect leads from there.
func (r *Redirector) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if to, err := netip.ParseAddrPort(address); err == nil {
		if via := r.Via(hostOf(ctx), to); via != "" {
			network, address = "tcp", via
		}
	}
	return r.base.DialContext(ctx, network, address)
}

// Via returns where a redirect leads from an address of a host, empty if none
// does, so that no report claims to have spoken with an address that was left
// aside.
func (r *Redirector) Via(host string, to netip.AddrPort) string {
	for i := range r.redirects {
		if r.redirects[i].Fits(host, to) {
			return r.redirects[i].To.String()
		}
	}
	return ""
}
