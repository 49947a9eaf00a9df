package spf

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mxprobe/internal/ascii"
)

// Qualifier is what a mechanism that fits says of the sender.
type Qualifier byte

// The qualifiers (RFC 7208 section 4.6.2).
const (
	PassQualifier     Qualifier = '+'
	FailQualifier     Qualifier = '-'
	SoftFailQualifier Qualifier = '~'
	NeutralQualifier  Qualifier = '?'
)

// Term is one mechanism of a record.
type Term struct {
	// Text is the term as written.
	Text      string
	Qualifier Qualifier
	// Name is in lower case: all, include, a, mx, ptr, ip4, ip6 or exists.
	Name string
	// Domain is the domain-spec, with its macros; empty for the domain itself.
	Domain string
	// Network is that of ip4 and ip6.
	Network netip.Prefix
	// Bits4 and Bits6 are the lengths of the prefixes of a and mx.
	Bits4, Bits6 int
}

// LooksUp reports whether the term counts for the limit on look-ups.
func (t *Term) LooksUp() bool {
	switch t.Name {
	case "include", "a", "mx", "ptr", "exists":
		return true
	}
	return false
}

// Record is an SPF record.
type Record struct {
	Terms []Term
	// Redirect and Explain are the modifiers redirect= and exp=.
	Redirect, Explain string
	// Unknown are modifiers that mean nothing here.
	Unknown []string
}

// Error is a fault of a record: with one, it is no record (permerror).
type Error struct {
	// Term is the part that is wrong.
	Term string
	Why  string
}

// Error says what is wrong, in one line.
func (e *Error) Error() string { return fmt.Sprintf("%q: %s", e.Term, e.Why) }

// IsRecord reports whether a TXT record is an SPF record (RFC 7208 section 4.5).
func IsRecord(text string) bool {
	return len(text) >= len(version) && strings.EqualFold(text[:len(version)], version) &&
		(len(text) == len(version) || text[len(version)] == ' ')
}

// Parse reads a record. The error is an *Error, that of the first term that is
// wrong.
func Parse(text string) (Record, error) {
	var r Record
	if !IsRecord(text) {
		return r, &Error{Term: clip(text), Why: "does not begin with " + version}
	}
	seen := map[string]bool{}
	for _, word := range strings.Split(text[len(version):], " ") {
		if word == "" {
			continue
		}
		if err := r.take(word, seen); err != "" {
			return r, &Error{Term: clip(word), Why: err}
		}
	}
	return r, nil
}

// clip bounds what is repeated of a record.
func clip(text string) string {
	const limit = 120
	if len(text) > limit {
		return text[:limit] + "..."
	}
	return text
}

// take reads one term and says what is wrong with it, or nothing.
func (r *Record) take(word string, seen map[string]bool) string {
	for i := range len(word) {
		if word[i] < 0x21 || word[i] > 0x7e {
			return "a character that is not allowed"
		}
	}
	// A modifier is a name with "=" after it; a mechanism has ":" or "/" there.
	if end := strings.IndexAny(word, "=:/"); end > 0 && word[end] == '=' {
		return r.modifier(word[:end], word[end+1:], seen)
	}
	t := Term{Text: word, Qualifier: PassQualifier, Bits4: 32, Bits6: 128}
	if strings.IndexByte("+-~?", word[0]) >= 0 {
		t.Qualifier = Qualifier(word[0])
		word = word[1:]
	}
	end := strings.IndexAny(word, ":/")
	if end < 0 {
		end = len(word)
	}
	t.Name = strings.ToLower(word[:end])
	if why := t.arguments(word[end:]); why != "" {
		return why
	}
	r.Terms = append(r.Terms, t)
	return ""
}

