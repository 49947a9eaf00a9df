package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// issued is a certificate with its key.
type issued struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

// theDay is when the certificates of these tests are looked at.
func theDay() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// issue makes a certificate valid 30 days before and after theDay, signed by
// parent or, without one, by itself.
func issue(t *testing.T, parent *issued, name string, change func(*x509.Certificate)) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: theDay().AddDate(0, 0, -30), NotAfter: theDay().AddDate(0, 0, 30),
	}
	if change != nil {
		change(tmpl)
	}
	signer := &issued{tmpl, key}
	if parent != nil {
		signer = parent
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, signer.Certificate, key.Public(), signer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{cert, key}
}

func authority(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }

func hostCertificate(c *x509.Certificate) {
	c.IssuingCertificateURL = []string{"http://ca.test/issuer.cer"} // as public authorities have it
	c.DNSNames = []string{"mx.example.test", "*.wild.example.test"}
	c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	root := issue(t, nil, "root", authority)
	middle := issue(t, root, "middle", authority)
	leaf := issue(t, middle, "leaf", hostCertificate)
	lapsed := issue(t, root, "lapsed", func(c *x509.Certificate) {
		authority(c)
		c.NotAfter = theDay().AddDate(0, 0, -2)
	})
	underLapsed := issue(t, lapsed, "leaf", hostCertificate)
	private := issue(t, nil, "private root", authority)
	underPrivate := issue(t, private, "leaf", hostCertificate)
	alone := issue(t, nil, "alone", hostCertificate)
	old := issue(t, middle, "old", func(c *x509.Certificate) {
		hostCertificate(c)
		c.NotAfter = theDay().Add(-90 * time.Minute)
	})
	client := issue(t, middle, "client", func(c *x509.Certificate) {
		hostCertificate(c)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	})
	nowhere := issue(t, middle, "leaf", func(c *x509.Certificate) { hostCertificate(c); c.IssuingCertificateURL = nil })
	own, keyID := issue(t, nil, "own authority", authority), asn1.ObjectIdentifier{2, 5, 29, 35}
	identified := func(by *issued, value []byte) *issued {
		return issue(t, by, "leaf", func(c *x509.Certificate) {
			hostCertificate(c)
			c.ExtraExtensions = []pkix.Extension{{Id: keyID, Value: value}}
		})
	}
	underOwn, underOther := identified(own, keyIdentifier(t, own.RawSubject)), identified(middle, keyIdentifier(t, root.RawSubject))
	garbled := identified(middle, []byte{0x30, 0x03, 0xa1, 0x01, 0xa4})
	long := []*issued{root}
	for range 59 {
		long = slices.Insert(long, 0, issue(t, long[0], fmt.Sprint("link ", len(long)), authority))
	}
	long[0] = issue(t, long[1], "leaf", hostCertificate)
	nameless := issue(t, middle, "mx.example.test", nil)
	const ok, mx = "ok", "mx.example.test"
	for _, tc := range []struct {
		what               string
		certs              []*issued
		trusted            *issued
		reference          string
		chain, name, dates string
	}{
		{"good", []*issued{leaf, middle}, root, mx, ok, ok, ok},
		{"good, the root sent as well, in odd order", []*issued{leaf, root, middle}, root, mx, ok, ok, ok},
		{"good, and something lapsed beside it", []*issued{leaf, lapsed, middle}, root, mx, ok, ok, ok},
		{"wildcard", []*issued{leaf, middle}, root, "a.wild.example.test", ok, ok, ok},
		{"a wildcard is one label", []*issued{leaf, middle}, root, "a.b.wild.example.test", ok, `not for "a.b.wild.example.test" but for mx.example.test, *.wild.example.test, 192.0.2.1`, ok},
		{"address", []*issued{leaf, middle}, root, "192.0.2.1", ok, ok, ok},
		{"other address", []*issued{leaf, middle}, root, "192.0.2.2", ok, `not for "192.0.2.2"`, ok},
		{"missing intermediate", []*issued{leaf}, root, mx, `missing intermediate certificate: the server does not send that of the issuer "CN=middle"`, ok, ok},
		{"a private authority, or a gap", []*issued{nowhere}, root, mx, `the server does not send the certificate of the issuer "CN=middle", which is not trusted here: an intermediate certificate is missing, or it is a private authority`, ok, ok},
		{"issued by a root", []*issued{underPrivate}, root, mx, `unknown authority: the chain ends at the issuer "CN=private root"`, ok, ok},
		{"issued by a root, says the key identifier", []*issued{underOwn}, root, mx, `unknown authority: the chain ends at the issuer "CN=own authority"`, ok, ok},
		{"issued under a root, says the key identifier", []*issued{underOther}, root, mx, `missing intermediate certificate`, ok, ok},
		{"a key identifier that is none", []*issued{garbled}, root, mx, `missing intermediate certificate`, ok, ok},
		{"too long", long, root, mx, "the chain is too long: the server sends 60 certificates", ok, ok},
		{"long, and the chain at its beginning", slices.Concat([]*issued{leaf, middle}, long), root, mx, ok, ok, ok},
		{"unknown root sent", []*issued{underPrivate, private}, root, mx, `the authority "CN=private root" is not trusted here`, ok, ok},
		{"chain that ends too early", []*issued{leaf, middle}, private, mx, `unknown authority: the chain ends at the issuer "CN=root"`, ok, ok},
		{"self-signed", []*issued{alone}, root, mx, "self-signed certificate", ok, ok},
		{"self-signed and trusted", []*issued{alone}, alone, mx, ok, ok, ok},
		{"expired", []*issued{old, middle}, root, mx, ok, ok, "the certificate expired 1 hour ago, on 2026-11-22"},
		{"expired and unknown", []*issued{old, middle}, private, mx, "unknown authority", ok, "expired 1 hour ago"},
		{"expired intermediate", []*issued{underLapsed, lapsed}, root, mx, ok, ok, `the certificate of the authority "CN=lapsed" expired 2 days ago, on 2026-11-20`},
		{"for clients", []*issued{client, middle}, root, mx, "not meant for servers", ok, ok},
		{"a name in the subject alone", []*issued{nameless, middle}, root, mx, ok, "bears no name of a host", ok},
		{"nothing", nil, root, mx, "the server sent no certificate", "not checked", "not checked"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			v := Verifier{Reference: tc.reference, Roots: x509.NewCertPool(), Now: theDay()}
			v.Roots.AddCert(tc.trusted.Certificate)
			for _, c := range tc.certs {
				v.Certs = append(v.Certs, c.Certificate)
			}
			f := v.Findings()
			for _, p := range [][2]string{{f.Chain, tc.chain}, {f.Name, tc.name}, {f.Dates, tc.dates}} {
				if !strings.Contains(p[0], p[1]) || (p[1] == ok && p[0] != ok) {
					t.Errorf("finding %q; want %q", p[0], p[1])
				}
			}
			if f.NoRoots {
				t.Error("the list of authorities was there")
			}
		})
	}
}

