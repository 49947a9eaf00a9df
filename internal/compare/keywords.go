package compare

import (
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// The limits on what is taken from one reply to EHLO.
const (
	maxKeywords   = 100
	maxParameters = 255 // bytes
)

// Keywords are what a server offers in its reply to EHLO: its parameters by
// keyword, in upper case. Nil says that nobody knows, an empty map that the
// server offers nothing.
type Keywords map[string]string

// offered returns what a server offered in the last attempt of a dialogue
// before TLS and under it.
func offered(c *result.Check) (clear, encrypted Keywords) {
	last := lastAttempt(c)
	underTLS := c.TLS != nil && c.TLS.Implicit
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt != last {
			continue
		}
		if c.TLS != nil && s.Verb == "STARTTLS" && s.Code == 220 {
			underTLS = true
		}
		k := keywordsIn(s)
		switch {
		case k == nil:
		case underTLS && encrypted == nil:
			encrypted = k
		case !underTLS && clear == nil:
			clear = k
		}
	}
	return clear, encrypted
}

// keywordsIn takes the reply to EHLO apart, nil if the step is none. Where
// HELO was said instead, the server offers nothing (RFC 5321 section 4.1.1.1).
func keywordsIn(s *result.Step) Keywords {
	if s.Code/100 != 2 || len(s.Text) == 0 || !s.IsHello() {
		return nil
	}
	if s.Verb == "HELO" {
		return Keywords{}
	}
	k := Keywords{}
	for _, line := range s.Text[1:] { // the first is the server's name
		if len(k) == maxKeywords {
			break
		}
		k.add(line)
	}
	return k
}

// add takes a line such as "SIZE 10240000". The old form "AUTH=LOGIN" is the
// keyword AUTH (RFC 4954 says nothing of it, and many servers still have it).
func (k Keywords) add(line string) {
	words := strings.Fields(strings.ToUpper(line))
	if len(words) == 0 {
		return
	}
	if name, first, old := strings.Cut(words[0], "="); old && name == "AUTH" {
		words = append([]string{name, first}, words[1:]...)
	}
	if !isKeyword(words[0]) {
		return
	}
	// Parameters are a set: their order means nothing in any extension.
	words = append(words, strings.Fields(k[words[0]])...)
	name, params := words[0], words[1:]
	slices.Sort(params)
	k[name] = cut(strings.Join(slices.Compact(params), " "), maxParameters)
}

// isKeyword reports whether s is a keyword by RFC 5321 section 4.1.1.1.
func isKeyword(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c != '-' || i == 0) {
			return false
		}
	}
	return len(s) <= 64
}

// cut bounds a text without cutting a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

// shown is a keyword with its parameters, as it stands in a reply.
func shown(name, params string) string { return strings.TrimSpace(name + " " + params) }
