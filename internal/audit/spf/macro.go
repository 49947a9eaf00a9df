package spf

import (
	"net/netip"
	"strconv"
	"strings"
)

// delimiters may part the labels that a macro works on.
const delimiters = ".-+,/_="

// checkDomainSpec says what is wrong with a domain-spec (RFC 7208 section 7.1),
// or nothing: macros, and at the end a label that is no number, or a macro.
func checkDomainSpec(spec string) string {
	if spec == "" {
		return "there is no domain"
	}
	if _, why := expand(spec, nil, false); why != "" {
		return why
	}
	if strings.HasSuffix(spec, "}") {
		return ""
	}
	name := strings.TrimSuffix(spec, ".")
	dot := strings.LastIndexByte(name, '.')
	top := name[dot+1:]
	switch {
	case dot < 0:
		return "a domain of one label"
	case strings.HasSuffix(name, "%%"), strings.HasSuffix(name, "%_"), strings.HasSuffix(name, "%-"):
		return "it does not end in a domain"
	case !isTopLabel(top):
		return "its last label is none of a domain"
	}
	return ""
}

// isTopLabel is toplabel of the grammar: letters, digits and hyphens, not
// digits alone, and no hyphen at either end.
func isTopLabel(label string) bool {
	if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	digits := true
	for i := range len(label) {
		c := label[i]
		switch {
		case c >= '0' && c <= '9':
		case c == '-', c|0x20 >= 'a' && c|0x20 <= 'z':
			digits = false
		default:
			return false
		}
	}
	return !digits
}

// values are what macros stand for (RFC 7208 section 7.2).
type values struct {
	sender, helo string // a sender has a local part
	domain       string
	ip           netip.Addr
	receiver     string
	now          string
	// validated returns the name of the address that is shown for p.
	validated func() string
}

// expand puts values in for the macros of a text. With no values it checks
// alone. Those for explanations alone (c, r and t) are refused elsewhere.
func expand(text string, v *values, explanation bool) (string, string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		i++
		if i == len(text) {
			return "", `"%" at the end, without a macro`
		}
		switch text[i] {
		case '%':
			b.WriteByte('%')
		case '_':
			b.WriteByte(' ')
		case '-':
			b.WriteString("%20")
		case '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return "", "a macro without its closing brace"
			}
			part, why := expandOne(text[i+1:i+end], v, explanation)
			if why != "" {
				return "", why
			}
			b.WriteString(part)
			i += end
		default:
			return "", `"%" without a macro after it`
		}
	}
	return b.String(), ""
}

// expandOne expands what stands between the braces of a macro.
func expandOne(macro string, v *values, explanation bool) (string, string) {
	if macro == "" {
		return "", "a macro without a letter"
	}
	letter := macro[0] | 0x20
	if strings.IndexByte("slodiphv", letter) < 0 && (!explanation || strings.IndexByte("crt", letter) < 0) {
		return "", "a macro letter that does not exist there"
	}
	rest := macro[1:]
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	keep := 0
	if digits > 0 {
		n, err := strconv.Atoi(rest[:digits])
		if err != nil || n == 0 || n > 128 {
			return "", "a macro that keeps no label"
		}
		keep = n
	}
	rest = rest[digits:]
	reverse := rest != "" && rest[0]|0x20 == 'r'
	if reverse {
		rest = rest[1:]
	}
	for i := range len(rest) {
		if strings.IndexByte(delimiters, rest[i]) < 0 {
			return "", "a macro with a delimiter that does not exist"
		}
	}
	if v == nil {
		return "", ""
	}
	value := transform(v.value(letter), keep, reverse, rest)
	if macro[0] >= 'A' && macro[0] <= 'Z' {
		value = escape(value)
	}
	return value, ""
}

// transform divides a value at the delimiters, turns it round and keeps its
// last parts.
func transform(value string, keep int, reverse bool, at string) string {
	if keep == 0 && !reverse && at == "" {
		return value
	}
	if at == "" {
		at = "."
	}
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(at, r) })
	if reverse {
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	if keep > 0 && keep < len(parts) {
		parts = parts[len(parts)-keep:]
	}
	return strings.Join(parts, ".")
}

func (v *values) value(letter byte) string {
	local, domain, _ := cutLast(v.sender, '@')
	switch letter {
	case 's':
		return v.sender
	case 'l':
		return local
	case 'o':
		return domain
	case 'd':
		return v.domain
	case 'i':
		return dotted(v.ip)
	case 'p':
		return v.validated()
	case 'h':
		return v.helo
	case 'v':
		if v.ip.Is4() {
			return "in-addr"
		}
		return "ip6"
	case 'c':
		return v.ip.String()
	case 'r':
		return v.receiver
	}
	return v.now
}

func cutLast(text string, at byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(text, at)
	if i < 0 {
		return "", text, false
	}
	return text[:i], text[i+1:], true
}

// dotted is an address as the macro i has it: an IPv6 address nibble by nibble.
func dotted(ip netip.Addr) string {
	if ip.Is4() {
		return ip.String()
	}
	const hex = "0123456789abcdef"
	out := make([]byte, 0, 63)
	for _, octet := range ip.As16() {
		out = append(out, hex[octet>>4], '.', hex[octet&15], '.')
	}
	return string(out[:len(out)-1])
}

// escape writes all but unreserved characters as in a URI (RFC 3986 section 2.3).
func escape(text string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
