package records

import (
	"fmt"
	"strings"
)

// IsDMARC reports whether a TXT record is a DMARC record (RFC 9989 section 4.7).
func IsDMARC(text string) bool { return begins(text, "DMARC1") }

// DMARC is a DMARC record.
type DMARC struct {
	// Policy, Subdomain and NonExistent are p, sp and np, in lower case; empty
	// where the tag is not there. PSD is psd, Testing whether t is y.
	Policy, Subdomain, NonExistent string
	PSD                            string
	Testing                        bool
	// Aggregate and Failure are the addresses of rua and ruf that are well
	// formed.
	Aggregate, Failure []string
	// Removed are tags of RFC 7489 that RFC 9989 took out, Unknown those that
	// neither knows.
	Removed, Unknown []string
	// Problems are values that are not allowed, which are then as if they were
	// not there.
	Problems []string
	// Void says why the record is none at all, or nothing.
	Void string
}

// ParseDMARC reads a record for which IsDMARC holds (RFC 9989 section 4.7).
func ParseDMARC(text string) DMARC {
	tags, problems := ParseTags(text)
	d := DMARC{Problems: problems}
	for _, t := range tags {
		d.take(t)
	}
	d.settle(tags)
	return d
}

// settle applies RFC 9989 section 4.10.1: where p is missing, or p, sp or np is
// none of the policies, the record is one of p=none with an address for reports,
// and none at all without.
func (d *DMARC) settle(tags Tags) {
	why := ""
	for _, t := range []Tag{{"np", d.NonExistent}, {"sp", d.Subdomain}} {
		if _, there := tags.Get(t.Name); there && t.Value == "" {
			why = "its " + t.Name + "= is no policy"
		}
	}
	if d.Policy == "" {
		why = "it has no policy (p=)"
	}
	switch {
	case why == "":
	case len(d.Aggregate) > 0:
		d.Policy, d.Subdomain, d.NonExistent = "none", "", ""
	default:
		d.Policy, d.Void = "", why
	}
}

func (d *DMARC) take(t Tag) {
	value := strings.ToLower(t.Value)
	switch t.Name {
	case "v":
	case "p":
		d.choose(t, &d.Policy, "none", "quarantine", "reject")
	case "sp":
		d.choose(t, &d.Subdomain, "none", "quarantine", "reject")
	case "np":
		d.choose(t, &d.NonExistent, "none", "quarantine", "reject")
	case "psd":
		d.choose(t, &d.PSD, "y", "n", "u")
	case "adkim", "aspf":
		d.choose(t, new(string), "r", "s")
	case "t":
		d.Testing = value == "y"
		d.choose(t, new(string), "y", "n")
	case "fo":
		for _, v := range strings.Split(value, ":") {
			d.choose(Tag{t.Name, v}, new(string), "0", "1", "d", "s")
		}
	case "rua":
		d.addresses(t, &d.Aggregate)
	case "ruf":
		d.addresses(t, &d.Failure)
	case "pct", "rf", "ri":
		d.Removed = append(d.Removed, t.Name)
	default:
		d.Unknown = append(d.Unknown, t.Name)
	}
}

func (d *DMARC) choose(t Tag, to *string, allowed ...string) {
	value := strings.ToLower(strings.TrimSpace(t.Value))
	for _, a := range allowed {
		if value == a {
			*to = value
			return
		}
	}
	d.Problems = append(d.Problems, fmt.Sprintf("%s=%s is none of %s", t.Name, clip(t.Value), strings.Join(allowed, ", ")))
}

func (d *DMARC) addresses(t Tag, to *[]string) {
	good, problems := Addresses(t.Value, "mailto", "https", "http")
	*to = good
	for _, p := range problems {
		d.Problems = append(d.Problems, t.Name+": "+p)
	}
}

// WalkNames are the domains whose DMARC record is asked for, the domain itself
// first (RFC 9989 section 4.10): at most eight, so that no name of many labels
// causes many questions.
func WalkNames(domain string) []string {
	names := []string{domain}
	labels := strings.Split(domain, ".")
	const most = 8
	if len(labels) >= most {
		labels = labels[len(labels)-most+1:]
	} else {
		labels = labels[1:]
	}
	for len(labels) > 0 {
		names = append(names, strings.Join(labels, "."))
		labels = labels[1:]
	}
	return names
}

// OneDMARC is the one DMARC record among TXT records; several are as none.
func OneDMARC(texts []string) (text string, count int) {
	for _, t := range texts {
		if IsDMARC(t) {
			text = t
			count++
		}
	}
	if count != 1 {
		text = ""
	}
	return text, count
}

// EndsWalk reports whether the walk up ends with these TXT records (psd=n or
// psd=y, RFC 9989 section 4.10).
func EndsWalk(texts []string) bool {
	text, _ := OneDMARC(texts)
	if text == "" {
		return false
	}
	psd := ParseDMARC(text).PSD
	return psd == "n" || psd == "y"
}

// Policy is the record that counts for a domain.
type Policy struct {
	// Domain is where the record is, and Organisation the organisational
	// domain.
	Domain, Organisation string
	Record               DMARC
	Text                 string
}

// FindPolicy chooses the record that counts among those of the walk: texts[i]
// are the TXT records of the i-th of WalkNames; there may be fewer. It is false
// if there is none, or if the one that counts is void: receivers then look at no
// other (RFC 9989 section 4.10.1).
func FindPolicy(names []string, texts [][]string) (Policy, bool) {
	org := organisation(names, texts)
	for i, name := range names[:min(len(names), len(texts))] {
		if i > 0 && name != org && !isPublicSuffix(texts[i]) {
			continue
		}
		text, _ := OneDMARC(texts[i])
		if text == "" {
			continue
		}
		d := ParseDMARC(text)
		return Policy{name, org, d, text}, d.Void == ""
	}
	return Policy{}, false
}

func isPublicSuffix(texts []string) bool {
	text, _ := OneDMARC(texts)
	return text != "" && ParseDMARC(text).PSD == "y"
}

// organisation is the organisational domain (RFC 9989 section 4.10.2): the one
// that says so (psd=n), or the one below a public suffix that says so (psd=y),
// or the shortest with a record, or the domain itself.
func organisation(names []string, texts [][]string) string {
	org := names[0]
	for i, name := range names[:min(len(names), len(texts))] {
		text, _ := OneDMARC(texts[i])
		if text == "" {
			continue
		}
		switch ParseDMARC(text).PSD {
		case "n":
			return name
		case "y":
			if i == 0 {
				return name
			}
			return below(names[0], name)
		}
		org = name
	}
	return org
}

// below is the domain one label below a suffix, on the way to name.
func below(name, suffix string) string {
	rest := strings.TrimSuffix(strings.TrimSuffix(name, suffix), ".")
	return rest[strings.LastIndexByte(rest, '.')+1:] + "." + suffix
}
