package mtasts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Mode is what a policy asks of senders.
type Mode string

// The modes (RFC 8461 section 5).
const (
	// Enforce: no mail to hosts that do not fit the policy.
	Enforce Mode = "enforce"
	// Testing: mail goes out all the same; failures are reported to the
	// domain.
	Testing Mode = "testing"
	// None: as without a policy.
	None Mode = "none"
)

// Policy is the policy of a domain.
type Policy struct {
	Mode Mode
	// MX are the patterns for the names of its hosts, in lower case.
	MX []string
	// MaxAge is how long senders keep the policy, also when the TXT record is
	// gone.
	MaxAge time.Duration
	// Doubts are what some senders refuse it for, one sentence each.
	Doubts []string
}

// maxAge is the largest max_age in seconds, about a year (RFC 8461 section
// 3.2).
const maxAge = 31557600

// ParsePolicy reads the text of a policy (RFC 8461 section 3.2). Unknown keys
// are ignored, and of keys other than mx the first counts.
func ParsePolicy(text string) (Policy, error) {
	var p Policy
	seen := make(map[string]bool)
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.Trim(strings.TrimSuffix(line, "\r"), " \t")
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || !isName(key) {
			return Policy{}, fmt.Errorf("line %d of the policy, %s, is not a key and a value (key: value)", number, quoted(line))
		}
		if seen[key] && key != "mx" {
			continue
		}
		if known(key) {
			seen[key] = true
		}
		if err := p.take(key, strings.Trim(value, " \t")); err != nil {
			return Policy{}, fmt.Errorf("line %d of the policy: %w", number, err)
		}
	}
	return p, p.complete(seen)
}

func known(key string) bool {
	switch key {
	case "version", "mode", "mx", "max_age":
		return true
	}
	return false
}

// take takes a value over.
func (p *Policy) take(key, value string) error {
	switch key {
	case "version":
		if value != "STSv1" {
			return fmt.Errorf("version is STSv1, not %s", quoted(value))
		}
	case "mode":
		p.Mode = Mode(value)
		if p.Mode != Enforce && p.Mode != Testing && p.Mode != None {
			return fmt.Errorf("mode is enforce, testing or none, not %s", quoted(value))
		}
	case "max_age":
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil || len(value) > 10 || value[0] == '+' {
			return fmt.Errorf("max_age is a number of seconds, not %s", quoted(value))
		}
		p.MaxAge = time.Duration(min(n, maxAge)) * time.Second
		if n > maxAge {
			p.Doubts = append(p.Doubts, fmt.Sprintf("max_age is %d, and %d is the most (RFC 8461 section 3.2)", n, maxAge))
		}
	case "mx":
		if !isPattern(value) {
			return fmt.Errorf("mx is the name of a host, or *. and a domain, not %s", quoted(value))
		}
		p.MX = append(p.MX, strings.ToLower(strings.TrimSuffix(value, ".")))
	}
	return nil
}

// complete says what is missing.
func (p *Policy) complete(seen map[string]bool) error {
	for _, key := range []string{"version", "mode", "max_age"} {
		if !seen[key] {
			return fmt.Errorf("the policy has no %s", key)
		}
	}
	if len(p.MX) == 0 && p.Mode != None {
		return errors.New("the policy names no mx")
	}
	return nil
}

// isPattern reports whether s is a name of a host, with *. in front or not.
func isPattern(s string) bool {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "*."), ".")
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(r rune) bool { return notAlphanumeric(r) && r != '-' && r != '_' }) {
			return false
		}
	}
	return true
}

// Allows reports whether a host fits one of the patterns. A * stands for
// exactly the left-most label (RFC 8461 section 4.1).
func (p *Policy) Allows(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, above, _ := strings.Cut(host, ".")
	for _, pattern := range p.MX {
		if rest, ok := strings.CutPrefix(pattern, "*."); ok && above == rest || pattern == host {
			return true
		}
	}
	return false
}
