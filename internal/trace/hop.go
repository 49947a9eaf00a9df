package trace

import (
	"net/netip"
	"strings"
	"time"

	"mxprobe/internal/ascii"
)

// Hop is one server on the way of a message, as its Received field says.
type Hop struct {
	// From is the client: by the name that its address has, else by the one
	// that it gave itself; empty where the message began here.
	From string
	// HELO is the name that the client gave itself, where that is another.
	HELO string
	// Address is that of the client.
	Address netip.Addr
	// By is the server.
	By string
	// With is how the message came, such as ESMTPS, LMTP, HTTP.
	With string
	// TLS is the version, such as "TLS 1.3"; "TLS" where the protocol says
	// that there was TLS and nothing more; empty where nothing is said.
	TLS string
	// Cipher is the cipher suite, as it stands there.
	Cipher string
	// ID is under what the log of the server has the message.
	ID string
	// For is the recipient, where one is named.
	For string
	// At is when the server took the message, zero if no date can be read.
	At time.Time
	// ZoneMissing reports whether the date has no zone: UTC was taken for it.
	ZoneMissing bool
	// Timed reports whether Delay is known; Delay is the time since the hop
	// before. Below zero the clock of one of the two is wrong.
	Timed bool
	Delay time.Duration
	// Software is the program that wrote the field, empty if not known.
	Software string
}

// Skewed reports whether the clocks of this server and the one before do not
// agree: mail cannot arrive before it was sent.
func (h *Hop) Skewed() bool { return h.Timed && h.Delay < -time.Second }

// ReadHop reads a Received field, as well as it can be read.
func ReadHop(value string) Hop {
	var h Hop
	way, date := cutDate(value)
	h.At, h.ZoneMissing, _ = ParseDate(date)
	c := clauses(way)
	h.readFrom(c)
	h.By = host(c["by"].first())
	if by := c["by"]; h.By == "host" && len(by.words) > 1 {
		h.By = host(by.words[1])
	}
	h.With = cut(c["with"].text())
	if h.With == "" && c["via"].text() != "" {
		h.With = cut(c["via"].text())
	}
	h.With = tidyWith(h.With)
	h.ID = cut(strings.Trim(c["id"].first(), "<>"))
	h.For = cut(strings.Trim(c["for"].first(), "<>;,"))
	h.TLS, h.Cipher = tlsOf(h.With, way)
	h.Software = softwareOf(way, date)
	return h
}

// cutDate cuts off what follows the last semicolon that is not in a remark.
func cutDate(value string) (way, date string) {
	depth, at := 0, -1
	for i := range len(value) {
		switch value[i] {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case ';':
			if depth == 0 || looksLikeDate(value[i+1:]) {
				at = i
			}
		}
	}
	if at >= 0 {
		return value[:at], value[at+1:]
	}
	// Some write no semicolon.
	if at = lastWeekday(value); at >= 0 {
		return value[:at], value[at:]
	}
	return value, ""
}

// looksLikeDate reports whether a text begins as a date does.
func looksLikeDate(s string) bool {
	s = strings.TrimLeft(s, " \t")
	if len(s) < 10 {
		return false
	}
	if _, ok := weekday(s[:3]); ok {
		return true
	}
	return ascii.Digit(s[0]) && strings.ContainsAny(s[:6], " -/")
}

// lastWeekday finds the last name of a day, as of "Mon, 2 Jan".
func lastWeekday(s string) int {
	for i := len(s) - 4; i >= 0; i-- {
		if s[i+3] == ',' || s[i+3] == ' ' {
			if _, ok := weekday(s[i : i+3]); ok && (i == 0 || s[i-1] == ' ') {
				return i
			}
		}
	}
	return -1
}

