package sandbox

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"strings"
)

func randomText() string { return rand.Text() }

// plainVerifier is PLAIN (RFC 4616); nobody acts for others here.
type plainVerifier struct{ users map[string]string }

func (plainVerifier) start() (string, bool) { return "", false }

func (v plainVerifier) next(response string) (string, bool, bool) {
	parts := strings.Split(response, "\x00")
	if len(parts) != 3 || parts[0] != "" && parts[0] != parts[1] {
		return "", true, false
	}
	password, known := v.users[parts[1]]
	return "", true, known && password == parts[2]
}

// loginVerifier is LOGIN.
type loginVerifier struct {
	users   map[string]string
	user    string
	hasUser bool
}

func (v *loginVerifier) start() (string, bool) { return "Username:", true }

func (v *loginVerifier) next(response string) (string, bool, bool) {
	if !v.hasUser {
		v.user, v.hasUser = response, true
		return "Password:", false, false
	}
	password, known := v.users[v.user]
	return "", true, known && password == response
}

// cramVerifier is CRAM-MD5 (RFC 2195).
type cramVerifier struct {
	users     map[string]string
	challenge string
}

func (v *cramVerifier) start() (string, bool) { return v.challenge, true }

func (v *cramVerifier) next(response string) (string, bool, bool) {
	at := strings.LastIndexByte(response, ' ')
	if at < 0 {
		return "", true, false
	}
	password, known := v.users[response[:at]]
	h := hmac.New(md5.New, []byte(password))
	h.Write([]byte(v.challenge))
	return "", true, known && hex.EncodeToString(h.Sum(nil)) == response[at+1:]
}

// digestVerifier is DIGEST-MD5 (RFC 2831) without layers.
type digestVerifier struct {
	auth         *Auth
	nonce, realm string
	shown        bool
}

func (v *digestVerifier) start() (string, bool) {
	return `realm="` + v.realm + `",nonce="` + v.nonce + `",qop="auth,auth-int",charset=utf-8,algorithm=md5-sess`, true
}

func (v *digestVerifier) next(response string) (string, bool, bool) {
	if v.shown {
		return "", true, response == ""
	}
	field := func(name string) string {
		_, value, _ := strings.Cut(","+response, ","+name+"=")
		if strings.HasPrefix(value, `"`) {
			value, _, _ = strings.Cut(value[1:], `"`)
			return value
		}
		value, _, _ = strings.Cut(value, ",")
		return value
	}
	password, known := v.auth.Users[field("username")]
	if v.auth.Fault == WrongSignature {
		password += "?"
	}
	sum := func(s string) string { h := md5.Sum([]byte(s)); return string(h[:]) }
	lower := func(s string) string { return hex.EncodeToString([]byte(sum(s))) }
	secret := lower(sum(latin(field("username"))+":"+field("realm")+":"+latin(password)) + ":" + v.nonce + ":" + field("cnonce"))
	answer := func(command string) string {
		return lower(secret + ":" + v.nonce + ":" + field("nc") + ":" + field("cnonce") + ":auth:" + lower(command+":"+field("digest-uri")))
	}
	good := known && field("nonce") == v.nonce && field("response") == answer("AUTHENTICATE")
	switch {
	case v.auth.Fault == NoSignature:
		return "", true, true
	case !good && v.auth.Fault != WrongSignature && v.auth.Fault != TakesAll:
		return "", true, false
	}
	v.shown = true
	return "rspauth=" + answer(""), false, false
}

// latin writes a text in ISO 8859-1, where that has all its characters.
func latin(s string) string {
	out := []byte{}
	for _, r := range s {
		if r > 0xff {
			return s
		}
		out = append(out, byte(r))
	}
	return string(out)
}

// tokenVerifier is XOAUTH2 and OAUTHBEARER (RFC 7628).
type tokenVerifier struct {
	tokens  map[string]string
	bearer  bool
	refused bool
}

func (*tokenVerifier) start() (string, bool) { return "", false }

func (v *tokenVerifier) next(response string) (string, bool, bool) {
	if v.refused {
		return "", true, false
	}
	fields := strings.Split(response, "\x01")
	user, token := "", ""
	for i, field := range fields {
		switch {
		case v.bearer && i == 0:
			parts := strings.Split(field, ",")
			if len(parts) == 3 && parts[0] == "n" {
				user = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(strings.TrimPrefix(parts[1], "a="))
			}
		case !v.bearer && strings.HasPrefix(field, "user="):
			user = field[len("user="):]
		case strings.HasPrefix(field, "auth=Bearer "):
			token = field[len("auth=Bearer "):]
		}
	}
	if want, known := v.tokens[user]; known && want == token && strings.HasSuffix(response, "\x01\x01") {
		return "", true, true
	}
	v.refused = true
	return `{"status":"invalid_token","scope":"mail"}`, false, false
}

// anyVerifier takes everybody, as for ANONYMOUS and EXTERNAL.
type anyVerifier struct{}

func (anyVerifier) start() (string, bool) { return "", false }

func (anyVerifier) next(string) (string, bool, bool) { return "", true, true }
