package dialogue_test

import (
	"crypto/x509"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// playBuiltin plays a built-in against example.test.
func playBuiltin(t *testing.T, w *sandbox.World, name string, set *dialogue.Settings) *result.Check {
	t.Helper()
	d := playBuiltins(t, w, name, set)
	return only(t, &d)
}

// playBuiltins is playBuiltin for a built-in of several scenarios.
func playBuiltins(t *testing.T, w *sandbox.World, name string, set *dialogue.Settings) result.Domain {
	t.Helper()
	src, ok := scenarios.Builtin(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return playWith(t, t.Context(), runner(t, w), checks(t, set, string(src)))
}

// TestAuthClear holds that a server which offers or takes a login in clear is
// found, and that a sound one passes.
func TestAuthClear(t *testing.T) {
	t.Parallel()
	sound := authServer(sandbox.AuthSound)
	sound.Auth.Clear, sound.TLS = false, &sandbox.TLS{}
	hidden := authServer(sandbox.AuthSound)
	hidden.EHLO = []string{"PIPELINING"}
	hidden.Rules = []sandbox.Rule{{On: "EHLO", Reply: "250 mx1"}}
	for name, test := range map[string]struct {
		server sandbox.Server
		want   ending
	}{
		"no login at all": {sandbox.Server{}, ending{status: result.Pass, step: -1}},
		"only under TLS":  {sound, ending{status: result.Pass, step: -1}},
		"offered":         {authServer(sandbox.AuthSound), ending{result.Fail, result.Reply, 1, "offers AUTH"}},
		"taken":           {hidden, ending{result.Fail, result.Reply, 2, "334"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, test.server)
			expect(t, playBuiltin(t, w, "@auth-clear", settings(w)), test.want)
		})
	}
}

// TestSubmission plays the way of a mail program with the right and a wrong
// password, without one, and without a login to use.
func TestSubmission(t *testing.T) {
	t.Parallel()
	pass := ending{status: result.Pass, step: -1}
	server := authServer(sandbox.AuthSound)
	server.Auth.Clear, server.TLS, server.Ports = false, &sandbox.TLS{}, []uint16{25, 587}
	for name, test := range map[string]struct {
		password        string
		clear, required bool
		rules           []sandbox.Rule
		login, without  ending
	}{
		"sound":              {rightPassword, false, true, nil, pass, pass},
		"wrong password":     {"wrong", false, true, nil, ending{result.Fail, result.Reply, 4, "535"}, pass},
		"offered in clear":   {rightPassword, true, true, nil, ending{result.Fail, result.Reply, 1, "offers AUTH"}, pass},
		"no login needed":    {rightPassword, false, false, nil, pass, ending{result.Fail, result.Reply, 5, "250"}},
		"refused at RCPT":    {rightPassword, false, false, []sandbox.Rule{{On: "RCPT", Reply: "554 5.7.1 Access denied"}}, pass, pass},
		"not known for now":  {rightPassword, false, false, []sandbox.Rule{{On: "RCPT", Reply: "450 4.7.1 Later"}}, pass, ending{result.Inconclusive, result.Temporary, 5, "450"}},
		"no STARTTLS at all": {rightPassword, true, true, []sandbox.Rule{{On: "EHLO", Reply: "250 mx1"}}, ending{result.Fail, result.Reply, 1, "STARTTLS"}, pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := server
			server.Auth = &sandbox.Auth{Users: server.Auth.Users, Clear: test.clear, Required: test.required}
			server.Rules = test.rules
			w := start(t, oneHost, server)
			set := settings(w)
			set.From = "postmaster@example.test"
			set.TLS.Roots = x509.NewCertPool()
			set.TLS.Roots.AppendCertsFromPEM(w.CA())
			set.Getenv = func(name string) (string, bool) {
				return map[string]string{"MXPROBE_USER": "kate", "MXPROBE_PASSWORD": test.password}[name], true
			}
			d := playBuiltins(t, w, "@submission", set)
			checks := d.Hosts[0].Addresses[0].Checks
			if len(checks) != 2 {
				t.Fatalf("%d checks; want 2", len(checks))
			}
			expect(t, &checks[0], test.login)
			expect(t, &checks[1], test.without)
		})
	}
	src, _ := scenarios.Builtin("@submission")
	w := start(t, oneHost, server)
	if _, err := dialogue.New(t.Context(), parse(t, string(src))[0], dialogue.NewRun(settings(w))); err == nil || !strings.Contains(err.Error(), "MXPROBE_PASSWORD") {
		t.Errorf("NewDialogue = %v; want the name of the variable that is not set", err)
	}
}

// TestLoginAmongGroups holds that a login under pipeline: auto waits for what
// was sent before it, and that the group behind it goes on.
func TestLoginAmongGroups(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, authServer(sandbox.AuthSound))
	set := settings(w)
	set.Getenv = func(string) (string, bool) { return rightPassword, true }
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, `
name: grouped
pipeline: auto
secrets: {password: {env: PASSWORD}}
steps:
  - EHLO ${helo}
  - NOOP
  - {auth: SCRAM-SHA-256, user: kate, password: "${password}", allow_clear: true}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
  - RSET
`))
	expect(t, only(t, &d), ending{status: result.Pass, step: -1})
}
