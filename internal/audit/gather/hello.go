package gather

import (
	"context"
	"net/netip"
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/internal/hostname"
)

// Names looks up the names that servers gave of themselves. It is called after
// the sessions.
func (g *Gatherer) Names(ctx context.Context, d *facts.Domain) {
	named := map[string]facts.Lookup{}
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			a := &d.Hosts[i].Addresses[j]
			name := strings.ToLower(strings.TrimSuffix(a.Main.Hello.Name, "."))
			if !a.Main.Hello.Positive() || !strings.Contains(name, ".") || hostname.Check(name) != nil {
				continue
			}
			if _, known := named[name]; !known {
				named[name] = g.addressesOf(ctx, name)
			}
			a.Named = named[name]
		}
	}
}

// addressesOf looks up the addresses of a name, of whichever family.
func (g *Gatherer) addressesOf(ctx context.Context, name string) facts.Lookup {
	v4, _ := g.records(ctx, name, dnsmx.TypeA)
	if v4.State == facts.Found {
		return v4
	}
	if v6, _ := g.records(ctx, name, dnsmx.TypeAAAA); v6.State == facts.Found || v6.State == facts.Failed {
		return v6
	}
	return v4
}

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
