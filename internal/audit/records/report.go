package records

import (
	"fmt"
	"strings"
)

// Addresses reads a list of report addresses: URIs with commas between them,
// of the schemes that are allowed. It returns those that are well formed, and
// what is wrong with the others.
func Addresses(list string, schemes ...string) (good, problems []string) {
	for _, uri := range strings.Split(list, ",") {
		uri = strings.Trim(uri, " \t")
		if uri == "" {
			problems = append(problems, "an empty address")
			continue
		}
		if why := checkURI(uri, schemes); why != "" {
			problems = append(problems, fmt.Sprintf("%q: %s", clip(uri), why))
			continue
		}
		good = append(good, uri)
	}
	return good, problems
}

// checkURI says what is wrong with a report address, or nothing.
func checkURI(uri string, schemes []string) string {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || strings.ContainsAny(scheme, "@/. ") {
		return "no scheme (mailto: and an address)"
	}
	scheme = strings.ToLower(scheme)
	known := false
	for _, s := range schemes {
		known = known || s == scheme
	}
	switch {
	case !known:
		return "the scheme is none of " + strings.Join(schemes, ", ")
	case scheme == "mailto":
		return checkMailbox(rest)
	case !strings.HasPrefix(rest, "//") || Host(uri) == "":
		return "no host"
	case strings.ContainsAny(rest, " <>\""):
		return "a character that is not allowed"
	}
	return ""
}

func checkMailbox(address string) string {
	address, _, _ = strings.Cut(address, "!") // a limit on the size, which RFC 7489 had
	address, _, _ = strings.Cut(address, "?")
	at := strings.LastIndexByte(address, '@')
	switch {
	case at <= 0:
		return "no mail address"
	case strings.ContainsAny(address, " <>\t\"(),:;\\"):
		return "a character that is not allowed without %-encoding"
	case !isHost(address[at+1:]):
		return "the part after @ is no domain"
	}
	return ""
}

// isHost reports whether a text is a domain of two labels at least.
func isHost(name string) bool {
	name = strings.TrimSuffix(name, ".")
	labels := strings.Split(name, ".")
	if len(labels) < 2 || len(name) > 253 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(strings.ToLower(l), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// Host is the domain of a report address, in lower case; empty if it has none.
func Host(uri string) string {
	scheme, rest, _ := strings.Cut(uri, ":")
	if strings.EqualFold(scheme, "mailto") {
		rest, _, _ = strings.Cut(rest, "!")
		rest, _, _ = strings.Cut(rest, "?")
		return strings.ToLower(strings.TrimSuffix(rest[strings.LastIndexByte(rest, '@')+1:], "."))
	}
	rest = strings.TrimPrefix(rest, "//")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	host, _, _ := strings.Cut(rest, ":")
	if !isHost(host) {
		return ""
	}
	return strings.ToLower(host)
}
