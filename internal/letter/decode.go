package letter

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mxprobe/internal/ascii"
)

// Content returns the body of a part without its transfer encoding (RFC 2045
// section 6). What is not in order is passed over.
func (p *Part) Content() []byte {
	switch strings.ToLower(uncommented(p.Header.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return fromBase64(p.body)
	case "quoted-printable":
		return fromQuotedPrintable(p.body)
	}
	return p.body
}

// Text returns the content of a part as UTF-8. What is neither that nor UTF-16
// is taken for Latin-1, so that ASCII within it can be read.
func (p *Part) Text() string {
	content := p.Content()
	charset := strings.ToLower(p.Params["charset"])
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")), strings.HasPrefix(charset, "utf-16le"):
		return fromUTF16(content, 1)
	case bytes.HasPrefix(content, []byte("\xfe\xff")), strings.HasPrefix(charset, "utf-16"):
		return fromUTF16(content, 0)
	case utf8.Valid(content):
		return string(content)
	}
	return fromLatin1(content)
}

func fromBase64(body []byte) []byte {
	digits := make([]byte, 0, len(body))
	for _, c := range body {
		if '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '+' || c == '/' {
			digits = append(digits, c)
		}
		if c == '-' && len(digits) > 0 {
			break // a boundary of a part that encloses this one
		}
	}
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(digits)))
	n, _ := base64.RawStdEncoding.Decode(out, digits)
	return out[:n]
}

func fromQuotedPrintable(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for line := range bytes.Lines(body) {
		text := bytes.TrimRight(line, " \t\r\n")
		soft := bytes.HasSuffix(text, []byte("="))
		if soft {
			text = text[:len(text)-1]
		}
		for i := 0; i < len(text); i++ {
			if text[i] == '=' && i+2 < len(text) {
				if high, low := ascii.Hex(text[i+1]), ascii.Hex(text[i+2]); high >= 0 && low >= 0 {
					out = append(out, byte(high<<4|low))
					i += 2
					continue
				}
			}
			out = append(out, text[i])
		}
		if !soft {
			out = append(out, '\n')
		}
	}
	return out
}

// fromUTF16 reads two bytes a unit; low is the place of the upper one of them.
func fromUTF16(content []byte, upper int) string {
	units := make([]uint16, len(content)/2)
	for i := range units {
		units[i] = uint16(content[2*i+upper])<<8 | uint16(content[2*i+1-upper])
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}

func fromLatin1(content []byte) string {
	var b strings.Builder
	b.Grow(len(content) + len(content)/8)
	for _, c := range content {
		b.WriteRune(rune(c))
	}
	return b.String()
}
