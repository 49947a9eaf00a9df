package ledger

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// masked stands for a secret in every output.
const masked = "***"

// mask hides the values of secrets, and what was made of them for a login. A
// nil mask hides nothing. A mask does not change; with returns another one.
type mask struct {
	words []string // hidden wherever they stand, the longest first
	// inside are what base64 has of a secret whatever stands around it; the
	// base64 they stand in is hidden as a whole.
	inside []string
	// names of users are hidden but where they are part of a mail address: it
	// says no more than the address does.
	names []string
}

// newMask hides each value, its base64 alone and inside other base64, and
// its forms in a URL, in xtext and between quotes.
func newMask(secrets map[string]string) *mask {
	var m *mask
	for _, value := range secrets {
		m = m.with(value)
	}
	return m
}

// with returns a mask that hides these values too.
func (m *mask) with(values ...string) *mask {
	out := &mask{}
	if m != nil {
		out.words, out.inside, out.names = slices.Clone(m.words), slices.Clone(m.inside), slices.Clone(m.names)
	}
	for _, value := range values {
		if value == "" {
			continue
		}
		out.words = append(out.words, forms(value)...)
		out.inside = append(out.inside, insides(value)...)
		// A transcript has line by line what was sent at once.
		for line := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == '\r' || r == '\n' }) {
			if line != value && len(line) >= minInside {
				out.words = append(out.words, forms(line)...)
				out.inside = append(out.inside, insides(line)...)
			}
		}
	}
	if len(out.words) == 0 && len(out.names) == 0 {
		return nil
	}
	out.sort()
	return out
}

// withNames returns a mask that hides these names of users too: everywhere,
// but as part of a mail address where they are none themselves.
func (m *mask) withNames(names ...string) *mask {
	out := m.with(names...)
	for _, name := range names {
		if name != "" && !strings.Contains(name, "@") {
			out.words = slices.DeleteFunc(out.words, func(word string) bool { return word == name })
			out.names = append(out.names, name)
		}
	}
	return out
}

// learn returns a mask that also hides the base64 of a message of a login,
// and the values in hide. The message itself need not be hidden: what is
// secret in it is, and the rest may be words that stand in any text.
func (m *mask) learn(message []byte, hide []string) *mask {
	out := m.with(hide...)
	if len(message) == 0 {
		return out
	}
	if out == nil {
		out = &mask{}
	}
	for _, encoding := range encodings() {
		out.words = append(out.words, encoding.EncodeToString(message))
	}
	out.sort()
	return out
}

// quotes hides what stands between the quotes of a text, the first to the
// last: a part of a value may have been taken out of it.
func (m *mask) quotes(s string) string {
	from, to := strings.IndexByte(s, '"'), strings.LastIndexByte(s, '"')
	if m == nil || from == to {
		return m.text(s)
	}
	return m.text(s[:from]) + masked + m.text(s[to+1:])
}

func (m *mask) sort() {
	slices.SortFunc(m.words, func(a, b string) int {
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	})
	m.words, m.inside = slices.Compact(m.words), slices.Compact(m.inside)
}

// forms are the ways in which a value may stand in an output.
func forms(value string) []string {
	quoted := quote(value)
	out := []string{
		value, result.PrintableString(value), quoted, result.PrintableString(quoted), quote(result.PrintableString(value)),
		url.QueryEscape(value), url.PathEscape(value), smtpwire.EncodeXtext(value),
	}
	for _, encoding := range encodings() {
		out = append(out, encoding.EncodeToString([]byte(value)))
	}
	return out
}

// quote is a value as it stands between quotes.
func quote(value string) string {
	quoted := strconv.Quote(value)
	return quoted[1 : len(quoted)-1]
}

func encodings() []*base64.Encoding {
	return []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}
}

// minInside is the shortest piece, of base64 or one line of several, that says
// something of where it comes from; a shorter one stands in any text.
const minInside = 4

// insides returns the digits that base64 has for a value behind any other
// bytes: there are three ways for it to lie in the groups of three bytes.
func insides(value string) []string {
	var out []string
	for before := range 3 {
		b := append(make([]byte, before, before+len(value)+2), value...)
		b = append(b, 0, 0)
		first, last := (before*8+5)/6, (before+len(value))*8/6
		if last-first < minInside {
			continue
		}
		out = append(out,
			base64.RawStdEncoding.EncodeToString(b)[first:last], base64.RawURLEncoding.EncodeToString(b)[first:last])
	}
	return out
}

