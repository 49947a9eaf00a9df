package sasl

import (
	"errors"
	"strings"
	"testing"
)

// elwood is the login of RFC 2831 section 4.
func elwood() *digest {
	return &digest{user: "chris", password: "secret", service: "imap/elwood.innosoft.com", cnonce: "OA6MHXh6VqTrRk"}
}

const elwoodChallenge = `realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8`

func TestDigestOfTheRFC(t *testing.T) {
	t.Parallel()
	d := elwood()
	r, err := d.next([]byte(elwoodChallenge))
	if err != nil {
		t.Fatal(err)
	}
	got, err := directives(string(r.Data))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"charset": "utf-8", "username": "chris", "realm": "elwood.innosoft.com", "nonce": "OA6MG9tEQGm2hh", "nc": "00000001",
		"cnonce": "OA6MHXh6VqTrRk", "digest-uri": "imap/elwood.innosoft.com", "response": "d388dad90d4bbd760a152321f2143af7", "qop": "auth",
	} {
		if len(got[name]) != 1 || got[name][0] != want {
			t.Errorf("%s is %q; want %q once", name, got[name], want)
		}
	}
	if err := d.finish(); err == nil {
		t.Error("the login ends well without the proof of the server")
	}
	if r, err = d.next([]byte("rspauth=ea40f60335c427b5527b84dbabcdfffd")); err != nil || len(r.Data) > 0 {
		t.Errorf("the proof is answered with %q, %v; want an empty response", r.Data, err)
	}
	if err := d.finish(); err != nil {
		t.Error(err)
	}
}

func TestDigestRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, challenge, want string }{
		{"no nonce", "algorithm=md5-sess", "0 nonces"},
		{"two nonces", `nonce="a",nonce="b",algorithm=md5-sess`, "2 nonces"},
		{"another algorithm", `nonce="a",algorithm=md5`, "md5-sess"},
		{"no algorithm", `nonce="a"`, "md5-sess"},
		{"layers alone", `nonce="a",algorithm=md5-sess,qop="auth-int,auth-conf"`, "qop"},
		{"an open quote", `nonce="a`, "does not end"},
		{"an open escape", `nonce="a\`, "does not end"},
		{"no value", `nonce`, "name=value"},
		{"no comma", `nonce="a"algorithm=md5-sess`, "no comma"},
		{"another mechanism", "<1896.697170952@postoffice.reston.mci.net>", "name=value"},
	} {
		_, err := elwood().next([]byte(test.challenge))
		var bad *ChallengeError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), test.want) || bad.Unproved {
			t.Errorf("%s: %v; want a ChallengeError with %q", test.name, err, test.want)
		}
	}
	d := elwood()
	d.password = "\u6f22"
	if _, err := d.next([]byte(strings.TrimSuffix(elwoodChallenge, ",charset=utf-8"))); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("a password that ISO 8859-1 has not, for a server without UTF-8: %v", err)
	}
	d = elwood()
	if _, err := d.next([]byte(elwoodChallenge)); err != nil {
		t.Fatal(err)
	}
	var bad *ChallengeError
	if _, err := d.next([]byte("rspauth=d388dad90d4bbd760a152321f2143af7")); !errors.As(err, &bad) || !bad.Unproved {
		t.Errorf("a wrong proof: %v; want one that says so", err)
	}
}

func TestDirectives(t *testing.T) {
	t.Parallel()
	got, err := directives(` realm = "a \"b\\, c" ,, NONCE="", qop=auth,realm=x , `)
	if err != nil {
		t.Fatal(err)
	}
	if r := got["realm"]; len(r) != 2 || r[0] != `a "b\, c` || r[1] != "x" || got["nonce"][0] != "" || got["qop"][0] != "auth" || len(got) != 3 {
		t.Errorf("got %q", got)
	}
	// What is written is read back.
	for _, s := range []string{`a"b`, `a\`, `,`, ``} {
		if got, err := directives("x=" + quote(s)); err != nil || got["x"][0] != s {
			t.Errorf("%q is read back as %q, %v", s, got, err)
		}
	}
}
