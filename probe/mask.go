package probe

import (
	"encoding/base64"
	"net/url"
	"strings"

	"mxprobe/probe/result"
)

// masked stands for a secret in every output.
const masked = "***"

// mask hides the values of secrets. A nil mask hides nothing.
type mask struct{ replacer *strings.Replacer }

// newMask hides each value, its base64 and its form in a URL.
func newMask(secrets map[string]string) *mask {
	if len(secrets) == 0 {
		return nil
	}
	var pairs []string
	add := func(s string) {
		if s != "" {
			pairs = append(pairs, s, masked)
		}
	}
	for _, value := range secrets {
		printable := result.PrintableString(value)
		add(value)
		if printable != value {
			add(printable)
		}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			add(encoding.EncodeToString([]byte(value)))
		}
		add(url.QueryEscape(value))
		add(url.PathEscape(value))
	}
	return &mask{strings.NewReplacer(pairs...)}
}

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
