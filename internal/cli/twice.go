package cli

import (
	"os"
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/internal/distinct"
	"mxprobe/probe/result"
)

// maxTwice is how many domains are named of those that came again.
const maxTwice = 3

// seen finds the domains of a list that came before: at any distance where all
// of it can be read twice, else among the last ones.
type seen struct {
	twice  *distinct.Twice // nil: it can be read once
	window distinct.Window
	// again counts the domains that came again; names are the first of them.
	again int
	names []string
}

// spelled is a domain as all its spellings have it: in any letter case, with or
// without its final dot, in Unicode or in A-labels.
func spelled(domain string) string {
	return strings.ToLower(dnsmx.ASCII(strings.TrimSuffix(domain, ".")))
}

// leastDomain is how many bytes a domain of a list takes at least, with the end
// of its line, as lists go.
const leastDomain = 10

// packs is how many times smaller gzip makes a list of domains.
const packs = 4

// newSeen looks at the lists for how many domains there may be, and whether they
// can be read twice.
func newSeen(specs []string) seen {
	domains := int64(0)
	for _, spec := range specs {
		name, isFile := strings.CutPrefix(spec, "@")
		if !isFile && spec != "-" {
			domains++
			continue
		}
		info, err := os.Stat(name)
		if spec == "-" || err != nil || !info.Mode().IsRegular() {
			return seen{}
		}
		size := info.Size()
		if strings.HasSuffix(name, ".gz") {
			size *= packs
		}
		domains += size / leastDomain
	}
	return seen{twice: distinct.NewTwice(int(domains))}
}

// noted ends the first reading of two.
func (s *seen) noted() {
	if s.twice != nil {
		s.twice.Read()
	}
}

// note takes in a domain that is read for the first time of two.
func (s *seen) note(domain string) {
	if s.twice != nil {
		s.twice.Note(spelled(domain))
	}
}

// before reports whether a domain came before.
func (s *seen) before(domain string) bool {
	before := false
	if s.twice != nil {
		before = s.twice.Before(spelled(domain))
	} else {
		before = s.window.Before(spelled(domain))
	}
	if !before {
		return false
	}
	if s.again++; len(s.names) < maxTwice {
		s.names = append(s.names, result.PrintableString(domain))
	}
	return true
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
	all := count(s.again, "domain") + " named before were not taken again: " + names
	if s.twice != nil && s.twice.Full() {
		all += "; there are so many that some may have been taken again"
	}
	return all
}
