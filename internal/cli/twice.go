package cli

import (
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/probe/result"
)

const (
	// remembered is how many different domains may stand between two of the
	// same for them to be found. Twice as many are kept at most, some 15 MB.
	remembered = 1 << 16
	// maxTwice is how many domains are named of those that came again.
	maxTwice = 3
)

// seen remembers the domains of a list that came last: in two halves, of
// which the older one goes when the newer one is full.
type seen struct {
	newer, older map[string]struct{}
	// again counts the domains that came again; names are the first of them.
	again int
	names []string
}

// before reports whether a domain came before, in any letter case, with or
// without its final dot, in Unicode or in A-labels.
func (s *seen) before(domain string) bool {
	key := strings.ToLower(dnsmx.ASCII(strings.TrimSuffix(domain, ".")))
	_, newer := s.newer[key]
	_, older := s.older[key]
	if newer || older {
		if s.again++; len(s.names) < maxTwice {
			s.names = append(s.names, result.PrintableString(domain))
		}
		return true
	}
	if len(s.newer) >= remembered {
		s.newer, s.older = nil, s.newer
	}
	if s.newer == nil {
		s.newer = make(map[string]struct{})
	}
	s.newer[key] = struct{}{}
	return false
}

// warning says what came again, or nothing.
func (s *seen) warning() string {
	switch {
	case s.again == 0:
		return ""
	case s.again == 1:
		return s.names[0] + " is named twice; it was taken once"
	}
	names := strings.Join(s.names, ", ")
	if s.again > len(s.names) {
		names += ", ..."
	}
	return count(s.again, "domain") + " named before were not taken again: " + names
}
