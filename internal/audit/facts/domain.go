package facts

import (
	"net/netip"
	"strings"
	"time"

	"mxprobe/internal/audit/spf"
)

// Domain is all that was seen of one mail domain.
type Domain struct {
	// Name is in lower case, with A-labels and without a final dot.
	Name string
	// Now is when it was looked at.
	Now    time.Time
	MX     MX
	Zone   Zone
	DNSSEC DNSSEC
	// Hosts are in the order of preference.
	Hosts  []Host
	STS    STS
	TLSRPT Text
	SPF    SPF
	DMARC  DMARC
	// DKIM has an entry for each selector that was named; Keys is the look-up of
	// the name that all keys are below.
	DKIM []DKIM
	Keys Lookup
	BIMI Text
	// Lists are the block lists that were asked.
	Lists []List
	// Self is our own side, nil where nobody asked.
	Self *Self
}

// SpecialUse reports whether a domain is none of the public DNS (RFC 6761,
// RFC 9476 and the like), where private addresses and names of a laboratory
// are as they should be.
func SpecialUse(domain string) bool {
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	switch last {
	case "test", "localhost", "invalid", "example", "local", "internal", "lan", "home", "corp", "alt", "onion":
		return true
	}
	return domain == "home.arpa" || strings.HasSuffix(domain, ".home.arpa")
}

// MX are the MX records of a domain.
type MX struct {
	Lookup
	Records []MXRecord
	// Implicit is what the look-up of an address of the domain itself gave;
	// it is asked where there is no MX record.
	Implicit Lookup
	// Wildcard is the look-up of MX records of a name below the domain that
	// nobody can have published.
	Wildcard Lookup
}

// MXRecord is one MX record. The host "" is the root, the mark of the null MX.
type MXRecord struct {
	Preference uint16
	Host       string
}

// Null reports whether the domain says that it takes no mail (RFC 7505).
func (m *MX) Null() bool {
	return m.State == Found && len(m.Records) == 1 && m.Records[0].Host == ""
}

// Host is one mail host.
type Host struct {
	Name       string
	Preference uint16
	V4, V6     Lookup
	TLSA       TLSA
	Addresses  []Address
}

// Alias is the name at the end of the aliases of the host, or nothing.
func (h *Host) Alias() string {
	if h.V4.Alias != "" {
		return h.V4.Alias
	}
	return h.V6.Alias
}

// Address is one address of a host.
type Address struct {
	IP  netip.Addr
	PTR PTR
	// Main is the session that looks at greeting, EHLO and STARTTLS; Manners
	// the one that looks at what the server takes of whom.
	Main    Session
	Manners Session
	// Named is the look-up of the addresses of the name that the server gives in
	// its reply to EHLO.
	Named Lookup
	// Certificates are the different ones that the server showed.
	Certificates []Certificate
	// Versions are the versions of TLS that were tried.
	Versions []TLSVersion
	// Resumed says whether a TLS session could be taken up again.
	Resumed State
	// Submission are the ports for mail programs, where they were asked for.
	Submission []Submission
}

// PTR is the reverse look-up of an address.
type PTR struct {
	Lookup
	Names []Reverse
}

// Reverse is one name of an address.
type Reverse struct {
	Name string
	// Forward is the look-up of its addresses, Confirms whether the address
	// is among them.
	Forward  Lookup
	Confirms bool
}

// SPF is the SPF record of a domain.
type SPF struct {
	Text
	// Report is what following it to its end gave.
	Report spf.Report
}

// DMARC is what the DNS says of the DMARC policy of a domain.
type DMARC struct {
	// Walk are the look-ups of the tree walk, the domain's own first (RFC
	// 9989 section 4.10).
	Walk []Text
	// Reports are the look-ups that authorise a report address in another
	// organisation (RFC 9990 section 4).
	Reports []ReportAuthorisation
}

// ReportAuthorisation is the question whether a domain takes the reports of
// another.
type ReportAuthorisation struct {
	// Host is the domain of the report address.
	Host string
	Text
}

// DKIM is the key of one selector.
type DKIM struct {
	Selector string
	Text
}
