package probe

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

// mask hides the values of secrets. A nil mask hides nothing.
type mask struct{ replacer *strings.Replacer }

// newMask hides each value, its base64 (alone and as part of a longer text),
// its xtext and its form in a URL.
func newMask(secrets map[string]string) *mask {
	if len(secrets) == 0 {
		return nil
	}
	var forms []string
	for _, value := range secrets {
		forms = append(forms, formsOf(value)...)
		// A transcript has line by line what was sent at once.
		for line := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == '\r' || r == '\n' }) {
			if len(line) >= shortestInside {
				forms = append(forms, formsOf(line)...)
			}
		}
	}
	// The longest first: where one secret begins with another, the rest of
	// the longer must not stay.
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, form := range slices.Compact(forms) {
		if form != "" {
			pairs = append(pairs, form, masked)
		}
	}
	return &mask{strings.NewReplacer(pairs...)}
}

// formsOf returns the ways in which a secret may go over the line.
func formsOf(value string) []string {
	quoted := strconv.Quote(value) // as an error about a bad value has it
	forms := []string{
		value, result.PrintableString(value), quoted[1 : len(quoted)-1],
		url.QueryEscape(value), url.PathEscape(value), smtpwire.EncodeXtext(value),
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		forms = append(forms, encoding.EncodeToString([]byte(value)))
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			forms = append(forms, insideBase64(encoding, value, before))
		}
	}
	return forms
}

// shortestInside is the shortest piece, of base64 or one line of several, that
// is taken for a secret: shorter ones are anywhere.
const shortestInside = 4

// insideBase64 returns what base64 of a longer text, such as that of AUTH
// PLAIN, holds of the value alone, with before bytes standing in its first
// group of three. The characters at its ends hold bits of what is beside it.
func insideBase64(encoding *base64.Encoding, value string, before int) string {
	all := encoding.EncodeToString(append(make([]byte, before), value...))
	from, to := (before*8+5)/6, (before+len(value))*8/6
	if to-from < shortestInside {
		return ""
	}
	return all[from:to]
}

// maxQuoted bounds what a message shows of bytes that are not a reply.
const maxQuoted = 120

// quoted is bytes that are not a reply, for a message.
func (m *mask) quoted(b []byte) string { return `"` + m.printable(b, maxQuoted) + `"` }

func (m *mask) text(s string) string {
	if m == nil {
		return s
	}
	return m.replacer.Replace(s)
}

// printable makes bytes from the line printable and hides secrets in them.
// The secrets go first: an escape must not cut one in two.
func (m *mask) printable(b []byte, limit int) string {
	if m == nil {
		return result.Printable(b, limit)
	}
	return result.Printable([]byte(m.replacer.Replace(string(b))), limit)
}
