package sasl

import (
	"crypto/tls"
	"errors"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	const all = "LOGIN PLAIN XOAUTH2 EXTERNAL CRAM-MD5 NTLM DIGEST-MD5 GSSAPI SCRAM-SHA-1 SCRAM-SHA-256-PLUS scram-sha-256"
	for _, test := range []struct{ name, offered, password, want string }{
		{"the strongest", all, "p", "SCRAM-SHA-256"}, // not bound: there is no TLS
		{"one that can carry the password", all, "p\u0007", "DIGEST-MD5"},
		{"no order of the server", "LOGIN PLAIN NTLM", "p", "NTLM"},
		{"the last resort", "login XOAUTH2", "p", "LOGIN"},
	} {
		got, client, err := Choose(strings.Fields(test.offered), Config{User: "u", Password: test.password})
		if err != nil || got != test.want || client == nil {
			t.Errorf("%s: %q, %v; want %s", test.name, got, err, test.want)
		}
	}
	var offer *ChallengeError
	if _, _, err := Choose([]string{"XOAUTH2", "GSSAPI"}, Config{User: "u", Password: "p"}); !errors.As(err, &offer) || !strings.Contains(err.Error(), "XOAUTH2 GSSAPI") {
		t.Errorf("tokens alone: %v; want a ChallengeError that names what is offered", err)
	}
	var ours *ConfigError
	if _, _, err := Choose([]string{"PLAIN"}, Config{User: "u", Password: "\x00"}); !errors.As(err, &ours) {
		t.Errorf("a password that nothing carries: %v; want a ConfigError", err)
	}
}

// TestChooseBinds holds that a login is bound to the connection where that is
// offered and there is one to bind to.
func TestChooseBinds(t *testing.T) {
	t.Parallel()
	client, _ := connection(t, tls.VersionTLS13)
	got, _, err := Choose([]string{"SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"}, Config{User: "u", Password: "p", TLS: client})
	if err != nil || got != "SCRAM-SHA-1-PLUS" {
		t.Errorf("%q, %v; want SCRAM-SHA-1-PLUS", got, err)
	}
}
