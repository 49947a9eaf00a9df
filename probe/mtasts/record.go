// Package mtasts reads what a domain says about the security of mail to it by
// MTA-STS (RFC 8461): the TXT record that there is a policy, and the policy,
// which it fetches over HTTPS.
//
// ParseRecord and ParsePolicy are pure. A Fetcher opens connections through
// a function of the caller, so that it goes nowhere by itself.
package mtasts

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoRecord is the error of ParseRecord where nothing speaks of MTA-STS.
var ErrNoRecord = errors.New("there is no MTA-STS record")

// RecordName returns the name of the TXT record of a domain.
func RecordName(domain string) string { return "_mta-sts." + domain }

// ParseRecord takes the id of the policy from the TXT records at RecordName
// (RFC 8461 section 3.1). Any error means that senders go on as if there was
// no policy; it is ErrNoRecord where none was meant to be there.
func ParseRecord(texts []string) (id string, err error) {
	const version = "v=STSv1"
	var found []string
	var odd string
	for _, text := range texts {
		switch {
		case strings.HasPrefix(text, version+";"):
			found = append(found, text)
		case len(text) >= 5 && strings.EqualFold(text[:5], "v=sts"):
			odd = text
		}
	}
	switch {
	case len(found) > 1:
		return "", fmt.Errorf("%d records begin with %s, and more than one counts as none (RFC 8461 section 3.1)", len(found), version)
	case len(found) == 1:
		return recordID(found[0])
	case odd != "":
		return "", fmt.Errorf("the record %s does not begin with %q", quoted(odd), version+";")
	}
	return "", ErrNoRecord
}

// recordID checks the fields of a record and returns its id.
func recordID(text string) (string, error) {
	fields := strings.Split(text, ";")[1:]
	id, seen := "", false
	for i, field := range fields {
		field = strings.Trim(field, " \t")
		if field == "" && i == len(fields)-1 {
			break // the delimiter may stand at the end
		}
		key, value, ok := strings.Cut(field, "=")
		switch {
		case !ok || !isName(key) || !isValue(value):
			return "", fmt.Errorf("in the record %s, %s is not a field (name=value)", quoted(text), quoted(field))
		case key == "id" && !seen:
			id, seen = value, true
			if len(id) > 32 || strings.ContainsFunc(id, notAlphanumeric) {
				return "", fmt.Errorf("in the record %s, the id is not 1 to 32 letters and digits", quoted(text))
			}
		}
	}
	if !seen {
		return "", fmt.Errorf("the record %s has no id", quoted(text))
	}
	return id, nil
}

// isName reports whether s may be the name of a field.
func isName(s string) bool {
	if s == "" || len(s) > 32 || notAlphanumeric(rune(s[0])) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return notAlphanumeric(r) && !strings.ContainsRune("_-.", r) })
}

// isValue reports whether s may be the value of a field.
func isValue(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '=' || r == ';' })
}

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// quoted is foreign text in a message, short.
func quoted(text string) string {
	const most = 80
	if len(text) > most {
		return fmt.Sprintf("%q (and more)", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
