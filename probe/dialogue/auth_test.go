package dialogue_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/xdg-go/scram"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// allMechanisms are those a server of the sandbox can offer in clear.
func allMechanisms() []string {
	return []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS"}
}

// authServer takes logins in clear, under every mechanism.
func authServer(fault sandbox.AuthFault, rules ...sandbox.Rule) sandbox.Server {
	return sandbox.Server{Rules: rules, Auth: &sandbox.Auth{
		Users:      map[string]string{"kate": "corr\u00e9ct 100% horse", "with,=": "p"},
		Tokens:     map[string]string{"kate": "corr\u00e9ct 100% horse"},
		Mechanisms: allMechanisms(), Clear: true, Required: true, Fault: fault,
	}}
}

// logInWith plays one auth step with the password in a secret.
func logInWith(t *testing.T, w *sandbox.World, password, stepYAML string) *result.Check {
	t.Helper()
	set := settings(w)
	set.Transcript = dialogue.TranscriptAlways
	set.Getenv = func(name string) (string, bool) { return password, name == "PASSWORD" }
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, `
name: login
secrets: {password: {env: PASSWORD}}
steps:
  - EHLO ${helo}
`+stepYAML+`
  - send: MAIL FROM:<${from}>
    if: authenticated
`))
	return only(t, &d)
}

const rightPassword = "corr\u00e9ct 100% horse"

// TestLoginEachMechanism logs in with the right and a wrong password, with and
// without initial response.
func TestLoginEachMechanism(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, authServer(sandbox.AuthSound))
	for _, mech := range allMechanisms() {
		for _, initial := range []string{"", "\n    initial: false", "\n    initial: true"} {
			if strings.HasSuffix(mech, "-MD5") && strings.Contains(initial, "true") {
				continue
			}
			auth := "  - auth: " + mech + "\n    user: kate\n    password: ${password}\n    allow_clear: true" + initial
			c := logInWith(t, w, rightPassword, auth)
			expect(t, c, ending{status: result.Pass, step: -1})
			if s := step(t, c, 3); s.Code != 250 {
				t.Errorf("%s%s: MAIL after the login got %d; want 250", mech, initial, s.Code)
			}
			if mech == "EXTERNAL" || mech == "ANONYMOUS" {
				continue
			}
			expect(t, logInWith(t, w, "wrong", auth), ending{result.Fail, result.Reply, 2, "535"})
			refused := logInWith(t, w, "wrong", auth+"\n    expect: 535")
			expect(t, refused, ending{status: result.Pass, step: -1})
			if s := step(t, refused, 3); s.Status != result.Skip {
				t.Errorf("%s%s: the session counts as authenticated after 535", mech, initial)
			}
		}
	}
}

// TestLoginOtherServer plays SCRAM over SMTP with the server of a library, so
// that a mistake of ours cannot agree with itself.
func TestLoginOtherServer(t *testing.T) {
	t.Parallel()
	for mech, hash := range map[string]scram.HashGeneratorFcn{"SCRAM-SHA-1": scram.SHA1, "SCRAM-SHA-256": scram.SHA256} {
		w := with(t, sandbox.Rule{On: "AUTH", Func: func(c *sandbox.Conn, line string) { libraryLogin(c, line, hash) }})
		auth := "  - auth: " + mech + "\n    user: kate\n    password: ${password}\n    allow_clear: true"
		expect(t, logInWith(t, w, rightPassword, auth), ending{status: result.Pass, step: -1})
		expect(t, logInWith(t, w, "wrong", auth), ending{result.Fail, result.Reply, 2, "535"})
	}
}

func libraryLogin(c *sandbox.Conn, line string, hash scram.HashGeneratorFcn) {
	server, err := hash.NewServer(func(string) (scram.StoredCredentials, error) {
		client, err := hash.NewClient("kate", rightPassword, "")
		if err != nil {
			return scram.StoredCredentials{}, err
		}
		return client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "salt", Iters: 4096})
	})
	if err != nil {
		_ = c.Reply("454 4.7.0 " + err.Error())
		return
	}
	conversation := server.NewConversation()
	words := strings.Fields(line)
	response, err := base64.StdEncoding.DecodeString(words[len(words)-1])
	for err == nil && !conversation.Done() {
		var challenge string
		if challenge, err = conversation.Step(string(response)); err != nil {
			break
		}
		_ = c.Reply("334 " + base64.StdEncoding.EncodeToString([]byte(challenge)))
		if line, err = c.ReadLine(); err == nil {
			response, err = base64.StdEncoding.DecodeString(line)
		}
	}
	if err != nil || !conversation.Valid() {
		_ = c.Reply("535 5.7.8 no")
		return
	}
	_ = c.Reply("235 2.7.0 yes")
}

