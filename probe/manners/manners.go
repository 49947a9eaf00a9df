// Package manners says at what pace a run over many domains speaks to servers of
// others, which of them asked to be left alone for a while, and which never want
// to be spoken to.
//
// Nothing in it waits or looks at a clock: every question comes with the time it
// is asked at. Whoever asks does the waiting.
package manners

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mxprobe/probe/result"
)

// Settings are the limits of a run. A rate is how many new connections are
// begun in a second; 0 is no limit.
type Settings struct {
	// Address, Host and Provider are the rates for one address, one host, and
	// all hosts of a provider.
	Address, Host, Provider float64
	// PerProvider is how many sessions may be open at once with the hosts of a
	// provider; 0 is no limit.
	PerProvider int
	// Loopback has the limits hold on this machine's own loopback addresses too.
	Loopback bool
}

// The usual limits. A server bears with far more from one client: Postfix
// opens 20 sessions at once to a destination when it delivers. But a probe is no
// mail that somebody waits for, and a list that is done an hour later is done.
const (
	DefaultAddressRate  = 2
	DefaultHostRate     = 4
	DefaultProviderRate = 10
	DefaultPerProvider  = 8
)

// Default returns the usual limits.
func Default() Settings {
	return Settings{
		Address: DefaultAddressRate, Host: DefaultHostRate, Provider: DefaultProviderRate, PerProvider: DefaultPerProvider,
	}
}

// Provider is who runs a host, as far as a name tells: the registrable domain
// of the name, in lower case; the name itself where that has none, as an address.
func Provider(host string) string {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if isAddress(name) {
		return name
	}
	if own, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return own
	}
	return name
}

// ProviderOf is who runs the mail of a domain: the provider of the host that a sender
// tries first; nothing where there is no such host, or it has no name.
func ProviderOf(d *result.Domain) string {
	if len(d.Hosts) == 0 {
		return ""
	}
	provider := Provider(d.Hosts[0].Name)
	if isAddress(provider) {
		return ""
	}
	return provider
}

// isAddress reports whether a host is an address, as it is or as a literal.
func isAddress(host string) bool {
	if strings.HasPrefix(host, "[") {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}
