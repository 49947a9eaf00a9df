package facts

import "net/netip"

// List is one block list (RFC 5782) with its answers.
type List struct {
	Zone string
	// Domains is true of a list of names instead of addresses.
	Domains bool
	// Listed and Unlisted are the look-ups of the test points: 127.0.0.2 has
	// to be on the list, 127.0.0.1 must not (RFC 5782 section 5); of a list of
	// names they are TEST and INVALID.
	Listed, Unlisted Listing
	Answers          []Listing
}

// Listing is what a list says of one address or name.
type Listing struct {
	// Subject is the address or the name.
	Subject string
	// Host is the mail host it belongs to; empty for the domain and for us.
	Host string
	// Ours is true of our own address.
	Ours bool
	Lookup
	Codes []netip.Addr
	// Reasons are the TXT records.
	Reasons []string
}

// Self is our own side, as a server sees it.
type Self struct {
	// Addresses are those that connections come from.
	Addresses []SelfAddress
	// HELO is the name we give, Named the look-up of its addresses.
	HELO  string
	Named Lookup
	// From is the sender we use; SPF what its domain says of our address:
	// "pass", "fail", "softfail", "neutral", "none", "temperror" or
	// "permerror"; empty where nobody asked.
	From string
}

// SelfAddress is one address of ours.
type SelfAddress struct {
	IP netip.Addr
	// Told is true where a server told us the address, so that it is right
	// behind a router that translates addresses as well.
	Told bool
	// Private is true of an address that no server elsewhere sees.
	Private bool
	PTR     PTR
	// HELOAgrees is whether the address is among those of the name we give.
	HELOAgrees bool
	SPF        string
	SPFWhy     string
}