// arguments reads what follows the name of a mechanism.
func (t *Term) arguments(rest string) string {
	switch t.Name {
	case "all":
		if rest != "" {
			return `"all" takes nothing after it`
		}
	case "include", "exists":
		if len(rest) < 2 || rest[0] != ':' {
			return fmt.Sprintf("%q needs a domain after a colon", t.Name)
		}
		t.Domain = rest[1:]
		return checkDomainSpec(t.Domain)
	case "ptr":
		if rest == "" {
			return ""
		}
		if rest[0] != ':' {
			return `"ptr" takes no prefix length`
		}
		t.Domain = rest[1:]
		return checkDomainSpec(t.Domain)
	case "a", "mx":
		return t.domainAndBits(rest)
	case "ip4", "ip6":
		return t.network(rest)
	default:
		return "no such mechanism"
	}
	return ""
}

// domainAndBits reads [":" domain-spec] [dual-cidr-length].
func (t *Term) domainAndBits(rest string) string {
	if strings.HasPrefix(rest, ":") {
		spec, bits := cutBits(rest[1:])
		if why := checkDomainSpec(spec); why != "" {
			return why
		}
		t.Domain, rest = spec, bits
	}
	if rest == "" {
		return ""
	}
	four, six, both := strings.Cut(rest, "//")
	if four != "" {
		bits, ok := prefixLength(strings.TrimPrefix(four, "/"), 32)
		if !ok || four[0] != '/' {
			return "the length of the IPv4 prefix is none of 0 to 32"
		}
		t.Bits4 = bits
	}
	if both {
		bits, ok := prefixLength(six, 128)
		if !ok {
			return "the length of the IPv6 prefix is none of 0 to 128"
		}
		t.Bits6 = bits
	}
	return ""
}

// cutBits divides a domain-spec from the prefix lengths after it. A domain-spec
// may hold slashes as well, so that only what is a length at the end is one.
func cutBits(text string) (spec, bits string) {
	end := len(text)
	if i := strings.LastIndex(text, "//"); i >= 0 && ascii.Digits(text[i+2:]) {
		end = i
	}
	if i := strings.LastIndexByte(text[:end], '/'); i >= 0 && ascii.Digits(text[i+1:end]) {
		end = i
	}
	return text[:end], text[end:]
}

func prefixLength(text string, most int) (int, bool) {
	if !ascii.Digits(text) || (len(text) > 1 && text[0] == '0') || len(text) > 3 {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= most
}

// network reads the network of ip4 and ip6.
func (t *Term) network(rest string) string {
	if len(rest) < 2 || rest[0] != ':' {
		return fmt.Sprintf("%q needs an address after a colon", t.Name)
	}
	address, length, has := strings.Cut(rest[1:], "/")
	addr, err := netip.ParseAddr(address)
	four := t.Name == "ip4"
	if err != nil || addr.Zone() != "" || (strings.IndexByte(address, ':') < 0) != four {
		return "that is no address of its kind"
	}
	bits := 128
	if four {
		bits = 32
	}
	if has {
		n, ok := prefixLength(length, bits)
		if !ok {
			return fmt.Sprintf("the length of the prefix is none of 0 to %d", bits)
		}
		bits = n
	}
	if addr.Is4In6() { // such a network is about the addresses it holds
		addr = netip.AddrFrom16(addr.As16())
	}
	t.Network = netip.PrefixFrom(addr, bits).Masked()
	return ""
}

// modifier reads name "=" value (RFC 7208 section 6).
func (r *Record) modifier(name, value string, seen map[string]bool) string {
	if !isModifierName(name) {
		return "no such mechanism, and no name of a modifier"
	}
	name = strings.ToLower(name)
	switch name {
	case "redirect", "exp":
		if seen[name] {
			return fmt.Sprintf("%s= is there twice", name)
		}
		seen[name] = true
		if why := checkDomainSpec(value); why != "" {
			return why
		}
		if name == "exp" {
			r.Explain = value
		} else {
			r.Redirect = value
		}
		return ""
	}
	r.Unknown = append(r.Unknown, name)
	_, why := expand(value, nil, true)
	return why
}

func isModifierName(name string) bool {
	for i := range len(name) {
		c := name[i] | 0x20
		letter := 'a' <= c && c <= 'z'
		if i == 0 && !letter {
			return false
		}
		if !letter && (name[i] < '0' || name[i] > '9') && strings.IndexByte("-_.", name[i]) < 0 {
			return false
		}
	}
	return name != ""
}
