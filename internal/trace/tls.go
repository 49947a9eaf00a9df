package trace

import (
	"strings"

	"mxprobe/internal/ascii"
)

// tlsOf finds what a Received field says of TLS.
func tlsOf(with, way string) (version, cipher string) {
	lower := ascii.Lower(way)
	for at := 0; ; {
		i := strings.Index(lower[at:], "tls")
		if i < 0 {
			break
		}
		at += i
		if v := tlsVersion(lower[at:]); v != "" {
			version = v
			break
		}
		at += 3
	}
	cipher = cipherOf(way, lower)
	if version == "" && (secured(with) || cipher != "" || hasAny(lower, "encrypted) smtp", "esmtp/tls", "over tls", "encrypted smtp")) {
		version = "TLS"
	}
	if version == "" {
		cipher = ""
	}
	return version, cipher
}

// tlsVersion reads the version that a text begins with: TLSv1.2, TLS1_2, TLS1.2,
// TLSv1, "TLS 1.3".
func tlsVersion(lower string) string {
	s := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(lower[3:], " "), "v"), " ")
	if s == "" || s[0] != '1' {
		return ""
	}
	if len(s) > 2 && (s[1] == '.' || s[1] == '_') && '0' <= s[2] && s[2] <= '3' && (len(s) == 3 || !ascii.Digit(s[3])) {
		return "TLS 1." + s[2:3]
	}
	if len(s) == 1 || strings.IndexByte(" :)/,;", s[1]) >= 0 {
		return "TLS 1.0"
	}
	return ""
}

// secured reports whether the name of a protocol says that there was TLS (RFC
// 3848, RFC 8314, and RFC 6531 with its names in UTF-8).
func secured(with string) bool {
	name, _, _ := strings.Cut(strings.ToUpper(with), " ")
	name = strings.TrimPrefix(name, "UTF8")
	switch name {
	case "ESMTPS", "ESMTPSA", "SMTPS", "SMTPSA", "LMTPS", "LMTPSA", "HTTPS", "ASMTPS":
		return true
	}
	return false
}

// cipherOf finds the cipher suite: after "cipher", or behind the version.
func cipherOf(way, lower string) string {
	for _, mark := range [...]string{"cipher=", "with cipher ", "cipher ", "tls1.3:", "tls1.2:", "tlsv1.3:", "tlsv1.2:", "tlsv1:", "tls1.0:", "tls1.3) tls ", "tls1.2) tls "} {
		i := strings.Index(lower, mark)
		if i < 0 {
			continue
		}
		rest := way[i+len(mark):]
		end := 0
		for end < len(rest) && (ascii.Digit(rest[end]) || 'a' <= rest[end]|0x20 && rest[end]|0x20 <= 'z' || rest[end] == '-' || rest[end] == '_') {
			end++
		}
		if end >= 5 {
			return cut(rest[:end])
		}
	}
	return ""
}

// tidyWith shortens what stands behind "with" to the protocol.
func tidyWith(with string) string {
	with = strings.TrimRight(with, ";, ")
	lower := strings.ToLower(with)
	switch {
	case strings.HasPrefix(lower, "microsoft smtp"):
		return with
	case lower == "":
		return ""
	}
	name, _, _ := strings.Cut(with, " ")
	return name
}