// An empty initial response is "=", "*" cancels and is answered with 501, a
// line may have 12288 octets, and nothing is sent in clear unless told (RFC
// 4954 section 4).
func TestTrap36EmptyInitialResponse(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, authServer(sandbox.AuthSound))
	expect(t, logInWith(t, w, "x", "  - {auth: EXTERNAL, allow_clear: true}"), ending{status: result.Pass, step: -1})
	expect(t, logInWith(t, w, "x", "  - {auth: EXTERNAL, initial: false, allow_clear: true}"), ending{status: result.Pass, step: -1})
	var got []string
	for _, line := range received(t, w) {
		if strings.HasPrefix(line, "AUTH") || line == "" || line == "=" {
			got = append(got, line)
		}
	}
	want := []string{"AUTH EXTERNAL =", "AUTH EXTERNAL", ""}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestTrap36Cancel(t *testing.T) {
	t.Parallel()
	for _, mech := range allMechanisms() {
		w := start(t, oneHost, authServer(sandbox.AuthSound))
		c := logInWith(t, w, rightPassword, "  - {auth: "+mech+", cancel: true, allow_clear: true}\n  - NOOP")
		expect(t, c, ending{status: result.Pass, step: -1})
		if s := step(t, c, 2); s.Code != 501 {
			t.Errorf("%s: cancelled login got %d; want 501", mech, s.Code)
		}
		if got := received(t, w); len(got) != 5 || got[1] != "AUTH "+mech || got[2] != "*" {
			t.Errorf("%s: got %q; want AUTH, an asterisk and NOOP", mech, got)
		}
	}
}

func TestTrap36LongLines(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("long-token", 900) // 9000 octets, 12 kB in base64
	server := authServer(sandbox.AuthSound)
	server.Auth.Tokens["kate"] = token
	w := start(t, oneHost, server)
	auth := "  - auth: XOAUTH2\n    user: kate\n    password: ${password}\n    allow_clear: true"
	c := logInWith(t, w, token, auth)
	expect(t, c, ending{status: result.Pass, step: -1})
	if got := received(t, w); got[1] != "AUTH XOAUTH2" {
		t.Errorf("got %.80q; want the initial response to wait, since the line would have over 512 octets", got[1])
	}
	expect(t, logInWith(t, w, token, auth+"\n    initial: true"), ending{status: result.Pass, step: -1})

	challenge := strings.Repeat("QUFB", 12288/4)
	w = with(t, sandbox.Rule{On: "AUTH", Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("334 " + challenge)
		if _, err := c.ReadLine(); err == nil {
			_ = c.Reply("235 2.7.0 yes")
		}
	}})
	expect(t, logInWith(t, w, "x", "  - {auth: CRAM-MD5, user: kate, password: \"${password}\", allow_clear: true}"),
		ending{status: result.Pass, step: -1})
	w = with(t, sandbox.Rule{On: "AUTH", Reply: "334 " + challenge + "QUFB"}, sandbox.Rule{On: "NOOP", Reply: "250 " + strings.Repeat("x", 9000)})
	expect(t, logInWith(t, w, "x", "  - {auth: CRAM-MD5, user: kate, password: \"${password}\", allow_clear: true}"),
		ending{result.Fail, result.Protocol, 2, "too long"})
	expect(t, logInWith(t, w, "x", "  - NOOP"), ending{result.Fail, result.Protocol, 2, "too long"})
}

