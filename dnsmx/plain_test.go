package dnsmx

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// plainWire are responses to questions for the MX records of a.test.
func plainWire(t testing.TB) map[string][]byte {
	t.Helper()
	wire := make(map[string][]byte)
	for name, zone := range map[string][]string{
		"one":      {"a.test. MX 10 mx.a.test."},
		"several":  {"a.test. MX 10 mx.a.test.", "a.test. MX 20 mx2.a.test.", "a.test. MX 30 mx.b.example."},
		"null MX":  {"a.test. MX 0 ."},
		"alias":    {"a.test. CNAME b.test.", "b.test. MX 1 c.b.test."},
		"strange":  {`a.test. MX 1 a\000\.\"b.test.`},
		"no data":  {"a.test. A 192.0.2.1"},
		"NXDOMAIN": {},
	} {
		r := newWorld(t, zone...).respond(newQuery(query{question: question{"a.test", dns.TypeMX}}))
		r.Compress = true
		r.SetEdns0(ednsSize, true)
		b, err := r.Pack()
		if err != nil {
			t.Fatal(err)
		}
		wire[name] = b
	}
	return wire
}

// samePlain holds that plainAnswer either leaves a message to the codec or reads
// it as the codec does, and returns which.
func samePlain(t *testing.T, b []byte, asked question) bool {
	t.Helper()
	got := plainAnswer(b, asked)
	if got == nil {
		return false
	}
	want := new(dns.Msg)
	if err := want.Unpack(b); err != nil {
		t.Fatalf("%x was read; the codec says: %v", b, err)
	}
	if !answers(want, asked) {
		t.Fatalf("%x was read; it does not answer %v", b, asked)
	}
	want.Question = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%x is read otherwise than by the codec (-codec +got):\n%s", b, diff)
	}
	return true
}

// What usual servers send is read without the codec, and as by it.
func TestPlainAnswer(t *testing.T) {
	t.Parallel()
	asked := question{"a.test", dns.TypeMX}
	for name, b := range plainWire(t) {
		if !samePlain(t, b, asked) {
			t.Errorf("%s: %x is left to the codec", name, b)
		}
		// Nothing that is cut is taken for whole.
		for n := range len(b) {
			if samePlain(t, b[:n], asked) {
				t.Errorf("%s: the first %d of %d bytes were read", name, n, len(b))
			}
		}
		for _, other := range []question{{"b.test", dns.TypeMX}, {"a.test", dns.TypeA}, {"a.tes", dns.TypeMX}, {"a.testt", dns.TypeMX}, {"", dns.TypeMX}, {"a-test", dns.TypeMX}} {
			if plainAnswer(b, other) != nil {
				t.Errorf("%s was taken for an answer to %v", name, other)
			}
		}
		query := append([]byte(nil), b...)
		query[2] &^= response
		if plainAnswer(query, asked) != nil {
			t.Errorf("%s: a query was taken for an answer", name)
		}
	}
}

// FuzzPlainAnswer plays the codec against the quicker reader.
func FuzzPlainAnswer(f *testing.F) {
	for _, b := range plainWire(f) {
		f.Add(b, "a.test", uint16(dns.TypeMX))
		f.Add(b, "a.test", uint16(dns.TypeA))
	}
	f.Add([]byte("\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03a.b\x04test\x00\x00\x0f\x00\x01"), "a.b.test", uint16(dns.TypeMX))
	f.Fuzz(func(t *testing.T, b []byte, name string, typ uint16) {
		samePlain(t, b, question{name, typ})
	})
}
