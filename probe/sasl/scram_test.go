package sasl

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	library "github.com/xdg-go/scram"
	"github.com/xdg-go/stringprep"
)

// TestSCRAMExamples plays the examples of RFC 5802 section 5 and RFC 7677
// section 3.
func TestSCRAMExamples(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, nonce, first, challenge, response, proof string }{
		{
			"SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL",
			"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
			"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
			"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
			"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
		},
		{
			"SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
			"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
			"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
		},
	} {
		for _, proof := range []string{test.proof, "v=AAAA", "v=", "e=invalid-proof", "", "x=1"} {
			s, err := newSCRAMWithNonce(&Config{User: "user", Password: "pencil"}, test.name, test.nonce)
			if err != nil {
				t.Fatal(err)
			}
			if r, _ := s.first(); string(r.Data) != test.first || r.Secret {
				t.Errorf("%s: first = %q; want %q", test.name, r.Data, test.first)
			}
			r, err := s.next([]byte(test.challenge))
			if err != nil || string(r.Data) != test.response || !r.Secret {
				t.Errorf("%s: next = %q, %v; want %q", test.name, r.Data, err, test.response)
			}
			_, err = s.next([]byte(proof))
			if good := proof == test.proof; (s.finish() == nil) != good || good && err != nil {
				t.Errorf("%s: the proof %q gives %v and %v", test.name, proof, err, s.finish())
			}
		}
	}
}

// TestSCRAMOtherImplementation plays the client against the server of a
// library, so that a mistake cannot agree with itself.
func TestSCRAMOtherImplementation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, user, stored, password string }{
		{"plain", "kate", "pencil", "pencil"},
		{"blanks and percent signs", "kate", " 100% p %20 w ", " 100% p %20 w "},
		{"commas", "ka=te,2", "a,b=c", "a,b=c"},
		{"not ASCII", "ren\u00e9", "p\u00e4ssw\u00f6rd\u2122", "p\u00e4ssw\u00f6rd\u2122"},
		{"prepared, RFC 4013 section 3", "kate", "IX", "I\u00adX\u00ad"},
		{"decomposed", "kate", "\u00e9", "e\u0301"},
		{"ligature", "kate", "fi", "\ufb01"},
	} {
		for _, name := range []string{"SCRAM-SHA-1", "SCRAM-SHA-256"} {
			hash := library.SHA1
			if name == "SCRAM-SHA-256" {
				hash = library.SHA256
			}
			server := libraryServer(t, hash, test.stored)
			c, err := New(Config{Mechanism: name, User: test.user, Password: test.password})
			if err != nil {
				t.Fatal(err)
			}
			if err := login2(c, server.NewConversation()); err != nil {
				t.Errorf("%s, %s: %v", test.name, name, err)
			}
			wrong, err := New(Config{Mechanism: name, User: test.user, Password: test.password + "x"})
			if err != nil {
				t.Fatal(err)
			}
			if login2(wrong, server.NewConversation()) == nil {
				t.Errorf("%s, %s: a wrong password is taken", test.name, name)
			}
		}
	}
}

// libraryServer is a server that knows everybody under one password.
func libraryServer(t *testing.T, hash library.HashGeneratorFcn, password string) *library.Server {
	t.Helper()
	server, err := hash.NewServer(func(user string) (library.StoredCredentials, error) {
		client, err := hash.NewClient(user, password, "")
		if err != nil {
			return library.StoredCredentials{}, err
		}
		return client.GetStoredCredentialsWithError(library.KeyFactors{Salt: "salt and pepper", Iters: 4096})
	})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// login2 plays both sides.
func login2(c *Client, server *library.ServerConversation) error {
	r, _ := c.First()
	for !server.Done() {
		challenge, err := server.Step(string(r.Data))
		if err != nil {
			return err
		}
		if r, err = c.Next([]byte(challenge)); err != nil {
			return err
		}
	}
	return c.Finish()
}

// TestSCRAMPlus binds a login to a real TLS connection, and holds that a
// login bound to another one is refused.
func TestSCRAMPlus(t *testing.T) {
	t.Parallel()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, binding := range []string{"", BindingExporter, BindingEndPoint} {
			ours, theirs := connection(t, version)
			c, err := New(Config{Mechanism: "SCRAM-SHA-256-PLUS", User: "kate", Password: "pencil", TLS: ours, Binding: binding})
			if err != nil {
				t.Fatal(err)
			}
			kind := binding
			if kind == "" {
				kind = map[uint16]string{tls.VersionTLS12: BindingEndPoint, tls.VersionTLS13: BindingExporter}[version]
			}
			bound := libraryBinding(t, kind, ours, theirs)
			server := libraryServer(t, library.SHA256, "pencil")
			if err := login2(c, server.NewConversationWithChannelBinding(bound)); err != nil {
				t.Errorf("TLS %x, %q: %v", version, binding, err)
			}
			other, _ := connection(t, version)
			if c, err = New(Config{Mechanism: "SCRAM-SHA-256-PLUS", User: "kate", Password: "pencil", TLS: other, Binding: binding}); err != nil {
				t.Fatal(err)
			}
			if login2(c, server.NewConversationWithChannelBinding(bound)) == nil {
				t.Errorf("TLS %x, %q: a login bound to another connection is taken", version, binding)
			}
		}
	}
}

// libraryBinding is what the server binds to: keying material of its own
// side, and its certificate, which it finds in the client's state here.
func libraryBinding(t *testing.T, kind string, ours, theirs *tls.ConnectionState) library.ChannelBinding {
	t.Helper()
	var bound library.ChannelBinding
	var err error
	if kind == BindingExporter {
		bound, err = library.NewTLSExporterBinding(theirs)
	} else {
		bound, err = library.NewTLSServerEndpointBinding(ours)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

// connection returns both ends of a TLS connection with a new certificate.
func connection(t *testing.T, version uint16) (client, server *tls.ConnectionState) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	cert := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	s := tls.Server(b, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version})
	c := tls.Client(a, &tls.Config{InsecureSkipVerify: true, MaxVersion: version})
	done := make(chan error, 1)
	go func() { done <- s.Handshake() }()
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	ours, theirs := c.ConnectionState(), s.ConnectionState()
	return &ours, &theirs
}

// TestPrepareAsTheLibrary compares the preparation with that of a library,
// character by character.
func TestPrepareAsTheLibrary(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < 0x30000; r++ {
		if r >= 0xd800 && r < 0xe000 {
			continue
		}
		if stringprep.TableA1.Contains(r) {
			continue // not assigned when the rule was written: let through
		}
		if r == 0x1806 {
			continue // in table B.1 of RFC 3454, and not in the library's
		}
		in := "a" + string(r) + "b"
		want, wantErr := stringprep.SASLprep.Prepare(in)
		got, err := prepare(in)
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Errorf("prepare(%q) = %q, %v; the library has %q, %v", in, got, err, want, wantErr)
		}
	}
	if !strings.Contains(errorOf("a\u0007"), "U+0007") {
		t.Error("the error does not name the character")
	}
}

func errorOf(s string) string {
	_, err := prepare(s)
	if err == nil {
		return ""
	}
	return err.Error()
}
