package sasl

import (
	"slices"
	"strings"
)

// byStrength are the mechanisms that take a password, the strongest first:
// bound to the connection, with a proof of the server, without the password
// itself, and in clear text. Those of tokens are not among them, since nobody
// can tell a token from a password.
func byStrength() []string {
	return []string{
		"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "NTLM", "PLAIN", "LOGIN",
	}
}

// Choose begins a login with the strongest mechanism of those offered that can
// carry the name and the password of a Config, and says which it is. The error
// is a *ConfigError, or a *ChallengeError where none of them takes a password.
func Choose(offered []string, c Config) (mechanism string, client *Client, err error) {
	for _, mechanism = range byStrength() {
		if !slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, mechanism) }) {
			continue
		}
		c.Mechanism = mechanism
		var why error
		if client, why = New(c); why == nil {
			return mechanism, client, nil
		}
		if err == nil {
			err = why
		}
	}
	if err == nil {
		err = badChallenge("the server offers no mechanism that takes a password and is known here: %s", strings.Join(offered, " "))
	}
	return "", nil, err
}
