package dane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"
)

// pair is a certificate with its key.
type pair struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

// issue makes a certificate, signed by itself without a parent.
func issue(t testing.TB, parent *pair, change func(*x509.Certificate)) *pair {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "someone"},
		NotBefore: now().AddDate(0, -1, 0), NotAfter: now().AddDate(0, 1, 0),
	}
	change(c)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if parent == nil {
		parent = &pair{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent.cert, key.Public(), parent.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &pair{cert, key}
}

func authority(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.BasicConstraintsValid = name, true, true
	}
}

func named(names ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.DNSNames = names }
}

// record makes a TLSA record by the book (RFC 6698 sections 2.1 and 2.2).
func record(usage, selector, matching uint8, c *x509.Certificate) Record {
	data := c.Raw
	if selector == 1 {
		data = c.RawSubjectPublicKeyInfo
	}
	switch matching {
	case 1:
		sum := sha256.Sum256(data)
		data = sum[:]
	case 2:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return Record{usage, selector, matching, data}
}

func wrong(r Record) Record {
	r.Data = append([]byte(nil), r.Data...)
	r.Data[len(r.Data)-1] ^= 1
	return r
}

func chain(pairs ...*pair) []*x509.Certificate {
	var out []*x509.Certificate
	for _, p := range pairs {
		out = append(out, p.cert)
	}
	return out
}

func peer(certs []*x509.Certificate) Peer {
	return Peer{Chain: certs, Names: []string{"mx.test", "example.test"}, Now: now()}
}

// With usage 3 the certificate alone counts: its name, its dates and who
// signed it do not. RFC 7672 section 3.1.1.
func TestTrap32UsageThreeIgnoresNamesAndDates(t *testing.T) {
	t.Parallel()
	leaf := issue(t, nil, func(c *x509.Certificate) {
		c.DNSNames = []string{"elsewhere.test"}
		c.NotBefore, c.NotAfter = now().AddDate(-2, 0, 0), now().AddDate(-1, 0, 0)
	})
	for selector := range uint8(2) {
		for matching := range uint8(3) {
			r := record(3, selector, matching, leaf.cert)
			if v := Judge([]Record{r}, peer(chain(leaf))); !v.OK || v.By.String() != r.String() || v.Usable != 1 {
				t.Errorf("%s: %+v; want it to fit", r, v)
			}
			if matching == 0 {
				continue // with another octet it is no certificate or key
			}
			v := Judge([]Record{wrong(r)}, peer(chain(leaf)))
			if want := "the certificate does not fit the TLSA record " + r.String(); v.OK || v.Reason != want {
				t.Errorf("%s, wrong: %+v; want %q", r, v, want)
			}
		}
	}
	// That of the authority is not the server's own.
	ca := issue(t, nil, authority("ca"))
	if v := Judge([]Record{record(3, 1, 1, ca.cert)}, peer(chain(leaf, ca))); v.OK {
		t.Error("the certificate of an authority passed under usage 3")
	}
}

func TestTrap32UsageTwo(t *testing.T) {
	t.Parallel()
	root := issue(t, nil, authority("root"))
	middle := issue(t, root, authority("middle"))
	good := issue(t, middle, named("mx.test"))
	stranger := issue(t, nil, authority("middle")) // the same name, another key
	expired := issue(t, middle, func(c *x509.Certificate) {
		c.DNSNames, c.NotAfter = []string{"mx.test"}, now().Add(-time.Hour)
	})
	tests := []struct {
		name   string
		record Record
		chain  []*x509.Certificate
		want   string // part of the reason, empty if it fits
	}{
		{"issuer", record(2, 0, 1, middle.cert), chain(good, middle), ""},
		{"issuer's key", record(2, 1, 2, middle.cert), chain(good, middle), ""},
		{"root", record(2, 1, 1, root.cert), chain(good, middle, root), ""},
		{"order does not count", record(2, 1, 1, root.cert), chain(good, root, middle), ""},
		{"next-hop domain", record(2, 0, 1, middle.cert), chain(issue(t, middle, named("example.test")), middle), ""},
		{"wildcard", record(2, 0, 1, middle.cert), chain(issue(t, middle, named("*.test")), middle), ""},
		{"common name alone", record(2, 0, 1, middle.cert), chain(issue(t, middle, func(c *x509.Certificate) { c.Subject.CommonName = "mx.test" }), middle), ""},
		{"whole certificate, not sent", record(2, 0, 0, middle.cert), chain(good), ""},
		{"whole root, not sent", record(2, 0, 0, root.cert), chain(good, middle), ""},
		{"whole key, not sent", record(2, 1, 0, middle.cert), chain(good), ""},
		{"whole key of the root, not sent", record(2, 1, 0, root.cert), chain(good, middle), ""},

		{"digest of what is not sent", record(2, 0, 1, root.cert), chain(good, middle), "does not fit"},
		{"name", record(2, 0, 1, middle.cert), chain(issue(t, middle, named("other.test")), middle), `bears none of the names "mx.test", "example.test"`},
		{"common name beside a DNS name", record(2, 0, 1, middle.cert), chain(issue(t, middle, func(c *x509.Certificate) {
			c.Subject.CommonName, c.DNSNames = "mx.test", []string{"other.test"}
		}), middle), "bears none"},
		{"expired", record(2, 0, 1, middle.cert), chain(expired, middle), "certificate has expired"},
		{"no way there", record(2, 0, 1, stranger.cert), chain(good, stranger), "the chain to the authority of the TLSA record 2 0 1 is not good"},
		{"key of another", record(2, 1, 0, stranger.cert), chain(good, middle), "is not good"},
		{"server's own", record(2, 0, 1, good.cert), chain(good, middle), "does not fit"},
		{"server's own, sent twice", record(2, 0, 1, good.cert), chain(good, good), "does not fit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := Judge([]Record{tt.record}, peer(tt.chain))
			if v.OK != (tt.want == "") || !strings.Contains(v.Reason, tt.want) {
				t.Errorf("Judge = %+v; want %q", v, tt.want)
			}
		})
	}
}

