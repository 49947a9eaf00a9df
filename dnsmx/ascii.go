package dnsmx

import "mxprobe/internal/ascii"

// ASCII returns a domain as it goes over the wire: labels outside ASCII in
// their A-label form (RFC 5890 section 2.3.2.1). What is in ASCII already,
// and what is no name that could be looked up, is returned as it is.
func ASCII(domain string) string {
	if ascii.Only(domain) {
		return domain
	}
	name, err := parseName(domain)
	if err != nil {
		return domain
	}
	return name
}