func TestTrap36NotInClear(t *testing.T) {
	t.Parallel()
	server := authServer(sandbox.AuthSound)
	w := start(t, oneHost, server)
	// Whatever the server says: refused before there is a connection.
	_, err := dialogue.New(t.Context(), parse(t, "steps:\n  - {auth: PLAIN, user: u, password: p}")[0], dialogue.NewRun(settings(w)))
	if err == nil || !strings.Contains(err.Error(), "in clear") {
		t.Errorf("NewDialogue = %v; want a problem with the login in clear", err)
	}
	// Where it hangs on the server: refused at the step.
	c := logInWith(t, w, rightPassword, "  - {starttls: {}, if: STARTTLS}\n  - {auth: PLAIN, user: kate, password: \"${password}\"}")
	expect(t, c, ending{result.Inconclusive, result.Local, 3, "not sent in clear"})
	for _, line := range received(t, w) {
		if strings.HasPrefix(line, "AUTH") {
			t.Errorf("the server got %q", line)
		}
	}
}

// TestServerMustProveItself holds that a server which cannot sign, or says yes
// without a signature, is never taken for the right one.
func TestServerMustProveItself(t *testing.T) {
	t.Parallel()
	for fault, message := range map[sandbox.AuthFault]string{
		sandbox.WrongSignature: " is wrong", sandbox.NoSignature: "says yes ", sandbox.TakesAll: "",
	} {
		w := start(t, oneHost, authServer(fault))
		for _, mech := range []string{"SCRAM-SHA-1", "SCRAM-SHA-256", "DIGEST-MD5"} {
			c := logInWith(t, w, rightPassword, "  - {auth: "+mech+", user: kate, password: \"${password}\", allow_clear: true}")
			if fault == sandbox.TakesAll {
				// It knows the password and signs for it.
				expect(t, c, ending{status: result.Pass, step: -1})
				continue
			}
			expect(t, c, ending{result.Fail, result.Protocol, 2, message})
			if s := c.Steps[len(c.Steps)-1]; s.Name != "QUIT" || s.Code != 221 {
				t.Errorf("%s, %s: the session ends with %s %d; want QUIT 221", fault, mech, s.Name, s.Code)
			}
		}
	}
}

// TestBrokenExchanges plays what servers send that is no login.
func TestBrokenExchanges(t *testing.T) {
	t.Parallel()
	plain := "  - {auth: PLAIN, user: kate, password: \"${password}\", initial: false, allow_clear: true}"
	login := "  - {auth: LOGIN, user: kate, password: \"${password}\", allow_clear: true}"
	for name, test := range map[string]struct {
		server sandbox.Server
		step   string
		want   ending
	}{
		"not base64":  {authServer(sandbox.NotBase64), plain, ending{result.Fail, result.Protocol, 2, "not base64"}},
		"never ends":  {authServer(sandbox.Endless), login, ending{result.Fail, result.Protocol, 2, "more than user and password"}},
		"many lines":  {sandbox.Server{Rules: []sandbox.Rule{{On: "AUTH", Reply: "334-QQ==\n334 QQ=="}}}, login, ending{result.Fail, result.Protocol, 2, "more than one line"}},
		"not offered": {sandbox.Server{}, plain, ending{result.Fail, result.Reply, 2, "502"}},
		"temporary":   {sandbox.Server{Rules: []sandbox.Rule{{On: "AUTH", Reply: "454 4.7.0 later"}}}, plain, ending{result.Inconclusive, result.Temporary, 2, "454"}},
		"yes at once": {sandbox.Server{Rules: []sandbox.Rule{{On: "AUTH", Reply: "235 2.7.0 hello"}}}, login, ending{result.Fail, result.Protocol, 2, "before it was told the password"}},
		"hangs up":    {sandbox.Server{Rules: []sandbox.Rule{{On: "AUTH", Close: true}}}, plain, ending{result.Fail, result.EOF, 2, "closed"}},
		"538":         {sandbox.Server{Rules: []sandbox.Rule{{On: "AUTH", Reply: "538 5.7.11 Encryption required"}}}, strings.Replace(plain, "allow", "expect: 538, allow", 1), ending{status: result.Pass, step: -1}},
		"504":         {sandbox.Server{Rules: []sandbox.Rule{{On: "AUTH", Reply: "504 5.5.4 no"}}}, strings.Replace(plain, "allow", "expect: 504, allow", 1), ending{status: result.Pass, step: -1}},
		"no PLUS without TLS": {
			sandbox.Server{},
			"  - {auth: SCRAM-SHA-256-PLUS, user: kate, password: \"${password}\", allow_clear: true}",
			ending{result.Inconclusive, result.Local, 2, "needs TLS"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, test.server)
			expect(t, logInWith(t, w, rightPassword, test.step), test.want)
		})
	}
}