// What nobody can use is left aside, and does no harm to what can be used.
// RFC 7672 sections 2.2 and 3.1.3.
func TestTrap32Unusable(t *testing.T) {
	t.Parallel()
	leaf := issue(t, nil, named("mx.test"))
	tests := []struct {
		record Record
		want   string
	}{
		{record(0, 1, 1, leaf.cert), "0 1 1: usage 0 is not for SMTP (RFC 7672 section 3.1.3)"},
		{record(1, 1, 1, leaf.cert), "1 1 1: usage 1 is not for SMTP (RFC 7672 section 3.1.3)"},
		{record(4, 1, 1, leaf.cert), "4 1 1: usage 4 is unknown"},
		{record(255, 0, 0, leaf.cert), "255 0 0: usage 255 is unknown"},
		{record(3, 2, 1, leaf.cert), "3 2 1: selector 2 is unknown"},
		{Record{3, 1, 3, make([]byte, 64)}, "3 1 3: matching type 3 is unknown"},
		{Record{3, 1, 1, make([]byte, 31)}, "3 1 1: a digest of matching type 1 has 32 octets, not 31"},
		{Record{3, 1, 2, make([]byte, 32)}, "3 1 2: a digest of matching type 2 has 64 octets, not 32"},
		{Record{3, 1, 1, nil}, "3 1 1: a digest of matching type 1 has 32 octets, not 0"},
		{Record{2, 0, 0, []byte("x")}, "2 0 0: its data is not a certificate"},
		{Record{2, 1, 0, []byte("x")}, "2 1 0: its data is not a public key"},
	}
	for _, tt := range tests {
		v := Judge([]Record{tt.record}, peer(chain(leaf)))
		if v.OK || v.Usable != 0 || len(v.Unusable) != 1 || v.Unusable[0] != tt.want {
			t.Errorf("%s: %+v; want it unusable, %q", tt.record, v, tt.want)
		}
		v = Judge([]Record{tt.record, record(3, 1, 1, leaf.cert)}, peer(chain(leaf)))
		if !v.OK || v.Usable != 1 {
			t.Errorf("%s beside a good one: %+v; want that to count", tt.record, v)
		}
	}
}

