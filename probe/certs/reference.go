package certs

import (
	"net/netip"
	"strings"
)

// Reference returns the name that a certificate must bear and the one to
// ask for, which is never an address (RFC 6066 section 3).
func Reference(name string) (reference, sni string) {
	name = strings.TrimSuffix(name, ".")
	bare := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if len(bare) > 5 && strings.EqualFold(bare[:5], "IPv6:") {
		bare = bare[5:]
	}
	if addr, err := netip.ParseAddr(bare); err == nil {
		return addr.Unmap().WithZone("").String(), ""
	}
	return name, name
}
