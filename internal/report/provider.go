package report

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mxprobe/probe/result"
)

// Provider is who runs the mail of a domain, as far as a name tells: the
// registrable domain of the host that a sender tries first; nothing where
// there is no such host, or it has no name.
func Provider(d *result.Domain) string {
	if len(d.Hosts) == 0 {
		return ""
	}
	name := strings.ToLower(strings.Trim(d.Hosts[0].Name, "[]."))
	if _, err := netip.ParseAddr(strings.TrimPrefix(name, "ipv6:")); err == nil {
		return ""
	}
	if own, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return clean(own)
	}
	return clean(name)
}
