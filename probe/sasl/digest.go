package sasl

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
)

// digest is DIGEST-MD5 (RFC 2831). It is historic (RFC 6331), and servers still
// offer it. Of the qualities of protection it has the login alone: nobody puts
// a layer of it beneath SMTP.
type digest struct {
	user, password, authzid, service, cnonce string // service is that of RFC 2831's digest-uri

	proof string // what the server has to answer with; set with the response
	done  bool   // the server has proved itself
}

func newDigest(c *Config) mechanism {
	return &digest{user: c.User, password: c.Password, authzid: c.Authzid, service: "smtp/" + c.Host, cnonce: rand.Text()}
}

func (d *digest) first() (Response, bool) { return Response{}, false }

func (d *digest) next(challenge []byte) (Response, error) {
	fields, err := directives(string(challenge))
	if err != nil {
		return Response{}, badChallenge("the challenge is none of DIGEST-MD5: %v (RFC 2831 section 7.1)", err)
	}
	switch {
	case d.done:
		return Response{}, badChallenge("the server asks for more after it proved itself")
	case d.proof != "":
		return d.proved(fields)
	}
	return d.respond(fields)
}

func (d *digest) finish() error {
	if !d.done {
		return unproved("the server says yes and does not prove that it knows the password (RFC 2831 section 2.1.3)")
	}
	return nil
}

// respond answers the challenge of RFC 2831 section 2.1.1.
func (d *digest) respond(fields map[string][]string) (Response, error) {
	nonces, algorithms := fields["nonce"], fields["algorithm"]
	switch {
	case len(nonces) != 1 || nonces[0] == "":
		return Response{}, badChallenge("the challenge has %d nonces; it needs one (RFC 2831 section 2.1.1)", len(nonces))
	case len(algorithms) != 1 || !strings.EqualFold(algorithms[0], "md5-sess"):
		return Response{}, badChallenge("the algorithm of the challenge is not md5-sess (RFC 2831 section 2.1.1)")
	case len(fields["qop"]) > 0 && !lists(fields["qop"], "auth"):
		return Response{}, badChallenge("the server wants more than a login: none of its qop is auth (RFC 2831 section 2.1.1)")
	}
	unicode := lists(fields["charset"], "utf-8")
	user, password, err := d.encoded(unicode)
	if err != nil {
		return Response{}, err
	}
	var realm string
	if realms := fields["realm"]; len(realms) > 0 {
		realm = realms[0]
	}
	a1 := md5.Sum([]byte(user + ":" + realm + ":" + password))
	session := string(a1[:]) + ":" + nonces[0] + ":" + d.cnonce
	if d.authzid != "" {
		session += ":" + d.authzid
	}
	// Section 2.1.2.1; the server's proof has no command in front (2.1.3).
	const count = "00000001"
	value := func(command string) string {
		return hexMD5(hexMD5(session) + ":" + nonces[0] + ":" + count + ":" + d.cnonce + ":auth:" + hexMD5(command+":"+d.service))
	}
	response := value("AUTHENTICATE")
	d.proof = value("")

	var out strings.Builder
	if unicode {
		out.WriteString("charset=utf-8,")
		user = d.user
	}
	out.WriteString("username=" + quote(user))
	if len(fields["realm"]) > 0 {
		out.WriteString(",realm=" + quote(realm))
	}
	out.WriteString(",nonce=" + quote(nonces[0]) + ",nc=" + count + ",cnonce=" + quote(d.cnonce) +
		",digest-uri=" + quote(d.service) + ",response=" + response + ",qop=auth")
	if d.authzid != "" {
		out.WriteString(",authzid=" + quote(d.authzid))
	}
	return Response{Data: []byte(out.String()), Secret: true, Hide: []string{response, d.proof}}, nil
}

// proved looks at the answer of RFC 2831 section 2.1.3.
func (d *digest) proved(fields map[string][]string) (Response, error) {
	if got := fields["rspauth"]; len(got) != 1 || got[0] != d.proof {
		return Response{}, unproved("the proof of the server is wrong: it does not know the password (RFC 2831 section 2.1.3)")
	}
	d.done = true
	return Response{}, nil
}

// encoded returns user and password as they are hashed.
func (d *digest) encoded(unicode bool) (user, password string, err error) {
	if user, err = hashed(d.user, unicode); err == nil {
		password, err = hashed(d.password, unicode)
	}
	return user, password, err
}

// hashed is a text in ISO 8859-1 where that has all its characters, else in
// UTF-8 where the server knows it (RFC 2831 section 2.1.2.1).
func hashed(text string, unicode bool) (string, error) {
	if latin, ok := latin1(text); ok {
		return latin, nil
	}
	if !unicode {
		return "", badChallenge("the server does not take UTF-8, and the name or password needs it (RFC 2831 section 2.1.1)")
	}
	return text, nil
}

func latin1(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return "", false
		}
		out = append(out, byte(r))
	}
	return string(out), true
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// quote writes a quoted-string (RFC 2831 section 7.2).
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// lists reports whether one of the values, each a list with commas, has a word.
func lists(values []string, word string) bool {
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.Trim(item, " \t"), word) {
				return true
			}
		}
	}
	return false
}

// directives reads name=value pairs between commas (RFC 2831 section 7.1). A
// name may stand more than once.
func directives(s string) (map[string][]string, error) {
	out := map[string][]string{}
	for {
		s = strings.TrimLeft(s, ", \t\r\n")
		if s == "" {
			return out, nil
		}
		name, rest, found := strings.Cut(s, "=")
		if name = strings.TrimRight(name, " \t"); !found || name == "" || strings.ContainsAny(name, ", \t\"") {
			return nil, errors.New("a directive is not name=value")
		}
		value, rest, err := directiveValue(strings.TrimLeft(rest, " \t"))
		if err != nil {
			return nil, err
		}
		name = strings.ToLower(name)
		out[name] = append(out[name], value)
		if s = strings.TrimLeft(rest, " \t"); s != "" && s[0] != ',' {
			return nil, errors.New("no comma between two directives")
		}
	}
}

// directiveValue reads a token or a quoted-string, and returns what follows.
func directiveValue(s string) (value, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ", \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], nil
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return out.String(), s[i+1:], nil
		case '\\':
			if i++; i == len(s) {
				break
			}
			out.WriteByte(s[i])
		default:
			out.WriteByte(s[i])
		}
	}
	return "", "", errors.New("a quoted value does not end")
}
