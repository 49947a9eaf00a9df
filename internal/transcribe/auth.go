package transcribe

import (
	"encoding/base64"
	"strings"
)

// auth is a login. What was sent in it is kept apart from the lines, and only
// the user is ever taken out of it.
type auth struct {
	mechanism  string
	initial    bool     // a response stood in the AUTH line
	responses  []string // as sent
	challenges int      // 334 seen
	shownUser  string   // as mxprobe shows it in place of the responses
}

// mayBeSecret reports whether a line that is no AUTH could be a part of a
// login all the same: AUTH misspelt or forgotten, or a response to a challenge
// that never came.
func mayBeSecret(text string, loggedIn bool) bool {
	if v := verb(text); v == "XCLIENT" || v == "XFORWARD" { // LOGIN= there is a name
		return false
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '=' })
	if len(words) > 2 && isMechanism(words[1]) {
		return true
	}
	if isVerb(verb(text)) {
		return false
	}
	if loggedIn && len(strings.Fields(text)) == 1 {
		return true
	}
	for i, word := range words {
		if isMechanism(word) && i+1 < len(words) {
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

func isMechanism(word string) bool { return (&auth{mechanism: strings.ToUpper(word)}).playable() }

func newAuth(text string) *auth {
	words := strings.Fields(text)
	a := &auth{}
	if len(words) > 1 {
		a.mechanism = strings.ToUpper(words[1])
	}
	if len(words) < 3 {
		return a
	}
	if user, ok := strings.CutPrefix(strings.Join(words[2:], " "), "(as "); ok {
		a.shownUser, _, _ = strings.Cut(strings.TrimSuffix(user, ")"), ", for ")
		return a
	}
	a.initial = true
	a.responses = append(a.responses, words[2])
	return a
}

// takes reports whether a line that follows belongs to the login. After a
// challenge every line does; before one, commands do not.
func (a *auth) takes(text string) bool {
	if a.challenges > 0 {
		return true
	}
	return !strings.Contains(text, " ") && !isVerb(verb(text))
}

func (a *auth) respond(text string) { a.responses = append(a.responses, text) }

// cancelled reports whether the first challenge was answered with "*".
func (a *auth) cancelled() bool {
	return a.challenges == 1 && len(a.responses) > 0 && a.responses[len(a.responses)-1] == "*"
}

// playable reports whether the language can play the mechanism.
func (a *auth) playable() bool {
	switch strings.TrimSuffix(a.mechanism, "-PLUS") {
	case "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS":
		return !strings.HasSuffix(a.mechanism, "-PLUS")
	case "SCRAM-SHA-1", "SCRAM-SHA-256":
		return true
	}
	return false
}

// passwordless reports whether the mechanism has no password.
func (a *auth) passwordless() bool { return a.mechanism == "EXTERNAL" || a.mechanism == "ANONYMOUS" }

// identity returns who logged in and as whom to act, as far as it can be
// read; key differs where another password was given.
func (a *auth) identity() (user, authzid, key string) {
	if a.shownUser != "" {
		return a.shownUser, "", a.shownUser
	}
	key = a.mechanism + "\n" + strings.Join(a.responses, "\n")
	var first, second string
	if len(a.responses) > 0 {
		first = decoded(a.responses[0])
	}
	if len(a.responses) > 1 {
		second = decoded(a.responses[1])
	}
	switch a.mechanism {
	case "PLAIN":
		if parts := strings.Split(first, "\x00"); len(parts) == 3 {
			user, authzid = parts[1], parts[0]
			key = user + "\n" + parts[2]
		}
	case "LOGIN":
		user, key = first, first+"\n"+second
	case "CRAM-MD5":
		user, _, _ = cutLast(first, " ")
	case "DIGEST-MD5":
		user = strings.Trim(field(first, ",", "username="), `"`)
	case "XOAUTH2":
		user = field(first, "\x01", "user=")
	case "OAUTHBEARER":
		user = field(first, ",", "a=")
	default:
		user = field(first, ",", "n=")
	}
	return clean(user), clean(authzid), key
}

// clean returns a name if it can be written down, else nothing.
func clean(name string) string {
	for _, r := range name {
		if !printable(r) {
			return ""
		}
	}
	return name
}

func field(text, separator, name string) string {
	for part := range strings.SplitSeq(text, separator) {
		if value, ok := strings.CutPrefix(part, name); ok {
			return value
		}
	}
	return ""
}

func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return "", "", false
}

// decoded returns what a response in base64 says, nothing if it is none.
func decoded(response string) string {
	b, err := base64.StdEncoding.DecodeString(response)
	if err != nil {
		return ""
	}
	return string(b)
}
