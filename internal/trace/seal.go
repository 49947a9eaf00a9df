package trace

import (
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/letter"
)

// Seal is one set of ARC (RFC 8617): what a server that handed the message on
// says of how it came to it.
type Seal struct {
	Instance int
	// Domain and Selector are those of ARC-Seal.
	Domain, Selector string
	// Chain is cv: none, pass or fail.
	Chain string
	// Check is what that server found.
	Check Check
}

// maxInstance is the highest number of an instance (RFC 8617 section 4.2.1).
const maxInstance = 50

func (t *Trace) readSeals(h letter.Header) {
	seals := make(map[int]*Seal)
	at := func(instance string) *Seal {
		n, err := strconv.Atoi(instance)
		if err != nil || n < 1 || n > maxInstance {
			return nil
		}
		if seals[n] == nil {
			seals[n] = &Seal{Instance: n}
		}
		return seals[n]
	}
	for value := range h.All("ARC-Seal") {
		tags := Tags(value)
		if s := at(tags["i"]); s != nil {
			s.Domain, s.Selector, s.Chain = cut(tags["d"]), cut(tags["s"]), cut(strings.ToLower(tags["cv"]))
		}
	}
	for value := range h.All("ARC-Authentication-Results") {
		first, rest, _ := strings.Cut(value, ";")
		if name, instance, ok := strings.Cut(first, "="); ok && strings.TrimSpace(name) == "i" {
			if s := at(strings.TrimSpace(instance)); s != nil {
				s.Check = ReadCheck(rest)
			}
		}
	}
	for _, s := range seals {
		t.Seals = append(t.Seals, *s)
	}
	slices.SortFunc(t.Seals, func(a, b Seal) int { return a.Instance - b.Instance })
}

// maxTags is how many tags of a list are read.
const maxTags = 50

// Tags reads a list of tags (RFC 6376 section 3.2). Of a name that stands
// twice the first counts.
func Tags(value string) map[string]string {
	tags := make(map[string]string)
	for part := range strings.SplitSeq(value, ";") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if _, twice := tags[name]; !ok || twice || len(tags) >= maxTags {
			continue
		}
		tags[name] = strings.TrimSpace(value)
	}
	return tags
}

// Signature is a DKIM signature (RFC 6376 section 3.5), as it stands there.
type Signature struct {
	Domain, Selector, Algorithm string
}

func (t *Trace) readSignatures(h letter.Header) {
	for value := range h.All("DKIM-Signature") {
		if len(t.Signatures) < maxChecks {
			tags := Tags(value)
			t.Signatures = append(t.Signatures, Signature{Domain: cut(tags["d"]), Selector: cut(tags["s"]), Algorithm: cut(tags["a"])})
		}
	}
}
