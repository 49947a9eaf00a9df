package dnsmx

import (
	"encoding/base64"
	"encoding/hex"

	"github.com/miekg/dns"
)

// MX is one MX record (RFC 1035, section 3.3.9). The host has no final dot;
// it is empty for the root, the mark of the null MX (RFC 7505).
type MX struct {
	Preference uint16
	Host       string
}

// SOA is the record that begins a zone (RFC 1035, section 3.3.13), its times
// in seconds.
type SOA struct {
	// Primary is the name server that the zone comes from, Mailbox the
	// address of who is responsible, with a dot in place of the @.
	Primary, Mailbox                        string
	Serial, Refresh, Retry, Expire, Minimum uint32
}

// DS is the hash of a key by which a zone vouches for one below it (RFC 4034,
// section 5).
type DS struct {
	KeyTag                uint16
	Algorithm, DigestType uint8
	Digest                []byte
}

// DNSKEY is a key that signs a zone (RFC 4034, section 2).
type DNSKEY struct {
	Flags               uint16
	Protocol, Algorithm uint8
	Key                 []byte
	// KeyTag is what DS records and signatures name the key by.
	KeyTag uint16
}

// take takes a record and reports whether it is one of the rest. Data that is
// not in its encoding cannot come from the codec.
func (r *rest) take(rr dns.RR) bool {
	switch rr := rr.(type) {
	case *dns.TXT:
		r.txt = append(r.txt, joined(rr.Txt))
	case *dns.TLSA:
		return r.takeTLSA(rr)
	case *dns.NS:
		r.names = append(r.names, fromWire(rr.Ns))
	case *dns.CNAME:
		r.names = append(r.names, fromWire(rr.Target))
	case *dns.PTR:
		r.names = append(r.names, fromWire(rr.Ptr))
	case *dns.SOA:
		r.soa = &SOA{fromWire(rr.Ns), fromWire(rr.Mbox), rr.Serial, rr.Refresh, rr.Retry, rr.Expire, rr.Minttl}
	case *dns.DS:
		digest, err := hex.DecodeString(rr.Digest)
		if err != nil {
			return false
		}
		r.ds = append(r.ds, DS{rr.KeyTag, rr.Algorithm, rr.DigestType, digest})
	case *dns.DNSKEY:
		key, err := base64.StdEncoding.DecodeString(rr.PublicKey)
		if err != nil {
			return false
		}
		r.dnskey = append(r.dnskey, DNSKEY{rr.Flags, rr.Protocol, rr.Algorithm, key, rr.KeyTag()})
	default:
		return false
	}
	return true
}
