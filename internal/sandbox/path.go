package sandbox

import (
	"net/netip"
	"strings"
)

// verbOf returns the first word of a command line in upper case.
func verbOf(line string) string {
	verb, _, _ := strings.Cut(line, " ")
	return strings.ToUpper(verb)
}

// argument returns what stands behind the verb.
func argument(line string) string {
	_, arg, _ := strings.Cut(line, " ")
	return strings.TrimRight(arg, " ")
}

// afterVerb returns what stands behind "MAIL FROM:" or "RCPT TO:", empty if
// the line has another form.
func afterVerb(line, word string) string {
	arg := argument(line)
	if len(arg) < len(word) || !strings.EqualFold(arg[:len(word)], word) {
		return ""
	}
	return arg[len(word):]
}

// parsePath takes a path in angle brackets apart from the parameters behind
// it. The path comes without brackets and without a source route (RFC 5321
// appendix C), which a server ignores.
func parsePath(s string) (path string, params []string, ok bool) {
	if !strings.HasPrefix(s, "<") {
		return "", nil, false
	}
	end, quoted := -1, false
	for i := 1; i < len(s) && end < 0; i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '>' && !quoted:
			end = i
		}
	}
	if end < 0 {
		return "", nil, false
	}
	path = s[1:end]
	if strings.HasPrefix(path, "@") {
		_, path, ok = strings.Cut(path, ":")
		if !ok {
			return "", nil, false
		}
	}
	rest := s[end+1:]
	if rest != "" && rest[0] != ' ' {
		return path, nil, false
	}
	return path, strings.Fields(rest), true
}

// splitPath parts the local part from the domain at the last @; a path
// without one has no domain.
func splitPath(path string) (local, domain string) {
	i := strings.LastIndexByte(path, '@')
	if i < 0 {
		return path, ""
	}
	return path[:i], path[i+1:]
}

// validPath holds a mailbox to RFC 5321 section 4.1.2, with the letters of
// RFC 6531 section 3.3 beside those of ASCII.
func validPath(path string) bool {
	local, domain := splitPath(path)
	if local == "" || len(local) > 64 || len(path) > 254 {
		return false
	}
	return validLocal(local) && validDomain(domain)
}

func validLocal(local string) bool {
	if strings.HasPrefix(local, `"`) {
		return validQuoted(local)
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return false
		}
		for _, r := range atom {
			if r <= ' ' || r == 0x7f || strings.ContainsRune(`()<>[]:;@\,"`, r) {
				return false
			}
		}
	}
	return true
}

func validQuoted(local string) bool {
	if len(local) < 2 || !strings.HasSuffix(local, `"`) {
		return false
	}
	inside := local[1 : len(local)-1]
	for i := 0; i < len(inside); i++ {
		switch b := inside[i]; {
		case b == '\\':
			i++
			if i == len(inside) {
				return false
			}
		case b == '"' || b < ' ' || b == 0x7f:
			return false
		}
	}
	return true
}

func validDomain(domain string) bool {
	if literal, ok := strings.CutPrefix(domain, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		text, six := cutPrefixFold(literal, "IPv6:")
		addr, err := netip.ParseAddr(text)
		return ok && err == nil && addr.Is6() == six
	}
	if domain == "" || len(domain) > 253 {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r < 0x80 && !isLetterDigit(r) && r != '-' && r != '_' {
				return false
			}
		}
	}
	return true
}

func isLetterDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