// keyIdentifier is an authority key identifier with the name of the issuer's own
// issuer, as openssl writes it for "keyid,issuer".
func keyIdentifier(t *testing.T, issuer []byte) []byte {
	t.Helper()
	name := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: issuer}
	inner, err := asn1.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct{ Issuer asn1.RawValue }{asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: inner}})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// What is sure and mended first stands first.
func TestDatesComeFirst(t *testing.T) {
	t.Parallel()
	f := Findings{Chain: "unknown authority", Name: "other", Dates: "expired", Gap: Authority}
	if got := f.Bad(); !slices.Equal(got, []string{"expired", "unknown authority", "other"}) {
		t.Errorf("Bad() = %q", got)
	}
	if hint := Hint(&f); !strings.HasPrefix(hint, "renew the certificate") {
		t.Errorf("Hint = %q", hint)
	}
}

// A server that sends the same certificate hundreds of times costs no more
// than one that sends a few.
func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	c := &x509.Certificate{DNSNames: make([]string, 5000)}
	for i := range c.DNSNames {
		c.DNSNames[i] = "a\x1b.test"
	}
	names := namesOf(c)
	if len(names) != maxNames+1 || names[maxNames] != "and 4900 more" || names[0] != `a\x1b.test` {
		t.Errorf("%d names, the last %q, the first %q", len(names), names[len(names)-1], names[0])
	}
}

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]int{
		0: 0, time.Hour: 0, 25 * time.Hour: 1, -time.Second: -1, -25 * time.Hour: -1, -49 * time.Hour: -2,
		-252 * time.Hour: -10, // as the finding says, expired 10 days ago
	} {
		c := &x509.Certificate{NotAfter: theDay().Add(left)}
		if got := daysLeft(c, theDay()); got != want {
			t.Errorf("daysLeft of %v = %d; want %d", left, got, want)
		}
	}
}

// TestNoAuthorities plays in a process without a list of authorities, as in
// an empty container: that must not be the server's fault.
func TestNoAuthorities(t *testing.T) {
	t.Parallel()
	if os.Getenv("MXPROBE_TEST_NO_ROOTS") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoAuthorities$")
		cmd.Env = append(os.Environ(), "MXPROBE_TEST_NO_ROOTS=1", "SSL_CERT_FILE=/nonexistent", "SSL_CERT_DIR=/nonexistent")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	root := issue(t, nil, "root", authority)
	v := Verifier{Certs: []*x509.Certificate{issue(t, root, "leaf", hostCertificate).Certificate}, Reference: "mx.example.test", Now: theDay()}
	if f := v.Findings(); !f.NoRoots || f.Chain != "this machine has no list of trusted authorities" {
		t.Errorf("findings = %+v", f)
	}
}

// What helps follows from what is missing, whatever names a certificate bears.
func TestHintFollowsFromTheGap(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		found Findings
		want  string
	}{
		{Findings{Chain: "not trusted here, says a name", Name: OK, Dates: OK, Gap: Intermediate}, "all intermediate certificates"},
		{Findings{Chain: "missing intermediate, says a name", Name: OK, Dates: OK, Gap: Authority}, "trust a private authority"},
		{Findings{Chain: OK, Name: OK, Dates: "expired"}, "renew"},
		{Findings{Chain: NotChecked, Name: "not for it", Dates: NotChecked}, "name of the mail host"},
		{Findings{Chain: OK, Name: OK, Dates: OK}, ""},
	} {
		got := Hint(&tc.found)
		if !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("Hint(%+v) = %q; want %q in it", tc.found, got, tc.want)
		}
	}
}
