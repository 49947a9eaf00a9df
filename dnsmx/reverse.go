package dnsmx

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
)

// Reverse looks up the names of an address, its PTR records. The error is an
// *Error: NoName or NoData if it has none.
func (r *Resolver) Reverse(ctx context.Context, addr netip.Addr) (Set, error) {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return Set{Type: TypePTR}, badName("", "is not an address, so that it has no name")
	}
	return r.Records(ctx, ReverseName(addr), TypePTR)
}

// ReverseName returns the name under which the names of an address stand, such
// as "1.2.0.192.in-addr.arpa" (RFC 1035, section 3.5) or the like in ip6.arpa
// (RFC 3596, section 2.5), without a final dot. The address has to be valid.
func ReverseName(addr netip.Addr) string {
	if addr = addr.Unmap(); addr.Is4() {
		return reversed(addr) + ".in-addr.arpa"
	}
	return reversed(addr) + ".ip6.arpa"
}

// reversed returns the octets of an IPv4 address from last to first, or the
// half octets of an IPv6 address.
func reversed(addr netip.Addr) string {
	var b strings.Builder
	octets := addr.Unmap().AsSlice()
	for i := len(octets) - 1; i >= 0; i-- {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		if len(octets) == 4 {
			b.WriteString(strconv.Itoa(int(octets[i])))
			continue
		}
		const hex = "0123456789abcdef"
		b.Write([]byte{hex[octets[i]&15], '.', hex[octets[i]>>4]})
	}
	return b.String()
}
