package cli

import (
	"net/netip"
	"slices"

	"mxprobe/dnsmx"
	"mxprobe/internal/transport"
	"mxprobe/probe"
)

// network makes the resolver and the dialer that the flags ask for.
func (r *session) network() error {
	redirects, err := r.settings.parseRedirects()
	if err != nil {
		return err
	}
	resolver, err := newResolver(r.settings.dns, r.settings.loopback, redirects...)
	if err != nil {
		return err
	}
	var dialer probe.Dialer = transport.NewDirect(r.settings.source)
	r.resolver, r.dns = resolver, resolver
	if len(redirects) > 0 {
		r.resolver, dialer = &redirected{resolver, redirects}, transport.Redirected(redirects, dialer)
	}
	r.settings.way.password, _ = r.LookupEnv("MXPROBE_PROXY_PASSWORD")
	r.redirector, _ = dialer.(probe.Redirector)
	if r.dialer, err = r.settings.way.over(dialer); err != nil {
		return err
	}
	// Mailboxes and web servers stand behind no load balancer for mail.
	way := r.settings.way
	way.proxyProtocol = ""
	r.plainDialer, err = way.over(dialer)
	return err
}

// newResolver asks the given servers, or the system's where none is given.
// With loopback every address of an exchange is one to use. In a laboratory,
// name servers of zones are redirected by their addresses, as others are.
func newResolver(servers []string, loopback bool, redirects ...transport.Redirect) (*dnsmx.Resolver, error) {
	var config dnsmx.Config
	if len(servers) == 0 {
		var err error
		if config, err = dnsmx.SystemConfig(); err != nil {
			return nil, err
		}
	}
	config.AllowLoopback, config.Redirect = loopback, redirectServers(redirects)
	for _, text := range servers {
		server, err := parseAddrPort(text, 53)
		if err != nil {
			return nil, usagef("--dns: %s", err)
		}
		config.Servers = append(config.Servers, server)
	}
	return dnsmx.New(config)
}

// redirectServers returns where the name servers of zones are asked, nil where no
// redirect is about them: only those of an address and port 53 are.
func redirectServers(redirects []transport.Redirect) func(netip.AddrPort) netip.AddrPort {
	redirects = slices.DeleteFunc(slices.Clone(redirects), func(r transport.Redirect) bool { return r.Port != 53 || r.Name != "" })
	if len(redirects) == 0 {
		return nil
	}
	return func(to netip.AddrPort) netip.AddrPort {
		for i := range redirects {
			if redirects[i].Fits("", to) {
				return redirects[i].To
			}
		}
		return to
	}
}