// TestPlainAuthLines holds that a line as typed stays one: 334 and 235 are
// both fine, and 235 makes the session authenticated.
func TestPlainAuthLines(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, authServer(sandbox.AuthSound))
	c := logInWith(t, w, rightPassword, `
  - AUTH LOGIN
  - send: a2F0ZQ==
    expect: 334
  - send: ${password|base64}
    expect: 235`)
	expect(t, c, ending{status: result.Pass, step: -1})
	if s := step(t, c, 5); s.Code != 250 {
		t.Errorf("MAIL got %d; want 250", s.Code)
	}
}

// TestLoginUnderTLS logs in under TLS, bound to the channel and not, and holds
// that a login is forgotten when TLS ends.
func TestLoginUnderTLS(t *testing.T) {
	t.Parallel()
	server := authServer(sandbox.AuthSound)
	server.Auth.Clear = false
	server.Auth.Mechanisms = append(server.Auth.Mechanisms, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS")
	server.TLS = &sandbox.TLS{}
	w := start(t, oneHost, server)
	for _, mech := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"} {
		c := logInWith(t, w, rightPassword, `
  - starttls: {verify: false}
  - send: EHLO ${helo}
    offers: AUTH `+mech+`
  - {auth: `+mech+`, user: kate, password: "${password}"}`)
		expect(t, c, ending{status: result.Pass, step: -1})
		if s := step(t, c, 5); s.Code != 250 {
			t.Errorf("%s: MAIL got %d; want 250", mech, s.Code)
		}
	}
}

// TestAutoMechanism holds that the strongest of what the server offers is
// taken, and that a server with nothing to take fails.
func TestAutoMechanism(t *testing.T) {
	t.Parallel()
	const auth = "  - {auth: auto, user: kate, password: \"${password}\", allow_clear: true}"
	for _, test := range []struct {
		offered []string
		sent    string
		want    ending
	}{
		{allMechanisms(), "AUTH SCRAM-SHA-256 (as kate)", ending{status: result.Pass, step: -1}},
		{[]string{"LOGIN", "PLAIN", "DIGEST-MD5"}, "AUTH DIGEST-MD5 (as kate)", ending{status: result.Pass, step: -1}},
		{[]string{"LOGIN", "PLAIN"}, "AUTH PLAIN (as kate)", ending{status: result.Pass, step: -1}},
		{[]string{"XOAUTH2", "EXTERNAL"}, "", ending{result.Fail, result.Reply, 2, "XOAUTH2 EXTERNAL"}},
		{[]string{}, "", ending{result.Fail, result.Reply, 2, "offers no AUTH"}},
	} {
		server := authServer(sandbox.AuthSound)
		server.Auth.Mechanisms = test.offered
		if len(test.offered) == 0 {
			server = sandbox.Server{}
		}
		c := logInWith(t, start(t, oneHost, server), rightPassword, auth)
		expect(t, c, test.want)
		if s := step(t, c, 2); s.Sent != test.sent {
			t.Errorf("%v: sent %q; want %q", test.offered, s.Sent, test.sent)
		}
	}
}

// TestNTLMInWords plays the exchange of [MS-SMTPNTLM] section 4.1: the server
// asks for the first message in words.
func TestNTLMInWords(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "AUTH", Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("334 NTLM supported")
		if line, err := c.ReadLine(); err == nil && strings.HasPrefix(line, "TlRMTVNTUAABAAAA") {
			_ = c.Reply("535 5.7.3 Authentication unsuccessful")
		}
	}})
	c := logInWith(t, w, rightPassword, "  - {auth: NTLM, user: kate, password: \"${password}\", initial: false, allow_clear: true, expect: 535}")
	expect(t, c, ending{status: result.Pass, step: -1})
}