// readFrom finds out who the client is. Each program has its own form:
//
//	from helo (name [address])         Postfix, Sendmail
//	from helo (address)                Exchange
//	from name (HELO helo) (address)    qmail
//	from name ([address] helo=helo)    Exim
//	from [address] (helo=helo)         Exim, without a name
//	from name [address] by             others
func (h *Hop) readFrom(c map[string]*clause) {
	from := c["from"]
	if from == nil {
		return
	}
	h.From = host(from.first())
	if addr, ok := address(from.first()); ok {
		h.Address = addr
	}
	for _, word := range from.words[min(1, len(from.words)):] {
		h.takeAddress(word)
	}
	for _, remark := range from.remarks {
		h.readRemark(remark)
	}
	if h.Address.IsValid() && h.From == "" {
		h.From = h.Address.String()
	}
}

func (h *Hop) takeAddress(word string) {
	if addr, ok := address(word); ok && !h.Address.IsValid() {
		h.Address = addr
	}
}

// readRemark reads a remark about the client.
func (h *Hop) readRemark(remark string) {
	words := strings.Fields(remark)
	for i, word := range words {
		lower := strings.ToLower(strings.Trim(word, "\"'"))
		switch {
		case lower == "helo" || lower == "ehlo":
			if i+1 < len(words) {
				h.setHELO(host(strings.Trim(words[i+1], "\"'")))
			}
		case strings.HasPrefix(lower, "helo=") || strings.HasPrefix(lower, "ehlo="):
			h.setHELO(host(strings.Trim(word, "\"'")[5:]))
		case strings.Contains(word, "="):
		default:
			h.takeAddress(word[strings.LastIndexByte(word, '@')+1:])
			if i == 0 && len(words) > 1 {
				h.readName(word, words[1])
			}
		}
	}
}

// readName takes the name that stands before an address for that of the
// client; what came first is then how it called itself.
func (h *Hop) readName(word, next string) {
	if _, ok := address(next); !ok {
		return
	}
	if _, user, ok := strings.Cut(word, "@"); ok {
		word = user
	}
	name := host(word)
	if name == "" || strings.EqualFold(name, "unknown") || strings.EqualFold(name, "unverified") || strings.EqualFold(name, "may") {
		return
	}
	if _, ok := address(word); ok {
		return
	}
	// The address that stands with a name is where the connection came from;
	// one before it is what the client said.
	h.Address, _ = address(next)
	if h.HELO == "" && !strings.EqualFold(h.From, name) {
		h.HELO = h.From
	}
	h.From = name
}

func (h *Hop) setHELO(name string) {
	switch {
	case name == "" || h.HELO != "" || strings.EqualFold(name, h.From):
	case h.From == "" || strings.EqualFold(h.From, "unknown"):
		h.From = name
	default:
		h.HELO = name
		if _, ok := address(h.From); ok {
			h.From, h.HELO = name, ""
		}
	}
}

// host is a name without what some put around it.
func host(word string) string {
	word = strings.Trim(word, "<>\"';,()")
	if addr, ok := address(word); ok {
		return addr.String()
	}
	return cut(strings.TrimSuffix(word, "."))
}

// address reads an IP address, with or without brackets, the mark of IPv6 and
// a port.
func address(word string) (netip.Addr, bool) {
	word = strings.Trim(word, "<>\"';,()")
	if i := strings.IndexByte(word, '['); i >= 0 {
		inner, after, ok := strings.Cut(word[i+1:], "]")
		if !ok || i > 0 && after != "" && after[0] != ':' {
			return netip.Addr{}, false
		}
		word = inner
	}
	if len(word) > 5 && strings.EqualFold(word[:5], "ipv6:") {
		word = word[5:]
	}
	if len(word) < 3 || len(word) > 60 || strings.IndexByte(word, '@') >= 0 {
		return netip.Addr{}, false
	}
	word, _, _ = strings.Cut(word, "%")
	if addr, err := netip.ParseAddr(word); err == nil {
		return addr.Unmap(), true
	}
	if ap, err := netip.ParseAddrPort(word); err == nil {
		return ap.Addr().Unmap(), true
	}
	return netip.Addr{}, false
}