func TestOneRecordThatFitsIsEnough(t *testing.T) {
	t.Parallel()
	leaf, other := issue(t, nil, named("mx.test")), issue(t, nil, named("mx.test"))
	both := []Record{record(3, 1, 1, other.cert), record(3, 1, 1, leaf.cert), record(2, 0, 1, other.cert)}
	if v := Judge(both, peer(chain(leaf))); !v.OK || v.Usable != 3 {
		t.Errorf("Judge = %+v; want the second to fit", v)
	}
	if v := Judge(both, peer(nil)); v.OK || v.Reason != "the server sent no certificate" {
		t.Errorf("without a certificate: %+v", v)
	}
	if v := Judge([]Record{both[0], both[2]}, peer(chain(leaf))); v.OK || v.Reason != "the certificate fits none of the TLSA records 3 1 1, 2 0 1" {
		t.Errorf("Judge = %+v; want both named", v)
	}
}

// Beside a SHA-512 digest, the SHA-256 digest of the same usage and selector
// does not count. RFC 7671 section 9.
func TestStrongestDigestCounts(t *testing.T) {
	t.Parallel()
	leaf, old := issue(t, nil, named("mx.test")), issue(t, nil, named("mx.test"))
	if v := Judge([]Record{record(3, 1, 1, leaf.cert), record(3, 1, 2, old.cert)}, peer(chain(leaf))); v.OK {
		t.Error("a digest passed that senders do not look at")
	}
	for _, second := range []Record{record(3, 0, 2, old.cert), record(2, 1, 2, old.cert)} {
		if v := Judge([]Record{record(3, 1, 1, leaf.cert), second}, peer(chain(leaf))); !v.OK {
			t.Errorf("beside %s, of another kind: %+v; want it to fit", second, v)
		}
	}
}

// A record of 64 that all look for a chain in 32 certificates ends.
func TestManyRecordsEnd(t *testing.T) {
	t.Parallel()
	root := issue(t, nil, authority("root"))
	certs := chain(issue(t, root, named("mx.test")))
	for range 31 {
		certs = append(certs, issue(t, nil, authority("root")).cert)
	}
	var records []Record
	for range 64 {
		records = append(records, record(2, 1, 0, issue(t, nil, authority("root")).cert))
	}
	began := time.Now()
	if v := Judge(records, peer(certs)); v.OK {
		t.Error("a stranger passed")
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

// FuzzJudge holds a server against one foreign record. What passes must be
// one of the records that can be written of it.
func FuzzJudge(f *testing.F) {
	root := issue(f, nil, authority("root"))
	leaf := issue(f, root, named("mx.test"))
	certs := chain(leaf, root)
	var good []Record
	for selector := range uint8(2) {
		for matching := range uint8(3) {
			good = append(good, record(3, selector, matching, leaf.cert), record(2, selector, matching, root.cert))
		}
	}
	for _, r := range good {
		f.Add(r.Usage, r.Selector, r.Matching, r.Data)
	}
	f.Add(uint8(0), uint8(0), uint8(0), []byte{})
	f.Add(uint8(2), uint8(1), uint8(0), []byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, usage, selector, matching uint8, data []byte) {
		r := Record{usage, selector, matching, data}
		v := Judge([]Record{r}, peer(certs))
		if v.Usable+len(v.Unusable) != 1 || v.OK && v.Usable == 0 || v.OK == (v.Reason != "") {
			t.Fatalf("Judge(%s %x) = %+v", r, data, v)
		}
		if !v.OK {
			return
		}
		for _, g := range good {
			if g.String() == r.String() && string(g.Data) == string(data) {
				return
			}
		}
		if usage == 3 || matching != 0 {
			t.Fatalf("%s %x passed", r, data)
		}
	})
}
