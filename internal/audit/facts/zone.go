package facts

import (
	"net/netip"
	"time"
)

// Zone is the DNS zone that the domain is in.
type Zone struct {
	SOA SOA
	// NS are the name servers by the zone itself, Parent those by the zone
	// above it, asked of one of its servers.
	NS, Parent NameServers
	// Servers are the name servers, each with its answers.
	Servers []Server
}

// SOA is the start of a zone.
type SOA struct {
	Lookup
	// Zone is the owner of the record.
	Zone                    string
	Primary, Contact        string
	Serial, Refresh, Retry  uint32
	Expire, NegativeMinimum uint32
}

// NameServers are the name servers of a zone, in lower case and sorted.
type NameServers struct {
	Lookup
	Names []string
}

// Server is one name server.
type Server struct {
	Name      string
	Addresses Lookup
	// V6 is the look-up of its IPv6 addresses.
	V6    Lookup
	Asked []ServerAnswer
}

// ServerAnswer is what one address of a name server said when it was asked
// directly.
type ServerAnswer struct {
	IP netip.Addr
	// SOA is the look-up of the zone's SOA record there.
	SOA Lookup
	// Authoritative is whether it answered for the zone with authority.
	Authoritative bool
	Serial        uint32
	// Took is how long the slower of its answers took.
	Took time.Duration
	// MX is the look-up of the MX records there, Hosts what it gave, each as
	// "10 mx.example.org", sorted.
	MX    Lookup
	Hosts []string
}

// DNSSEC is the state of the signatures.
type DNSSEC struct {
	// Resolver is Found if the resolver validates and its word counts, NoData
	// if it does not.
	Resolver State
	// Why says why Resolver is Failed or NoData.
	Why string
	// DS is the look-up of the delegation's DS records, Keys that of the
	// zone's DNSKEY records.
	DS, Keys Lookup
	// Unvalidated is the look-up of the MX records with checking disabled
	// (the CD bit), asked where the usual one failed.
	Unvalidated Lookup
}
