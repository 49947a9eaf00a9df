package transcribe

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// mechanism is a login that the language can play.
type mechanism struct {
	name string
	// initial says whether the first response stands in the AUTH line where a
	// step does not say.
	initial usage
	// begin and end stand around the name of the user in the first response.
	begin, end string
	// open is true where there is no password.
	open bool
}

type usage uint8

const (
	always usage = iota
	seldom
	never // the server speaks first
)

// mechanisms are those of package scenarios.
func mechanisms() []mechanism {
	return []mechanism{
		{name: "PLAIN", begin: "\x00", end: "\x00"},
		{name: "LOGIN", initial: seldom},
		{name: "CRAM-MD5", initial: never, end: " "},
		{name: "DIGEST-MD5", initial: never, begin: `username="`, end: `"`},
		{name: "NTLM"}, // see ntlmUser
		{name: "SCRAM-SHA-1", begin: ",n=", end: ","},
		{name: "SCRAM-SHA-256", begin: ",n=", end: ","},
		{name: "SCRAM-SHA-1-PLUS", begin: ",n=", end: ","},
		{name: "SCRAM-SHA-256-PLUS", begin: ",n=", end: ","},
		{name: "XOAUTH2", begin: "user=", end: "\x01"},
		{name: "OAUTHBEARER", begin: ",a=", end: ","},
		{name: "EXTERNAL", open: true},
		{name: "ANONYMOUS", open: true},
	}
}

// mechanismOf returns the mechanism of a name, nil if it cannot be played.
func mechanismOf(name string) *mechanism {
	for _, m := range mechanisms() {
		if strings.EqualFold(m.name, name) {
			return &m
		}
	}
	return nil
}

// auth is a login. What was sent in it is kept apart from the lines, and only
// the user is ever taken out of it.
type auth struct {
	mechanism  *mechanism // nil where it cannot be played
	initial    bool       // a response stood in the AUTH line
	responses  []string   // as sent
	challenges int        // 334 seen
	shownUser  string     // as mxprobe shows it in place of the responses
}

func newAuth(text string) *auth {
	words := strings.Fields(text)
	a := &auth{}
	if len(words) > 1 {
		a.mechanism = mechanismOf(words[1])
	}
	if len(words) < 3 {
		return a
	}
	if user, ok := strings.CutPrefix(strings.Join(words[2:], " "), "(as "); ok {
		a.shownUser, _, _ = strings.Cut(strings.TrimSuffix(user, ")"), ", for ")
		return a
	}
	a.initial, a.responses = true, words[2:3]
	return a
}

// takes reports whether a line that follows belongs to the login. After a
// challenge every line does; before one, commands do not.
func (a *auth) takes(text string) bool {
	return a.challenges > 0 || !strings.Contains(text, " ") && !isVerb(verb(text))
}

func (a *auth) respond(text string) { a.responses = append(a.responses, text) }

// refused reports whether nothing but the mechanism was sent.
func (a *auth) refused() bool { return len(a.responses) == 0 && a.challenges == 0 && a.shownUser == "" }

// cancelled reports whether the first challenge was answered with "*".
func (a *auth) cancelled() bool {
	return a.challenges == 1 && len(a.responses) > 0 && a.responses[len(a.responses)-1] == "*"
}

// identity returns who logged in and as whom to act, as far as it can be
// read; key differs where another password was given.
func (a *auth) identity() (user, authzid, key string) {
	if a.shownUser != "" {
		return a.shownUser, "", a.shownUser
	}
	if len(a.responses) == 0 {
		return "", "", a.mechanism.name
	}
	said := decoded(a.responses[0])
	key = a.mechanism.name + "\n" + strings.Join(a.responses, "\n")
	switch m := a.mechanism; m.name {
	case "LOGIN":
		user = said
	case "NTLM":
		user = ntlmUser(decoded(a.responses[len(a.responses)-1]))
	case "CRAM-MD5": // a name may have blanks, the digest has none
		user = said[:max(0, strings.LastIndex(said, m.end))]
	case "PLAIN":
		if parts := strings.Split(said, m.begin); len(parts) == 3 {
			authzid, user, key = parts[0], parts[1], parts[1]+"\n"+parts[2]
		}
	default:
		if _, rest, ok := strings.Cut(said, m.begin); ok {
			user, _, _ = strings.Cut(rest, m.end)
		}
	}
	return clean(user), clean(authzid), key
}

// ntlmUser returns the user of the last message of NTLM, behind the domain and a
// backslash if it names one ([MS-NLMP] section 2.2.1.3).
func ntlmUser(text string) string {
	const unicode = 1 // a flag
	if len(text) < 64 || !strings.HasPrefix(text, "NTLMSSP\x00\x03\x00\x00\x00") {
		return ""
	}
	b := []byte(text)
	field := func(at int) string {
		n, from := int(binary.LittleEndian.Uint16(b[at:])), binary.LittleEndian.Uint32(b[at+4:])
		if int64(from)+int64(n) > int64(len(b)) {
			return ""
		}
		value := b[from : int(from)+n]
		if b[60]&unicode == 0 {
			return string(value)
		}
		units := make([]uint16, n/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(value[2*i:])
		}
		return string(utf16.Decode(units))
	}
	if domain, user := field(28), field(36); domain != "" && user != "" {
		return domain + `\` + user
	}
	return field(36)
}

// mayBeSecret reports whether a line that is no AUTH could be a part of a
// login all the same: AUTH misspelt or forgotten, or a response to a challenge
// that never came.
func mayBeSecret(text string, loggedIn bool) bool {
	switch verb(text) {
	case "XCLIENT", "XFORWARD": // LOGIN= there is a name
		return false
	case "PASS", "PASSWORD": // of POP3 and FTP
		return true
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '=' })
	if len(words) > 2 && mechanismOf(words[1]) != nil {
		return true
	}
	if isVerb(verb(text)) {
		return false
	}
	if loggedIn && len(strings.Fields(text)) == 1 {
		return true
	}
	for i, word := range words {
		if mechanismOf(word) != nil && i+1 < len(words) {
			return true
		}
	}
	for word := range strings.FieldsSeq(text) {
		// A response of PLAIN, or what an encoder of base64 filled up.
		if d := decoded(word); strings.Contains(d, "\x00") || d != "" && strings.HasSuffix(word, "=") {
			return true
		}
	}
	return false
}

// clean returns a name if it can be written down, else nothing.
func clean(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !printable(r) }) {
		return ""
	}
	return name
}

// decoded returns what a response in base64 says, nothing if it is none.
func decoded(response string) string {
	b, err := base64.StdEncoding.DecodeString(response)
	if err != nil {
		return ""
	}
	return string(b)
}
