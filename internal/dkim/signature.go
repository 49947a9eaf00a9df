package dkim

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// signature is a DKIM-Signature field, read (RFC 6376 section 3.5).
type signature struct {
	domain, selector, algorithm string
	names                       []string // signed fields, in lower case
	bodyHash, sum               []byte
	relaxedHeader, relaxedBody  bool
	length                      int // of the body, -1 for all of it
	expires                     time.Time
	raw                         []byte // the field
}

// read takes the field apart. The error says what is wrong with it.
func read(raw []byte, value string) (signature, error) {
	tags := tagsOf(value)
	s := signature{
		domain: strings.ToLower(tags["d"]), selector: tags["s"], algorithm: strings.ToLower(tags["a"]), length: -1, raw: raw,
	}
	for _, name := range [...]string{"v", "a", "b", "bh", "d", "h", "s"} {
		if tags[name] == "" {
			return s, fmt.Errorf("the tag %s= is missing", name)
		}
	}
	if tags["v"] != "1" {
		return s, fmt.Errorf("the version is not 1")
	}
	var err error
	if s.sum, err = base64.StdEncoding.DecodeString(withoutBlanks(tags["b"])); err != nil {
		return s, fmt.Errorf("b= is not base64")
	}
	if s.bodyHash, err = base64.StdEncoding.DecodeString(withoutBlanks(tags["bh"])); err != nil {
		return s, fmt.Errorf("bh= is not base64")
	}
	s.names = strings.SplitN(strings.ToLower(withoutBlanks(tags["h"])), ":", maxNames+1)
	if len(s.names) > maxNames {
		return s, fmt.Errorf("more than %d fields are signed", maxNames)
	}
	return s, s.readRest(tags)
}

func (s *signature) readRest(tags map[string]string) error {
	signed := false
	for _, name := range s.names {
		signed = signed || name == "from"
	}
	if !signed {
		return fmt.Errorf("the field From is not signed")
	}
	header, body, _ := strings.Cut(strings.ToLower(tags["c"]), "/")
	s.relaxedHeader, s.relaxedBody = header == "relaxed", body == "relaxed"
	if !isForm(header) || !isForm(body) {
		return fmt.Errorf("the canonical form %s is not known", tags["c"])
	}
	if agent := strings.ToLower(withoutBlanks(tags["i"])); agent != "" {
		if _, domain, _ := strings.Cut(agent, "@"); domain != s.domain && !strings.HasSuffix(domain, "."+s.domain) {
			return fmt.Errorf("i= is not within d=")
		}
	}
	if length := tags["l"]; length != "" {
		n, err := strconv.Atoi(length)
		if err != nil || n < 0 {
			return fmt.Errorf("l= is not a number")
		}
		s.length = n
	}
	if until := tags["x"]; until != "" {
		n, err := strconv.ParseInt(until, 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("x= is not a time")
		}
		s.expires = time.Unix(n, 0)
	}
	return nil
}

func isForm(name string) bool { return name == "" || name == "simple" || name == "relaxed" }

// maxNames is how many fields a signature may name.
const maxNames = 200

// maxTags is how many tags of a list are read.
const maxTags = 50

// tagsOf reads a list of tags (RFC 6376 section 3.2).
func tagsOf(value string) map[string]string {
	tags := make(map[string]string)
	for part := range strings.SplitSeq(value, ";") {
		name, value, ok := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); ok && len(tags) < maxTags {
			if _, twice := tags[name]; !twice {
				tags[name] = strings.TrimSpace(value)
			}
		}
	}
	return tags
}
