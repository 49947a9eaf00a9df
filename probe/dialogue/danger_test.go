package dialogue_test

import (
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// advised fails a test unless the check's hint has all words, and none behind
// a "!".
func advised(t *testing.T, c *result.Check, words ...string) {
	t.Helper()
	for _, word := range words {
		without, not := strings.CutPrefix(word, "!")
		if strings.Contains(c.Hint, without) == not {
			t.Errorf("%v, %q: hint is %q; want it with %q", c.Status, c.Message, c.Hint, word)
		}
	}
}

// A hole says what it is, and not that some command is unknown.
func TestHolesAreNamed(t *testing.T) {
	t.Parallel()
	relay := sandbox.Server{Relay: true}
	foreign := "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - {send: \"RCPT TO:<%s>\", expect: %w}\n"
	at := func(path, want string) string { return strings.NewReplacer("%s", path, "%w", want).Replace(foreign) }
	for _, tc := range []struct {
		name, src string
		server    sandbox.Server
		want      []string
	}{
		{"injection", builtin(t, "@starttls-injection"), sandbox.Server{TLS: &sandbox.TLS{KeepsPlaintext: true}}, []string{"CVE-2011-0411", "upgrade", "!typing error"}},
		{"EHLO refused without injection", overTLS("{verify: false}") + "  - {send: EHLO x, expect: 250}\n", sandbox.Server{TLS: &sandbox.TLS{}, Rules: []sandbox.Rule{{On: "EHLO x", Reply: "500 no"}}}, []string{"!CVE"}},
		{"relay", builtin(t, "@relay"), relay, []string{"suspicious", "not yet proof", "if the message arrives it is an open relay"}},
		{"relay by its own domain", at("a%b.test@example.test", "5xx"), sandbox.Server{Users: []string{"*"}}, []string{"open relay"}},
		{"relay by a route", at("@example.test:a@b.test", "[5xx, 454]"), relay, []string{"open relay"}},
		{"relay, with the codes in another order", at("a@b.test", "[4xx, 5xx]"), relay, []string{"open relay"}},
		{"a recipient that may be taken", at("a@b.test", "[550, 252]"), relay, []string{"!relay"}},
		{"a recipient of the domain", at("nobody@example.test", "5xx"), sandbox.Server{Users: []string{"*"}}, []string{"!relay"}},
		{"a recipient elsewhere, as asked", at("a@b.test", "251"), relay, []string{"!relay"}},
		{"smuggling", apart(smuggling(t, func(v variant) bool { return v.name == "LF . LF" })), sandbox.Server{Ends: []string{"\n.\n"}}, []string{"smuggle", "upgrade"}},
		{"no STARTTLS", builtin(t, "@starttls"), sandbox.Server{}, []string{"in clear", "STARTTLS"}},
		{"no SIZE", "steps:\n  - {send: EHLO x, offers: NOSUCH}\n", sandbox.Server{}, []string{"!clear"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, tc.server)
			d := playWith(t, t.Context(), runner(t, w), checks(t, settings(w), tc.src))
			c := only(t, &d)
			if c.Status != result.Fail {
				t.Fatalf("check is %v, %q; want a failure", c.Status, c.Message)
			}
			advised(t, c, tc.want...)
		})
	}
}
