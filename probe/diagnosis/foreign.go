package diagnosis

import (
	"bytes"
	"strings"

	"mxprobe/internal/ascii"
	"mxprobe/probe/causes"
)

// OfFirstBytes returns what speaks at a port by the first bytes that came
// from it, which may be cut off anywhere: one of the causes not-smtp-..., or
// [Unknown] for what may be SMTP or is too little to tell. A greeting that
// names LMTP is not SMTP either, though its reply code is the same.
func OfFirstBytes(first []byte) causes.Cause {
	switch {
	case len(first) == 0:
		return causes.Unknown
	case bytes.HasPrefix(first, []byte("SSH-")):
		return causes.NotSSH
	case isTLSRecord(first):
		return causes.NotTLS
	}
	line, _, _ := bytes.Cut(first, []byte("\n"))
	text := strings.TrimRight(string(line[:min(len(line), 512)]), "\r")
	upper := strings.ToUpper(text)
	switch {
	case isReplyLine(text):
		return ofReplyLine(text, upper)
	case hasAny(upper, "* OK", "* PREAUTH", "* BYE", "* BAD"):
		return causes.NotIMAP
	case hasAny(upper, "+OK", "-ERR"):
		return causes.NotPOP3
	case hasAny(upper, "HTTP/", "<!DOCTYPE", "<HTML", "<?XML"):
		return causes.NotHTTP
	case len(text) < 4 && ascii.Digits(text):
		return causes.Unknown // it may become a reply
	}
	return causes.NotSMTP
}

func hasAny(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// isReplyLine reports whether a line has the form of a reply line, which FTP
// and LMTP have in common with SMTP.
func isReplyLine(s string) bool {
	return len(s) >= 3 && ascii.Digits(s[:3]) && '1' <= s[0] && s[0] <= '5' && (len(s) == 3 || s[3] == ' ' || s[3] == '-')
}

// ofReplyLine tells by the words of a greeting what is behind it. A server
// that names SMTP or mail in any way is not taken for another.
func ofReplyLine(text, upper string) causes.Cause {
	words, _ := wordsOf(text)
	named := func(names ...string) bool {
		for _, w := range words {
			for _, n := range names {
				if w == n {
					return true
				}
			}
		}
		return false
	}
	switch {
	case named("lmtp"):
		return causes.NotLMTP
	case named("smtp", "esmtp", "esmtps", "smtps", "mail", "mailserver", "postfix", "exim", "sendmail"):
		return causes.Unknown
	case named("ftp", "ftpd", "proftpd", "vsftpd", "sftp", "filezilla", "ftps") || strings.Contains(upper, "FTPD"):
		return causes.NotFTP
	}
	return causes.Unknown
}

// isTLSRecord reports whether bytes begin like a record of TLS: an alert or a
// handshake (RFC 8446 section 5.1).
func isTLSRecord(b []byte) bool {
	return len(b) >= 2 && (b[0] == 0x15 || b[0] == 0x16) && b[1] == 0x03
}
