package trace

import (
	"strings"

	"mxprobe/internal/letter"
)

// Check is one Authentication-Results field (RFC 8601 section 2.2): what one
// server found out about where the message comes from.
type Check struct {
	// Server is the authserv-id, empty where the field has none.
	Server string
	// Hops is how many Received fields stand above the field: what one server
	// wrote stands together.
	Hops int
	// Results are what it found, in its order; none where it checked nothing.
	Results []Result
}

// Result is the outcome of one method.
type Result struct {
	// Method is spf, dkim, dmarc, arc, iprev, auth and the like, in lower case.
	Method string
	// Value is pass, fail, softfail, neutral, none, temperror, permerror and
	// the like, in lower case.
	Value string
	// Reason is why, where the server says so.
	Reason string
	// Properties are what was looked at, such as smtp.mailfrom, in the order of
	// the field.
	Properties []Property
}

// Property is something that a method looked at.
type Property struct{ Name, Value string }

// Property returns the value of a property, empty if there is none of that
// name.
func (r *Result) Property(name string) string {
	for _, p := range r.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

func (t *Trace) readChecks(h letter.Header) {
	hops := 0
	for i := range h {
		switch {
		case strings.EqualFold(h[i].Name, "Received"):
			hops++
		case strings.EqualFold(h[i].Name, "Authentication-Results") && len(t.Checks) < maxChecks:
			c := ReadCheck(h[i].Value)
			c.Hops = hops
			t.Checks = append(t.Checks, c)
		}
	}
}

// ReadCheck reads the value of an Authentication-Results field. Some servers
// leave out their name, and write more than the grammar allows; what is no
// result is passed over.
func ReadCheck(value string) Check {
	var c Check
	for i, part := range semicolons(value) {
		words := assignments(part)
		if len(words) == 0 {
			continue
		}
		if i == 0 && !strings.Contains(words[0], "=") {
			c.Server = cut(words[0])
			continue
		}
		if r, ok := readResult(words); ok && len(c.Results) < maxResults {
			c.Results = append(c.Results, r)
		}
	}
	return c
}

// readResult reads "dkim=pass reason=... header.d=example.org".
func readResult(words []string) (r Result, ok bool) {
	method, value, ok := strings.Cut(words[0], "=")
	method, _, _ = strings.Cut(strings.ToLower(method), "/") // a version
	if !ok || method == "" || strings.ContainsAny(method, ". ") {
		return r, false
	}
	value, _, _ = strings.Cut(value, "(")
	r.Method, r.Value = cut(method), cut(strings.ToLower(strings.Trim(value, `"`)))
	for _, word := range words[1:] {
		name, value, ok := strings.Cut(word, "=")
		value = cut(strings.Trim(value, `"`))
		switch name = strings.ToLower(name); {
		case !ok:
		case name == "reason":
			r.Reason = value
		case len(r.Properties) < maxResults:
			r.Properties = append(r.Properties, Property{cut(name), value})
		}
	}
	return r, true
}

// semicolons splits at semicolons that are neither in a remark nor quoted, and
// leaves remarks out.
func semicolons(s string) []string {
	var parts []string
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s) && len(parts) < maxResults; i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			if i++; depth == 0 {
				b.WriteByte(s[i])
			}
		case c == '"' && depth == 0:
			quoted = !quoted
			b.WriteByte(c)
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted && depth > 0:
			depth--
		case depth > 0:
		case c == ';' && !quoted:
			parts = append(parts, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(parts, b.String())
}

// isJoint reports whether blanks around a character mean nothing.
func isJoint(c byte) bool { return c == '=' || c == '/' }

// assignments splits a part into words, with the blanks around "=" and "/"
// left out and those within quotes kept.
func assignments(part string) []string {
	var words []string
	var b strings.Builder
	quoted := false
	flush := func() {
		if b.Len() > 0 {
			words = append(words, b.String())
			b.Reset()
		}
	}
	for i := 0; i < len(part) && len(words) < maxTokens; i++ {
		c := part[i]
		if c == '"' {
			quoted = !quoted
		}
		if quoted || c != ' ' && c != '\t' {
			b.WriteByte(c)
			continue
		}
		next := strings.TrimLeft(part[i:min(len(part), i+100)], " \t")
		if next != "" && (isJoint(next[0]) || b.Len() > 0 && isJoint(b.String()[b.Len()-1])) {
			continue
		}
		if next != "" && next[0] == '.' { // policy . expired
			b.WriteByte('.')
			i += strings.IndexByte(part[i:], '.')
			for i+1 < len(part) && (part[i+1] == ' ' || part[i+1] == '\t') {
				i++
			}
			continue
		}
		flush()
	}
	flush()
	return words
}
