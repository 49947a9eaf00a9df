package sasl

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// exchange plays challenges against a client and returns its responses, the
// initial one first where there is one.
func exchange(t *testing.T, c *Client, challenges ...string) []Response {
	t.Helper()
	var out []Response
	if r, ok := c.First(); ok {
		out = append(out, r)
	}
	for _, challenge := range challenges {
		r, err := c.Next([]byte(challenge))
		if err != nil {
			t.Fatalf("Next(%q): %v", challenge, err)
		}
		out = append(out, r)
	}
	return out
}

// TestMechanisms plays the examples of the documents, and what goes beyond.
func TestMechanisms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		config     Config
		challenges []string
		want       []string
	}{
		{
			"PLAIN, RFC 4616 section 4",
			Config{Mechanism: "plain", User: "tim", Password: "tanstaaftanstaaf"},
			nil,
			[]string{"\x00tim\x00tanstaaftanstaaf"},
		},
		{
			"PLAIN as another, RFC 4616 section 4",
			Config{Mechanism: "PLAIN", User: "Kurt", Authzid: "Ursel", Password: "xipj3plmq"},
			nil,
			[]string{"Ursel\x00Kurt\x00xipj3plmq"},
		},
		{
			"PLAIN prepares nothing",
			Config{Mechanism: "PLAIN", User: "a b", Password: " p%20w\u00aa "},
			nil,
			[]string{"\x00a b\x00 p%20w\u00aa "},
		},
		{
			"LOGIN, initial response",
			Config{Mechanism: "LOGIN", User: "kate", Password: "pa ss"},
			[]string{"Passwort?"},
			[]string{"kate", "pa ss"},
		},
		{
			"CRAM-MD5, RFC 2195 section 2",
			Config{Mechanism: "CRAM-MD5", User: "tim", Password: "tanstaaftanstaaf"},
			[]string{"<1896.697170952@postoffice.reston.mci.net>"},
			[]string{"tim b913a602c7eda7a495b4e6e7334d3890"},
		},
		{
			"XOAUTH2",
			Config{Mechanism: "XOAUTH2", User: "someuser@example.com", Password: "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"},
			[]string{`{"status":"401","schemes":"bearer mac","scope":"https://mail.example.com/"}`},
			[]string{"user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01", ""},
		},
		{
			"OAUTHBEARER, RFC 7628 section 4.1",
			Config{
				Mechanism: "OAUTHBEARER", User: "user@example.com", Host: "server.example.com", Port: 143,
				Password: "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
			},
			[]string{`{"status":"invalid_token"}`},
			[]string{
				"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01",
				"\x01",
			},
		},
		{
			"OAUTHBEARER writes names as GS2 has them",
			Config{Mechanism: "OAUTHBEARER", User: "a=b,c", Password: "t"},
			nil,
			[]string{"n,a=a=3Db=2Cc,\x01auth=Bearer t\x01\x01"},
		},
		{"EXTERNAL", Config{Mechanism: "EXTERNAL"}, nil, []string{""}},
		{"EXTERNAL as another", Config{Mechanism: "EXTERNAL", Authzid: "kate"}, nil, []string{"kate"}},
		{"ANONYMOUS, RFC 4505 section 2", Config{Mechanism: "ANONYMOUS", User: "sirhc"}, nil, []string{"sirhc"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := New(test.config)
			if err != nil {
				t.Fatal(err)
			}
			got := exchange(t, c, test.challenges...)
			if len(got) != len(test.want) {
				t.Fatalf("%d responses; want %d", len(got), len(test.want))
			}
			for i := range got {
				if string(got[i].Data) != test.want[i] {
					t.Errorf("response %d is %q; want %q", i, got[i].Data, test.want[i])
				}
				if p := test.config.Password; p != "" && strings.Contains(test.want[i], p) && !got[i].Secret {
					t.Errorf("response %d has the password in it and does not say so", i)
				}
			}
			if _, bearer := c.m.(*bearer); bearer && len(test.challenges) == 0 {
				return // a refusal, which is answered
			}
			if _, err := c.Next([]byte("and more")); err == nil {
				t.Error("a challenge too many is answered")
			}
		})
	}
}

