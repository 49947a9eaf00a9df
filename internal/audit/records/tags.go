// Package records reads the policy records that a mail domain has in TXT records:
// DMARC (RFC 9989), DKIM keys (RFC 6376), TLS reporting (RFC 8460) and BIMI. All
// of it is pure: nothing is looked up.
package records

import (
	"fmt"
	"strings"
)

// Tag is one name with its value.
type Tag struct{ Name, Value string }

// Tags are the tags of a record in their order.
type Tags []Tag

// Get returns the value of a tag.
func (t Tags) Get(name string) (string, bool) {
	for _, tag := range t {
		if tag.Name == name {
			return tag.Value, true
		}
	}
	return "", false
}

// Value is the value of a tag, or another where it is not there.
func (t Tags) Value(name, otherwise string) string {
	if v, ok := t.Get(name); ok {
		return v
	}
	return otherwise
}

// ParseTags reads "name=value; name=value". Blanks around names and values do
// not count, and an empty tag at the end is none. The problems are parts that
// are no tag, and tags that are there twice; only the first of these counts.
func ParseTags(text string) (Tags, []string) {
	var tags Tags
	var problems []string
	for _, part := range strings.Split(text, ";") {
		part = strings.Trim(part, " \t\r\n")
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.Trim(name, " \t\r\n"))
		switch {
		case !ok, !isTagName(name):
			problems = append(problems, fmt.Sprintf("%q is no name=value", clip(part)))
			continue
		}
		if _, twice := tags.Get(name); twice {
			problems = append(problems, fmt.Sprintf("%s= is there twice", name))
			continue
		}
		tags = append(tags, Tag{name, strings.Trim(value, " \t\r\n")})
	}
	return tags, problems
}

func isTagName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (i == 0 || (c < '0' || c > '9') && c != '_') {
			return false
		}
	}
	return name != ""
}

// clip bounds what is repeated of a record.
func clip(text string) string {
	const limit = 60
	if len(text) > limit {
		return text[:limit] + "..."
	}
	return text
}

// begins reports whether a record begins with a version tag, as in "v=DMARC1":
// the version is followed by the end or by a semicolon.
func begins(text, version string) bool {
	text = strings.TrimLeft(text, " \t")
	if len(text) < 1 || text[0]|0x20 != 'v' {
		return false
	}
	rest := strings.TrimLeft(text[1:], " \t")
	if !strings.HasPrefix(rest, "=") {
		return false
	}
	rest = strings.TrimLeft(rest[1:], " \t")
	if !strings.HasPrefix(rest, version) {
		return false
	}
	rest = strings.TrimLeft(rest[len(version):], " \t")
	return rest == "" || rest[0] == ';'
}
