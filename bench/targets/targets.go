// Package targets is the list that the benchmarks play with: addresses of
// loopback by their numbers, and which of them are ill, so that the server and
// whoever holds its word against a report agree without telling each other.
package targets

import (
	"encoding/binary"
	"net/netip"
)

// first is the address of target 0; the others follow it.
const first = 127<<24 | 16<<16

// Most is how many targets there are: the addresses from 127.16.0.0 to
// 127.254.255.255.
const Most = 239 << 16

// Address returns the address of target n, from 0 to Most-1.
func Address(n int) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(first+n))
	return netip.AddrFrom4(b)
}

// Number returns which target has an address, false for none.
func Number(address netip.Addr) (n int, ok bool) {
	if !address.Is4() {
		return 0, false
	}
	b := address.As4()
	n = int(binary.BigEndian.Uint32(b[:])) - first
	return n, n >= 0 && n < Most
}

// Domain returns target n as a domain: an address literal (RFC 5321 section
// 4.1.3).
func Domain(n int) string { return "[" + Address(n).String() + "]" }
