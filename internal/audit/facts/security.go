package facts

import "time"

// TLSA are the TLSA records of port 25 of a host.
type TLSA struct {
	Lookup
	// Validated is true if the records count (RFC 7672 section 2.2), and
	// Unsigned if the addresses of the host are not signed, so that records
	// are not asked for.
	Validated, Unsigned bool
	Records             []TLSARecord
}

// TLSARecord is one TLSA record.
type TLSARecord struct {
	Usage, Selector, Matching uint8
	// Data is in hex.
	Data string
	// Unusable says why no SMTP client can use it, or nothing.
	Unusable string
}

// STS is what a domain says by MTA-STS.
type STS struct {
	Record Text
	// ID is that of the record; Problem says why the record is none.
	ID, Problem string
	Policy      STSPolicy
}

// STSPolicy is the policy of a domain, as it was fetched.
type STSPolicy struct {
	// State is Found for a document, NoData where the server has none, Failed
	// where it could not be had.
	State State
	// Fault is what kind of failure it was, Why the failure in words.
	Fault STSFault
	Why   string
	// Problem says why the document is no policy.
	Problem string
	Mode    string
	MX      []string
	MaxAge  time.Duration
	Notes   []string
}

// STSFault is why a policy could not be had.
type STSFault string

// The faults.
const (
	STSFaultNone        STSFault = ""
	STSFaultName        STSFault = "name"        // the host of the policy does not exist
	STSFaultConnect     STSFault = "connect"     // no connection
	STSFaultCertificate STSFault = "certificate" // the certificate is not good
	STSFaultRedirect    STSFault = "redirect"    // another address is named
	STSFaultStatus      STSFault = "status"      // another status than 200
	STSFaultOurs        STSFault = "ours"        // our side failed
)

// Certificate is a certificate that a server showed.
type Certificate struct {
	// SHA256 is its fingerprint in hex, KeySHA256 that of its key alone.
	SHA256, KeySHA256 string
	Subject, Issuer   string
	NotBefore         time.Time
	NotAfter          time.Time
	// Key is the kind of key, such as "RSA" or "ECDSA", Bits its length.
	Key  string
	Bits int
	// Signature is the algorithm it is signed with, such as "SHA256-RSA".
	Signature string
	// Chain, Name and Dates are "ok" or say what is wrong.
	Chain, NameFinding, Dates string
	// TLSA are the numbers of the records, from 0, that fit it; Judged is
	// whether they were held against it, and DANE why none does.
	TLSA   []int
	Judged bool
	DANE   string
	// DER are the certificates as they were sent, the server's own first.
	DER [][]byte
}

// Sound is what is said of a part of a certificate that is as it should be.
const Sound = "ok"

// TLSVersion is one version of TLS that was tried.
type TLSVersion struct {
	// Name is as in "TLS 1.2".
	Name string
	// State is Found if it was accepted, NoData if it was refused, Failed
	// where it could not be tried.
	State State
	Why   string
}
