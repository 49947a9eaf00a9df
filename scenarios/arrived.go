package scenarios

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"
	"mxprobe/internal/yamlnode"
)

// Arrived says what a message has to be like once it has arrived. What is
// zero is not looked at.
type Arrived struct {
	// Folder is where it must be; empty for the mailbox that is named.
	Folder Text
	// Headers are fields that it must have.
	Headers []HeaderWant
	// Auth is what the server that received it must have found out.
	Auth []AuthWant
	// AuthServ is the name under which that server writes what it found (RFC
	// 8601 section 2.5); zero for that in the uppermost field.
	AuthServ Text
	// Hop bounds what each server on its way may take.
	Hop Limit
	// Attachments is true if they must be byte for byte what was sent;
	// AttachmentsPos is where the file says it.
	Attachments    bool
	AttachmentsPos Pos
	// Copies is how many of it must have come when the time is over; 0 where
	// that does not count.
	Copies    int
	CopiesPos Pos
}

// HeaderWant is a field that must be there.
type HeaderWant struct {
	Pos  Pos
	Name string
	// Patterns are alternatives for the value.
	Patterns []TextPattern
}

// AuthWant is what Authentication-Results must say of a method (RFC 8601).
type AuthWant struct {
	Pos Pos
	// Method is spf, dkim, dmarc and the like.
	Method string
	// Values are alternatives such as pass.
	Values []string
}

// arrivedKeys are those of arrives alone.
func arrivedKeys() []string {
	return []string{"folder", "headers", "auth", "authserv", "hop_within", "attachments", "copies"}
}

// authMethods are those that are registered with IANA and in use.
func authMethods() []string {
	return []string{"arc", "auth", "bimi", "dkim", "dkim-adsp", "dkim-atps", "dmarc", "dnswl", "domainkeys", "iprev", "rrvs", "sender-id", "smime", "spf", "vbr"}
}

// authValues are the words for an outcome, of all methods.
func authValues() []string {
	return []string{"pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror", "hardfail", "declined", "skipped", "unknown", "discard", "nxdomain"}
}

// arrived reads a key of what has arrived.
func (p *parser) arrived(a *Arrived, f field) {
	switch f.name {
	case "folder":
		a.Folder = p.line(f.value, "folder")
	case "headers":
		a.Headers = p.headerWants(f.value)
	case "auth":
		a.Auth = p.authWants(f.value)
	case "authserv":
		a.AuthServ = p.line(f.value, "authserv")
	case "hop_within":
		a.Hop = p.limit(f.value, "hop_within", false)
	case "attachments":
		a.Attachments, a.AttachmentsPos = p.boolean(f.value, "attachments"), pos(yamlnode.Deref(f.value))
	case "copies":
		a.Copies, a.CopiesPos = p.number(f.value, "copies", 1, 100), pos(yamlnode.Deref(f.value))
	}
}

func (p *parser) headerWants(n *yaml.Node) []HeaderWant {
	fields, ok := p.fields(n, keySet{what: "headers"})
	if ok && len(fields) == 0 {
		p.fail(yamlnode.Deref(n), "as in headers: {Subject: hello}", "headers is empty")
	}
	var out []HeaderWant
	for _, f := range fields {
		if strings.ContainsFunc(f.name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
			p.fail(f.key, "", "%q cannot be the name of a header field", f.name)
			continue
		}
		var template Expect
		out = append(out, HeaderWant{Pos: pos(f.key), Name: f.name, Patterns: collect(p, f, &template, parseTextPattern,
			func(x *TextPattern, at Pos, t *Text) { x.Pos, x.tmpl = at, t })})
	}
	return out
}

func (p *parser) authWants(n *yaml.Node) []AuthWant {
	fields, ok := p.fields(n, keySet{what: "auth", keys: authMethods()})
	if ok && len(fields) == 0 {
		p.fail(yamlnode.Deref(n), "as in auth: {spf: pass, dkim: pass, dmarc: pass}", "auth is empty")
	}
	var out []AuthWant
	for _, f := range fields {
		w := AuthWant{Pos: pos(f.key), Method: f.name}
		for _, e := range p.list(f.value, f.name) {
			word, ok := p.word(e, f.name)
			switch {
			case !ok:
			case !slices.Contains(authValues(), word):
				p.fail(yamlnode.Deref(e), "allowed: "+allowed(authValues()), "%q is no outcome of %s%s", word, f.name, spelling.DidYouMean(word, authValues()))
			default:
				w.Values = append(w.Values, word)
			}
		}
		if emptyList(f.value) {
			p.fail(yamlnode.Deref(f.value), "", "%s is an empty list", f.name)
		}
		out = append(out, w)
	}
	return out
}

// Resolve returns what is wanted with its variables put in. The error is a
// *TextError.
func (a *Arrived) Resolve(lookup Lookup) (*Arrived, error) {
	out := *a
	out.Headers = slices.Clone(a.Headers)
	for i := range out.Headers {
		var err error
		if out.Headers[i].Patterns, err = resolveAll(a.Headers[i].Patterns, lookup, (*TextPattern).resolve); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// arrivedSense checks what goes with a kind of mailbox.
func (p *parser) arrivedSense(kind string, at func(string) *yaml.Node) {
	if key := at("folder"); key != nil && kind != "imap" && kind != "maildir" {
		p.fail(key, "remove it", "%s has no folders", kind)
	}
}

// arrived checks what a message must be like.
func (c *checker) arrived(a *Arrived) {
	c.value(&a.AuthServ)
	c.value(&a.Folder)
	for i := range a.Headers {
		for j := range a.Headers[i].Patterns {
			check(c, &a.Headers[i].Patterns[j], (*TextPattern).resolve)
		}
	}
}
