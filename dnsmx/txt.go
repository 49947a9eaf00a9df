package dnsmx

import (
	"context"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"mxprobe/internal/ascii"
)

// TXT are the TXT records of one name.
type TXT struct {
	// Records hold each the strings of one record, put together without
	// anything between them (RFC 8461, section 3.1). They may hold any octets.
	Records []string
	// Authentic is true if they were validated with DNSSEC, by the rule of
	// Route.Authentic.
	Authentic bool
	// Server is the DNS server that answered.
	Server netip.AddrPort
}

// TXT looks up the TXT records of a name, aliases followed. The error is an
// *Error: NoName or NoData if there are none.
func (r *Resolver) TXT(ctx context.Context, name string) (TXT, error) {
	name, err := parseName(name)
	if err != nil {
		return TXT{}, err
	}
	a := r.lookup(ctx, question{name, dns.TypeTXT})
	if a.err != nil {
		return TXT{}, a.err
	}
	return TXT{Records: a.found.others().txt, Authentic: a.authentic, Server: a.server}, nil
}

// joined puts the strings of a TXT record together and takes back what the
// codec escapes: \DDD and a backslash before a character.
func joined(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		for i := 0; i < len(text); i++ {
			switch {
			case text[i] != '\\' || i+1 == len(text):
				b.WriteByte(text[i])
			case i+3 < len(text) && ascii.Digit(text[i+1]) && ascii.Digit(text[i+2]) && ascii.Digit(text[i+3]):
				b.WriteByte((text[i+1]-'0')*100 + (text[i+2]-'0')*10 + text[i+3] - '0')
				i += 3
			default:
				i++
				b.WriteByte(text[i])
			}
		}
	}
	return b.String()
}
