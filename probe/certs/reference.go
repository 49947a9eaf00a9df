package certs

import (
	"strings"

	"mxprobe/internal/hostname"
)

// Reference returns the name that a certificate must bear and the one to
// ask for, which is never an address (RFC 6066 section 3).
func Reference(name string) (reference, sni string) {
	name = strings.TrimSuffix(name, ".")
	if addr, ok := hostname.Addr(name); ok {
		return addr.Unmap().WithZone("").String(), ""
	}
	return name, name
}