// TestLoginWithoutInitialResponse holds that the user comes after the first
// prompt where it was not sent before.
func TestLoginWithoutInitialResponse(t *testing.T) {
	t.Parallel()
	c, err := New(Config{Mechanism: "LOGIN", User: "kate", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"kate", "p"} {
		r, err := c.Next([]byte("?"))
		if err != nil || string(r.Data) != want || r.Secret != (i == 1) {
			t.Errorf("Next = %q, secret %v, %v; want %q", r.Data, r.Secret, err, want)
		}
	}
}

// TestTooEarly holds that a yes before the mechanism is through is no login.
func TestTooEarly(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1", "SCRAM-SHA-256"} {
		c, err := New(Config{Mechanism: name, User: "u", Password: "p"})
		if err != nil {
			t.Fatal(err)
		}
		c.First()
		var wrong *ChallengeError
		if err := c.Finish(); !errors.As(err, &wrong) {
			t.Errorf("%s: Finish after the first message = %v; want a ChallengeError", name, err)
		}
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]Config{
		"unknown":         {Mechanism: "GSSAPI"},
		"NUL in PLAIN":    {Mechanism: "PLAIN", User: "u", Password: "a\x00b"},
		"control":         {Mechanism: "XOAUTH2", User: "u", Password: "a\x01b"},
		"not UTF-8":       {Mechanism: "SCRAM-SHA-256", User: "u", Password: "a\xff"},
		"prohibited":      {Mechanism: "SCRAM-SHA-256", User: "u", Password: "a\u0007"},
		"PLUS, clear":     {Mechanism: "SCRAM-SHA-256-PLUS", User: "u", Password: "p"},
		"mixed direction": {Mechanism: "SCRAM-SHA-1", User: "u", Password: "\u0627a"},
	} {
		_, err := New(config)
		var bad *ConfigError
		if !errors.As(err, &bad) {
			t.Errorf("%s: New = %v; want a ConfigError", name, err)
			continue
		}
		if p := config.Password; len(p) > 1 && strings.Contains(err.Error(), p) {
			t.Errorf("%s: the error shows the password: %v", name, err)
		}
	}
}

// FuzzChallenge holds that no challenge makes a client panic, work for ever
// or say the password in an error.
func FuzzChallenge(f *testing.F) {
	const nonce = "fyko+d2lbbFgONRv9qkxdawL"
	f.Add(byte(0), []byte(""), []byte(""))                                             // PLAIN is asked for more
	f.Add(byte(1), []byte("Username:"), []byte("Password:"))                           // LOGIN
	f.Add(byte(2), []byte("<1@host>"), []byte("again"))                                // CRAM-MD5, twice
	f.Add(byte(3), []byte("r="+nonce+"x,s=QSXCR+Q6sek8bf92,i=4096"), []byte("v=AA==")) // a wrong signature
	f.Add(byte(3), []byte("r="+nonce+"x,s=QSXCR+Q6sek8bf92,i=2000001"), []byte(""))    // too many iterations
	f.Add(byte(3), []byte("m=ext,r="+nonce+"x"), []byte("e=other-error"))              // an extension
	f.Add(byte(4), []byte(`{"status":"401"}`), []byte("\x00"))                         // a token refused
	f.Add(byte(5), []byte(`realm="a\"b",nonce="x",qop="auth",algorithm=md5-sess`), []byte("rspauth=00"))
	f.Add(byte(6), []byte("NTLMSSP\x00\x02\x00\x00\x00"+strings.Repeat("\xff", 40)), []byte("NTLMSSP\x00\x02\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, which byte, one, two []byte) {
		if at := strings.Index(string(one), "i="); at >= 0 && len(one) > at+6 {
			t.Skip("many iterations take their time")
		}
		const password = "correct horse battery"
		config := Config{User: "kate", Password: password}
		var m mechanism
		var err error
		switch which % 7 {
		case 3:
			m, err = newSCRAMWithNonce(&config, "SCRAM-SHA-256", nonce)
		default:
			config.Mechanism = []string{"PLAIN", "LOGIN", "CRAM-MD5", "", "OAUTHBEARER", "DIGEST-MD5", "NTLM"}[which%7]
			m, err = newMechanism(&config)
		}
		if err != nil {
			t.Fatal(err)
		}
		m.first()
		for _, challenge := range [][]byte{one, two} {
			r, err := m.next(challenge)
			var wrong *ChallengeError
			switch {
			case err != nil && !errors.As(err, &wrong):
				t.Fatalf("Next = %v; want a ChallengeError", err)
			case err != nil && strings.Contains(err.Error(), password), strings.Contains(r.Note, password):
				t.Fatalf("the password is shown: %v %s", err, r.Note)
			case err != nil:
				return
			case strings.Contains(string(r.Data), password) && !r.Secret:
				t.Fatalf("%q is no secret", r.Data)
			}
		}
	})
}
