package records

import "strings"

// IsTLSRPT reports whether a TXT record is one of TLS reporting (RFC 8460
// section 3). Records that begin otherwise are left aside.
func IsTLSRPT(text string) bool { return begins(text, "TLSRPTv1") }

// TLSRPT is a TLS reporting record.
type TLSRPT struct {
	// Addresses are the report addresses that are well formed.
	Addresses []string
	Problems  []string
}

// ParseTLSRPT reads a record for which IsTLSRPT holds.
func ParseTLSRPT(text string) TLSRPT {
	tags, problems := ParseTags(text)
	r := TLSRPT{Problems: problems}
	rua, ok := tags.Get("rua")
	if !ok {
		r.Problems = append(r.Problems, "it has no address (rua=)")
		return r
	}
	good, bad := Addresses(rua, "mailto", "https")
	r.Addresses = good
	r.Problems = append(r.Problems, bad...)
	return r
}

// IsBIMI reports whether a TXT record is a BIMI record.
func IsBIMI(text string) bool { return begins(text, "BIMI1") }

// BIMI is a record that names the logo of a domain.
type BIMI struct {
	// Logo and Evidence are l= and a=; both empty say that there is none.
	Logo, Evidence string
	Problems       []string
}

// ParseBIMI reads a record for which IsBIMI holds.
func ParseBIMI(text string) BIMI {
	tags, problems := ParseTags(text)
	b := BIMI{Logo: tags.Value("l", ""), Evidence: tags.Value("a", ""), Problems: problems}
	if _, ok := tags.Get("l"); !ok {
		b.Problems = append(b.Problems, "it has no l=")
	}
	for _, uri := range []string{b.Logo, b.Evidence} {
		if uri != "" && !strings.EqualFold(uri, "self") && (!strings.HasPrefix(strings.ToLower(uri), "https://") || Host(uri) == "") {
			b.Problems = append(b.Problems, `"`+clip(uri)+`" is no https address`)
		}
	}
	return b
}
