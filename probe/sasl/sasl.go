// Package sasl is the client's side of the SASL mechanisms (RFC 4422) that
// mail servers offer: PLAIN, LOGIN, CRAM-MD5, DIGEST-MD5, NTLM, SCRAM, XOAUTH2,
// OAUTHBEARER, EXTERNAL and ANONYMOUS.
//
// New makes a Client for one login. First returns the initial response, Next
// the response to each challenge, and Finish says whether the server has
// shown what the mechanism asks of it. Challenges and responses are bytes
// here; SMTP carries them in base64 (RFC 4954), which is not this package's
// business.
//
// SCRAM is written out here, because the library for it makes large tables
// whenever a program starts; the tests play it against that library.
package sasl

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// Config says who logs in, and how.
type Config struct {
	// Mechanism is the name of the mechanism, in any case.
	Mechanism string
	// User is the authentication identity, Authzid the identity to act as;
	// an empty Authzid stands for the user's own.
	User, Authzid string
	// Password is the password, or the token of XOAUTH2 and OAUTHBEARER.
	Password string
	// Host and Port are the server's, for OAUTHBEARER; DIGEST-MD5 names the
	// host too.
	Host string
	Port uint16
	// TLS is the state of the connection, nil without TLS; Binding is the
	// type of channel binding of the mechanisms with -PLUS, empty for
	// tls-exporter (RFC 9266) under TLS 1.3 and else tls-server-end-point
	// (RFC 5929 section 4).
	TLS     *tls.ConnectionState
	Binding string
}

// The types of channel binding.
const (
	BindingExporter = "tls-exporter"
	BindingEndPoint = "tls-server-end-point"
)

// Response is what the client answers.
type Response struct {
	// Data is the response; nil and empty mean an empty one.
	Data []byte
	// Secret is true if Data gives the password away, or lets it be guessed
	// without asking the server.
	Secret bool
	// Hide are further texts that do so: parts of Data, or of the challenge.
	Hide []string
	// Note is a finding on what the server sent.
	Note string
}

// ConfigError says why a login cannot be begun: the fault is the caller's,
// and nothing was sent.
type ConfigError struct{ Message string }

// Error returns the message.
func (e *ConfigError) Error() string { return e.Message }

func badConfig(format string, args ...any) error {
	return &ConfigError{fmt.Sprintf(format, args...)}
}

// ChallengeError says what is wrong with what a server sent.
type ChallengeError struct {
	Message string
	// Unproved is true if the server has not proved that it knows the
	// password: it may be another than it seems.
	Unproved bool
}

// Error returns the message.
func (e *ChallengeError) Error() string { return e.Message }

func badChallenge(format string, args ...any) error {
	return &ChallengeError{Message: fmt.Sprintf(format, args...)}
}

func unproved(message string) error { return &ChallengeError{message, true} }

// mechanism is one mechanism in one login.
type mechanism interface {
	// first returns the initial response; ok is false where the server
	// speaks first.
	first() (r Response, ok bool)
	// next answers a challenge; the empty one that asks for the initial
	// response is not among them.
	next(challenge []byte) (Response, error)
	// finish says what is missing although the server said yes.
	finish() error
}

// Client is one login. One goroutine uses it, once.
type Client struct{ m mechanism }

// New begins a login. The error is a *ConfigError.
func New(c Config) (*Client, error) {
	m, err := newMechanism(&c)
	if err != nil {
		return nil, err
	}
	return &Client{m}, nil
}

func newMechanism(c *Config) (mechanism, error) {
	switch name := strings.ToUpper(c.Mechanism); name {
	case "PLAIN":
		return newPlain(c)
	case "LOGIN":
		return &login{user: c.User, password: c.Password}, nil
	case "CRAM-MD5":
		return &cram{user: c.User, password: c.Password}, nil
	case "DIGEST-MD5":
		return newDigest(c), nil
	case "NTLM":
		return &ntlm{user: c.User, password: c.Password}, nil
	case "XOAUTH2":
		return newXOAuth2(c)
	case "OAUTHBEARER":
		return newOAuthBearer(c)
	case "EXTERNAL":
		return newExternal(c), nil
	case "ANONYMOUS":
		return newAnonymous(c), nil
	case "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS":
		return newSCRAM(c, name)
	}
	return nil, badConfig("%q is not a mechanism that is known here", c.Mechanism)
}

// First returns the initial response; ok is false where there is none,
// because the server speaks first. Calling it twice is an error of the
// caller's that the server will see.
func (c *Client) First() (r Response, ok bool) { return c.m.first() }

// Next answers a challenge. The error is a *ChallengeError; the login must
// then be cancelled.
func (c *Client) Next(challenge []byte) (Response, error) { return c.m.next(challenge) }

// Finish is called when the server said yes. It fails with a
// *ChallengeError if the server has not proved that it knows the password,
// where the mechanism asks for that proof.
func (c *Client) Finish() error { return c.m.finish() }
