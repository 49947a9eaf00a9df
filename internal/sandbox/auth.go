package sandbox

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Auth is how a server takes logins (RFC 4954).
type Auth struct {
	// Users are the names that may log in, with their passwords.
	Users map[string]string
	// Tokens are the tokens of XOAUTH2 and OAUTHBEARER by user.
	Tokens map[string]string
	// Mechanisms are those it offers; nil stands for PLAIN, LOGIN, CRAM-MD5,
	// SCRAM-SHA-1 and SCRAM-SHA-256.
	Mechanisms []string
	// Clear makes it offer and take logins without TLS.
	Clear bool
	// Required makes it refuse mail before a login, with 530.
	Required bool
	// Fault is what it does wrong.
	Fault AuthFault
}

// AuthFault is what a server does wrong in a login.
type AuthFault string

// The faults of an Auth.
const (
	AuthSound      AuthFault = ""
	WrongSignature AuthFault = "wrong-signature" // SCRAM, DIGEST-MD5: signs with another password
	NoSignature    AuthFault = "no-signature"    // SCRAM, DIGEST-MD5: says 235 without signing
	NotBase64      AuthFault = "not-base64"      // its challenges are words
	Endless        AuthFault = "endless"         // one challenge after the other
	TakesAll       AuthFault = "takes-all"       // says 235 to every password
	Echoes         AuthFault = "echo"            // repeats in its answers what the client sent
)

// maxAuthLine is the longest line of an exchange (RFC 4954 section 4).
const maxAuthLine = 12288

// verifier is the server's side of a mechanism in one login.
type verifier interface {
	// start returns the first challenge of a server that speaks first.
	start() (challenge string, speaks bool)
	// next takes a response. It returns a further challenge, or done, and ok
	// if the login is good.
	next(response string) (challenge string, done, ok bool)
}

func (a *Auth) mechanisms() []string {
	if a.Mechanisms != nil {
		return a.Mechanisms
	}
	return []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}
}

// withAuth returns the keywords with AUTH, where logins are taken now.
func (c *Conn) withAuth(keywords []string) []string {
	a := c.srv.auth
	if a == nil || !a.Clear && c.tls == nil || slices.ContainsFunc(keywords, isAuthKeyword) {
		return keywords
	}
	return append(slices.Clone(keywords), "AUTH "+strings.Join(a.mechanisms(), " "))
}

func isAuthKeyword(keyword string) bool {
	name, _, _ := strings.Cut(keyword, " ")
	return strings.EqualFold(name, "AUTH")
}

// usualAuth answers an AUTH line. A 334 begins the exchange.
func (c *Conn) usualAuth(e event) string {
	a := c.srv.auth
	c.login, c.proved = nil, ""
	mech, initial, given := strings.Cut(argument(e.line), " ")
	switch {
	case a == nil:
		return "502 5.5.1 Command not implemented"
	case c.helo == "":
		return "503 5.5.1 Send EHLO first"
	case c.user != "" || c.mail:
		return "503 5.5.1 No login here"
	case !a.Clear && c.tls == nil:
		return "538 5.7.11 Encryption required for requested authentication mechanism"
	case mech == "":
		return "501 5.5.4 Syntax: AUTH mechanism"
	}
	c.login = c.verifier(strings.ToUpper(mech))
	if c.login == nil {
		return "504 5.5.4 Unrecognized authentication type"
	}
	if given {
		return c.answerLogin(strings.TrimSpace(initial), true)
	}
	if a.Fault == NotBase64 {
		return "334 Go on, please"
	}
	challenge, _ := c.login.start()
	return "334 " + base64.StdEncoding.EncodeToString([]byte(challenge))
}

// answerLogin answers one response of the client.
func (c *Conn) answerLogin(line string, initial bool) string {
	a := c.srv.auth
	response, err := decodeResponse(line, initial)
	echo := ""
	if a.Fault == Echoes {
		echo = fmt.Sprintf(" (you said %s, which is %s)", line, strings.ReplaceAll(response, "\x00", " "))
	}
	switch {
	case line == "*":
		return "501 5.7.0 Authentication aborted" // RFC 4954 section 4
	case len(line) > maxAuthLine:
		return "500 5.5.6 Authentication Exchange line is too long"
	case err != nil:
		return "501 5.5.2 Invalid base64 data: " + err.Error()
	case a.Fault == Endless:
		return "334 " + base64.StdEncoding.EncodeToString([]byte("and then?"))
	case a.Fault == NotBase64:
		return "334 Go on, please"
	}
	challenge, done, ok := c.login.next(response)
	switch {
	case done && (ok || a.Fault == TakesAll):
		c.proved = "somebody"
		return "235 2.7.0 Authentication successful" + echo
	case done:
		return "535 5.7.8 Error: authentication failed" + echo
	}
	return "334 " + base64.StdEncoding.EncodeToString([]byte(challenge))
}

// decodeResponse reads base64; "=" stands for an empty initial response.
func decodeResponse(line string, initial bool) (string, error) {
	if initial && line == "=" {
		return "", nil
	}
	b, err := base64.StdEncoding.DecodeString(line)
	if err != nil || initial && line == "" {
		return "", errors.New("not a response")
	}
	return string(b), nil
}

// exchange reads the client's responses after a 334 until the login is over.
func (c *Conn) exchange() {
	for {
		line, err := c.readLine(false)
		if err != nil {
			c.done = true
			return
		}
		said := c.answerLogin(line, false)
		c.out = append(c.out, replyBytes(said)...)
		if !strings.HasPrefix(said, "334") {
			c.user = c.proved
			return
		}
	}
}

// verifier returns the server's side of a mechanism, nil for one that is not
// offered.
func (c *Conn) verifier(mech string) verifier {
	a := c.srv.auth
	if !slices.ContainsFunc(a.mechanisms(), func(m string) bool { return strings.EqualFold(m, mech) }) {
		return nil
	}
	switch mech {
	case "PLAIN":
		return &plainVerifier{a.Users}
	case "LOGIN":
		return &loginVerifier{users: a.Users}
	case "CRAM-MD5":
		return &cramVerifier{users: a.Users, challenge: "<1896." + randomText() + "@" + c.srv.hostname + ">"}
	case "DIGEST-MD5":
		return &digestVerifier{auth: a, nonce: randomText(), realm: c.srv.hostname}
	case "XOAUTH2", "OAUTHBEARER":
		return &tokenVerifier{tokens: a.Tokens, bearer: mech == "OAUTHBEARER"}
	case "EXTERNAL", "ANONYMOUS":
		return anyVerifier{}
	case "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS":
		return newScramVerifier(a, mech, c.tls)
	}
	return nil
}

// checkAuth says what is wrong with an Auth, nil for nothing.
func checkAuth(a *Auth) error {
	if a == nil {
		return nil
	}
	known := []string{
		"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS",
		"XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS",
	}
	for _, m := range a.Mechanisms {
		if !slices.Contains(known, m) {
			return fmt.Errorf("%q is not a mechanism (%s)", m, strings.Join(known, ", "))
		}
	}
	switch a.Fault {
	case AuthSound, WrongSignature, NoSignature, NotBase64, Endless, TakesAll, Echoes:
		return nil
	}
	return fmt.Errorf("%q is not a fault of a login", a.Fault)
}
