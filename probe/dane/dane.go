// Package dane holds the certificates of a mail server against TLSA records,
// as a sender does that follows RFC 7672.
//
// It looks nothing up: Judge is a pure function of records, chain, names and
// time. Which records count at all, and that they are authentic, is for the
// caller to know.
package dane

import (
	"crypto/x509"
	"fmt"
	"time"
)

// The certificate usages that count for SMTP (RFC 7672 section 3.1).
const (
	usageTA = 2 // an authority in the server's chain
	usageEE = 3 // the server's own certificate or key
)

// Record is a TLSA record (RFC 6698 section 2.1).
type Record struct {
	Usage, Selector, Matching uint8
	Data                      []byte
}

// String returns the three numbers of the record, such as "3 1 1".
func (r Record) String() string { return fmt.Sprintf("%d %d %d", r.Usage, r.Selector, r.Matching) }

// Shown returns the record with the beginning of its data, by which records with
// the same numbers are told apart, such as "3 1 1 (8d02fd47...)".
func (r Record) Shown() string {
	return fmt.Sprintf("%s (%x...)", r, r.Data[:min(len(r.Data), 4)])
}

// Unusable says why no SMTP client can use the record, or nothing if one can.
func (r Record) Unusable() string {
	switch {
	case r.Usage < usageTA:
		return fmt.Sprintf("usage %d is not for SMTP (RFC 7672 section 3.1.3)", r.Usage)
	case r.Usage > usageEE:
		return fmt.Sprintf("usage %d is unknown", r.Usage)
	case r.Selector > 1:
		return fmt.Sprintf("selector %d is unknown", r.Selector)
	}
	switch r.Matching {
	case 0:
		return r.unreadable()
	case 1, 2:
		if want := 32 * int(r.Matching); len(r.Data) != want {
			return fmt.Sprintf("a digest of matching type %d has %d octets, not %d", r.Matching, want, len(r.Data))
		}
	default:
		return fmt.Sprintf("matching type %d is unknown", r.Matching)
	}
	return ""
}

// unreadable says what is wrong with data that is not a digest.
func (r Record) unreadable() string {
	if r.Selector == 0 {
		if _, err := x509.ParseCertificate(r.Data); err != nil {
			return "its data is not a certificate"
		}
		return ""
	}
	if _, err := x509.ParsePKIXPublicKey(r.Data); err != nil {
		return "its data is not a public key"
	}
	return ""
}

// Peer is what is known of a server after the handshake.
type Peer struct {
	// Chain is as sent, the server's own certificate first.
	Chain []*x509.Certificate
	// Names are those of which a certificate under usage 2 must bear one: the
	// TLSA base domain, and the next-hop domain (RFC 7672 section 3.2.2).
	Names []string
	Now   time.Time
}

// Verdict is what the records say of a server.
type Verdict struct {
	// By is the record that fits; not meaningful unless OK is true.
	By Record
	OK bool
	// Unusable says of the records left aside why that is so, such as
	// "0 1 1: usage 0 is not for SMTP (RFC 7672 section 3.1.3)".
	Unusable []string
	// Usable is how many were not left aside. With none of them, TLS is still
	// required, but nothing can be verified (RFC 7672 section 2.2).
	Usable int
	// Reason says why the verdict is not OK where Usable is not 0.
	Reason string
	// Fits is true if some record is about the server, even if a name, a date
	// or the chain is not as it must be under usage 2.
	Fits bool
}

// Judge holds a server against the records. One that fits is enough.
func Judge(records []Record, peer Peer) Verdict {
	var v Verdict
	var usable []Record
	for _, r := range records {
		if why := r.Unusable(); why != "" {
			v.Unusable = append(v.Unusable, r.String()+": "+why)
			continue
		}
		usable = append(usable, r)
	}
	v.Usable = len(usable)
	switch {
	case v.Usable == 0:
		v.Reason = "none of the TLSA records can be used"
		return v
	case len(peer.Chain) == 0:
		v.Reason = "the server sent no certificate"
		return v
	}
	left := maxChains
	for _, r := range strongest(usable) {
		ok, fits, reason := r.judge(peer, &left)
		if ok {
			v.OK, v.By, v.Reason, v.Fits = true, r, "", true
			return v
		}
		// What fits in part tells more than what does not fit at all.
		if v.Reason == "" || fits && !v.Fits {
			v.Reason, v.Fits = reason, fits
		}
	}
	if !v.Fits {
		v.Reason = mismatch(usable)
	}
	return v
}

// strongest leaves out digests beside a stronger one of the same usage and
// selector, which is the one that counts (RFC 7671 section 9).
func strongest(records []Record) []Record {
	var out []Record
	for _, r := range records {
		weaker := false
		for _, other := range records {
			weaker = weaker || r.Matching == 1 && other.Matching == 2 && other.Usage == r.Usage && other.Selector == r.Selector
		}
		if !weaker {
			out = append(out, r)
		}
	}
	return out
}

// mismatch says that no record fits.
func mismatch(records []Record) string {
	if len(records) == 1 {
		return fmt.Sprintf("the certificate does not fit the TLSA record %s", records[0])
	}
	text := "the certificate fits none of the TLSA records " + records[0].String()
	for _, r := range records[1:min(len(records), maxShown)] {
		text += ", " + r.String()
	}
	if len(records) > maxShown {
		text += fmt.Sprintf(" and %d more", len(records)-maxShown)
	}
	return text
}

// maxChains is how many chains are looked for. A hostile zone with a hostile
// server could keep us busy else.
const maxChains = 64

// maxShown is how many records a message names.
const maxShown = 6
