package trace

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Alignment says how a domain that was verified goes with that of From, as
// DMARC asks (RFC 7489 section 3.1).
type Alignment string

// The alignments.
const (
	NotAligned Alignment = ""
	Relaxed    Alignment = "relaxed" // the same organisation
	Strict     Alignment = "strict"  // the same domain
)

// Align compares a domain with that of From. Organisations are told apart by
// the list of public suffixes that the program was built with.
func Align(from, domain string) Alignment {
	from, domain = normal(from), normal(domain)
	switch {
	case from == "" || domain == "":
		return NotAligned
	case from == domain:
		return Strict
	}
	of, err1 := publicsuffix.EffectiveTLDPlusOne(from)
	with, err2 := publicsuffix.EffectiveTLDPlusOne(domain)
	if err1 == nil && err2 == nil && of == with {
		return Relaxed
	}
	return NotAligned
}

// normal is a domain in lower case, without what stands before an at sign.
func normal(domain string) string {
	domain = domain[strings.LastIndexByte(domain, '@')+1:]
	return strings.ToLower(strings.Trim(domain, "<>. "))
}
