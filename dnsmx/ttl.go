package dnsmx

import "github.com/miekg/dns"

// usualTTL reads a TTL. One with its highest bit set counts as 0 (RFC 2181,
// section 8).
func usualTTL(ttl uint32) uint32 {
	if ttl >= 1<<31 {
		return 0
	}
	return ttl
}

// negativeTTL returns how long the lack of a record may be remembered (RFC
// 2308, section 5). Without an SOA record it may not.
func negativeTTL(soa *dns.SOA) uint32 {
	if soa == nil {
		return 0
	}
	return min(usualTTL(soa.Hdr.Ttl), usualTTL(soa.Minttl), maxNegativeTTL)
}
