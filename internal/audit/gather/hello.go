package gather

import (
	"net/netip"
	"strings"

	"mxprobe/internal/audit/facts"
)

// parseHello reads the lines of a reply to EHLO (RFC 5321 section 4.1.1.1).
func parseHello(h *facts.Hello) {
	if len(h.Text) == 0 {
		return
	}
	h.Name, _, _ = strings.Cut(strings.TrimSpace(h.Text[0]), " ")
	h.Address = addressIn(h.Text[0])
	if h.HELO {
		return
	}
	for _, line := range h.Text[1:] {
		words := strings.Fields(line)
		if len(words) == 0 || !isKeyword(words[0]) {
			h.Odd = append(h.Odd, line)
			continue
		}
		h.Keywords = append(h.Keywords, facts.Keyword{Name: strings.ToUpper(words[0]), Params: words[1:]})
	}
}

func isKeyword(word string) bool {
	for i := range len(word) {
		c := word[i] | 0x20
		if (c < 'a' || c > 'z') && (word[i] < '0' || word[i] > '9') && (word[i] != '-' || i == 0) {
			return false
		}
	}
	return word != ""
}

// addressIn is the address that a server says it sees us at, as in
// "mx.example.org Hello probe.example.net [192.0.2.1]". Only one in brackets or
// parentheses is sure to be meant so.
func addressIn(line string) string {
	_, rest, _ := strings.Cut(line, " ")
	for _, word := range strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" ()[],;", r) }) {
		text := strings.TrimPrefix(strings.TrimPrefix(word, "IPv6:"), "ip=")
		addr, err := netip.ParseAddr(text)
		if err == nil && strings.ContainsAny(rest, "[(") {
			return addr.Unmap().String()
		}
	}
	return ""
}
