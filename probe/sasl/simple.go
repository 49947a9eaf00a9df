package sasl

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"strings"

	"github.com/emersion/go-sasl"
)

// oneShot is a mechanism of one message, which the library makes.
type oneShot struct {
	client sasl.Client
	secret bool
}

func (o *oneShot) first() (Response, bool) {
	_, data, err := o.client.Start()
	return Response{Data: data, Secret: o.secret}, err == nil
}

func (o *oneShot) next([]byte) (Response, error) {
	return Response{}, badChallenge("the server asks for more than the mechanism has")
}

func (o *oneShot) finish() error { return nil }

func newPlain(c *Config) (mechanism, error) {
	// RFC 4616 section 2: NUL divides the three parts. The server prepares
	// the strings, so they go as they are.
	for _, part := range []string{c.Authzid, c.User, c.Password} {
		if strings.Contains(part, "\x00") {
			return nil, badConfig("PLAIN cannot carry a NUL in a name or password")
		}
	}
	return &oneShot{sasl.NewPlainClient(c.Authzid, c.User, c.Password), true}, nil
}

// newExternal asks to be who the connection says (RFC 4422 appendix A).
func newExternal(c *Config) mechanism {
	identity := c.Authzid
	if identity == "" {
		identity = c.User
	}
	return &oneShot{sasl.NewExternalClient(identity), false}
}

// newAnonymous gives the user as trace information (RFC 4505).
func newAnonymous(c *Config) mechanism {
	return &oneShot{sasl.NewAnonymousClient(c.User), false}
}

// login is the obsolete LOGIN: user and password, each after a prompt. What
// the prompts say differs between servers and means nothing.
type login struct {
	user, password string
	step           int
}

func (l *login) first() (Response, bool) {
	l.step = 1
	return Response{Data: []byte(l.user)}, true
}

func (l *login) next([]byte) (Response, error) {
	l.step++
	switch l.step {
	case 1:
		return Response{Data: []byte(l.user)}, nil
	case 2:
		return Response{Data: []byte(l.password), Secret: true}, nil
	}
	return Response{}, badChallenge("the server asks for more than user and password")
}

func (l *login) finish() error {
	if l.step < 2 {
		return badChallenge("the server says yes before it was told the password")
	}
	return nil
}

// cram is CRAM-MD5 (RFC 2195).
type cram struct {
	user, password string
	done           bool
}

func (c *cram) first() (Response, bool) { return Response{}, false }

func (c *cram) next(challenge []byte) (Response, error) {
	if c.done {
		return Response{}, badChallenge("the server asks for more than one answer")
	}
	c.done = true
	mac := hmac.New(md5.New, []byte(c.password))
	mac.Write(challenge)
	digest := hex.EncodeToString(mac.Sum(nil))
	r := Response{Data: []byte(c.user + " " + digest), Secret: true, Hide: []string{digest}}
	if len(challenge) == 0 {
		r.Note = "the challenge is empty: the answer to it can be used again by whoever sees it (RFC 2195 section 2)"
	}
	return r, nil
}

func (c *cram) finish() error {
	if !c.done {
		return badChallenge("the server says yes before it sent a challenge")
	}
	return nil
}