// text hides the secrets in a text, however they overlap.
func (m *mask) text(s string) string {
	if m == nil || s == "" {
		return s
	}
	return hide(s, m.find(s, false))
}

// printable makes bytes from the line printable and hides secrets in them.
// The secrets go first: an escape or a cut must not divide one.
func (m *mask) printable(b []byte, limit int) string {
	if m == nil {
		return result.Printable(b, limit)
	}
	return result.Printable([]byte(m.text(string(b))), limit)
}

// cutShort hides what text does, and the beginning of a secret at the end: s
// was cut off there.
func (m *mask) cutShort(s string) string {
	if m == nil || s == "" {
		return s
	}
	return hide(s, m.find(s, true))
}

// stretch is a part of a text.
type stretch struct{ from, to int }

// find returns the parts of s that give a secret away. An ellipsis is where a
// text was cut: what stands before it may be the beginning of a secret.
func (m *mask) find(s string, cut bool) []stretch {
	var found []stretch
	for _, word := range m.words {
		for from := range indices(s, word) {
			found = append(found, stretch{from, from + len(word)})
		}
	}
	for _, name := range m.names {
		for from := range indices(s, name) {
			if !inAddress(s, from, from+len(name)) {
				found = append(found, stretch{from, from + len(name)})
			}
		}
	}
	for _, piece := range m.inside {
		for from := range indices(s, piece) {
			found = append(found, wholeBase64(s, from, from+len(piece)))
		}
	}
	found = m.findCutInViews(m.findInViews(found, s), s)
	for at := range indices(s, "...") {
		found = m.findCut(found, s[:at])
		found = m.findCut(found, strings.TrimSuffix(s[:at], `"`))
	}
	if cut {
		found = m.findCut(found, s)
	}
	return found
}

// inAddress reports whether a part of a text stands in a mail address.
func inAddress(s string, from, to int) bool {
	for from > 0 && isAddress(s[from-1]) {
		from--
	}
	for to < len(s) && isAddress(s[to]) {
		to++
	}
	at := strings.IndexByte(s[from:to], '@')
	return at > 0 && at < to-from-1
}

// isAddress reports whether a byte can stand in an address that is not quoted.
func isAddress(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 || strings.IndexByte("@.-_+", c) >= 0
}

// wholeBase64 is the base64 around a part of a text.
func wholeBase64(s string, from, to int) stretch {
	for from > 0 && isBase64(s[from-1]) {
		from--
	}
	for to < len(s) && isBase64(s[to]) {
		to++
	}
	return stretch{from, to}
}

// minCut is how much of the beginning of a secret is hidden where a text was
// cut: fewer characters say little.
const minCut = 3

// findCut adds the end of s if a secret begins with it.
func (m *mask) findCut(found []stretch, s string) []stretch {
	for _, word := range slices.Concat(m.words, m.names) {
		for n := min(len(word)-1, len(s)); n >= minCut; n-- {
			if strings.HasSuffix(s, word[:n]) {
				found = append(found, stretch{len(s) - n, len(s)})
				break
			}
		}
	}
	for _, piece := range m.inside {
		for n := min(len(piece)-1, len(s)); n >= minCut; n-- {
			if strings.HasSuffix(s, piece[:n]) {
				found = append(found, wholeBase64(s, len(s)-n, len(s)))
				break
			}
		}
	}
	return found
}

// indices yields every place of word in s, overlapping ones too.
func indices(s, word string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for at := 0; ; at++ {
			i := strings.Index(s[at:], word)
			if i < 0 {
				return
			}
			if at += i; !yield(at) {
				return
			}
		}
	}
}

func isBase64(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return c == '+' || c == '/' || c == '=' || c == '-' || c == '_'
}

// hide puts the mask in place of the stretches; those that touch are one.
func hide(s string, found []stretch) string {
	if len(found) == 0 {
		return s
	}
	slices.SortFunc(found, func(a, b stretch) int { return a.from - b.from })
	var out strings.Builder
	end := 0 // of what has been dealt with
	for _, f := range found {
		if f.from > end || end == 0 {
			out.WriteString(s[end:f.from])
			out.WriteString(masked)
		}
		end = max(end, f.to)
	}
	out.WriteString(s[end:])
	return out.String()
}
