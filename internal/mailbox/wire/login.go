package wire

import (
	"encoding/base64"
	"errors"
	"strings"

	"mxprobe/probe/sasl"
)

// maxChallenges is more than any mechanism has.
const maxChallenges = 10

// Login is a login by SASL in base64, as IMAP (RFC 9051 section 6.2.2) and POP3
// (RFC 5034) carry it.
type Login struct {
	client *sasl.Client
	first  string // the initial response
	begins bool   // it was not sent yet
	asked  int
}

// NewLogin begins a login.
func NewLogin(config sasl.Config) (*Login, error) {
	client, err := sasl.New(config)
	if err != nil {
		return nil, err
	}
	l := &Login{client: client}
	var first sasl.Response
	if first, l.begins = client.First(); len(first.Data) > 0 {
		l.first = base64.StdEncoding.EncodeToString(first.Data)
	}
	return l, nil
}

// Initial returns what stands behind the mechanism in the command: the initial
// response with a blank before it, "=" for an empty one (RFC 4959 section 3, RFC
// 5034 section 4). It is empty where the server speaks first, and for a response
// of more than limit bytes, which waits for the first challenge.
func (l *Login) Initial(limit int) string {
	if !l.begins || len(l.first) > limit {
		return ""
	}
	l.begins = false
	if l.first == "" {
		return " ="
	}
	return " " + l.first
}

// Answer answers a challenge, both in base64.
func (l *Login) Answer(challenge string) (string, error) {
	if l.asked++; l.asked > maxChallenges {
		return "", errors.New("the server does not stop asking")
	}
	if l.begins {
		l.begins = false
		return l.first, nil
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(challenge))
	if err != nil {
		return "", errors.New("the challenge of the server is not base64")
	}
	answer, err := l.client.Next(text)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(answer.Data), nil
}

// Finish is called when the server said yes.
func (l *Login) Finish() error { return l.client.Finish() }
