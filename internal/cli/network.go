package cli

import "mxprobe/dnsmx"

// network makes the resolver and the dialer that the flags ask for.
func (r *session) network() error {
	resolver, err := newResolver(r.settings.dns)
	if err != nil {
		return err
	}
	dialer, err := newDialer(r.settings, resolver)
	if err != nil {
		return err
	}
	r.settings.way.password, _ = r.LookupEnv("MXPROBE_PROXY_PASSWORD")
	r.resolver = dialer
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
func newResolver(servers []string) (*dnsmx.Resolver, error) {
	if len(servers) == 0 {
		return dnsmx.System()
	}
	var config dnsmx.Config
	for _, text := range servers {
		server, err := parseAddrPort(text, 53)
		if err != nil {
			return nil, usagef("--dns: %s", err)
		}
		config.Servers = append(config.Servers, server)
	}
	return dnsmx.New(config)
}
