package dnsmx

import (
	"encoding/binary"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"github.com/miekg/dns"
)

// plainCase is a response about a.test.
type plainCase struct {
	name  string
	typ   uint16 // asked for
	plain bool   // read without the codec
	zone  []string
	wire  []byte
}

func (c plainCase) asked() question { return question{"a.test", c.typ} }

func plainCases(t testing.TB) []plainCase {
	t.Helper()
	cases := []plainCase{
		{name: "one", typ: dns.TypeMX, plain: true, zone: []string{"a.test. MX 10 mx.a.test."}},
		{name: "several", typ: dns.TypeMX, plain: true, zone: []string{"a.test. MX 10 mx.a.test.", "a.test. 20 MX 20 MX2.a.test.", "a.test. MX 30 mx.b.example."}},
		{name: "null MX", typ: dns.TypeMX, plain: true, zone: []string{"a.test. MX 0 ."}},
		{name: "strange", typ: dns.TypeMX, plain: true, zone: []string{`a.test. MX 1 a\000\.\"b.test.`}},
		{name: "addresses", typ: dns.TypeA, plain: true, zone: []string{"a.test. 10000 A 192.0.2.1", "a.test. 20000 A 192.0.2.2"}},
		{name: "IPv6", typ: dns.TypeAAAA, plain: true, zone: []string{"a.test. AAAA 2001:db8::1"}},
		{name: "IPv4-mapped", typ: dns.TypeAAAA, plain: true, zone: []string{"a.test. AAAA ::ffff:192.0.2.1"}},
		{name: "highest bit of the TTL", typ: dns.TypeA, plain: true, zone: []string{"a.test. 2147483648 A 192.0.2.1"}},
		{name: "alias", typ: dns.TypeMX, zone: []string{"a.test. CNAME b.test.", "b.test. MX 1 c.b.test."}},
		{name: "text", typ: dns.TypeTXT, zone: []string{"a.test. TXT text"}},
		{name: "no data", typ: dns.TypeMX, zone: []string{"a.test. A 192.0.2.1"}},
		{name: "NXDOMAIN", typ: dns.TypeMX},
	}
	for i, c := range cases {
		r := newWorld(t, c.zone...).respond(newQuery(query{question: c.asked()}))
		r.Compress = true
		r.SetEdns0(ednsSize, true)
		var err error
		if cases[i].wire, err = r.Pack(); err != nil {
			t.Fatal(err)
		}
	}
	return cases
}

// samePlain holds that plainAnswer either leaves a message to the codec or says
// what the codec and readAnswer do, and returns which.
func samePlain(t *testing.T, b []byte, asked question) bool {
	t.Helper()
	got := plainAnswer(b, asked)
	if got == nil {
		return false
	}
	m, err := readResponse(b, asked)
	if err != nil || m.Rcode != dns.RcodeSuccess || m.Truncated {
		t.Fatalf("%x was read; the codec says: %v, %v", b, m, err)
	}
	for _, trusted := range []bool{false, true} {
		s := &server{addr: netip.MustParseAddrPort("192.0.2.53:53"), trusted: trusted}
		plain := *got
		if want, got := readAnswer(m, asked, s), plain.by(s); !reflect.DeepEqual(got, want) {
			t.Fatalf("%x is read as %+v; by the codec as %+v", b, got, want)
		}
	}
	return true
}

// What usual servers send is read without the codec, and as by it.
func TestPlainAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range plainCases(t) {
		if got := samePlain(t, c.wire, c.asked()); got != c.plain {
			t.Errorf("%s: %x is read without the codec: %v; want %v", c.name, c.wire, got, c.plain)
		}
		// Nothing that is cut is taken for whole.
		for n := range len(c.wire) {
			if samePlain(t, c.wire[:n], c.asked()) {
				t.Errorf("%s: the first %d of %d bytes were read", c.name, n, len(c.wire))
			}
		}
		for _, other := range []question{{"b.test", c.typ}, {"a.test", dns.TypeNS}, {"a.tes", c.typ}, {"a.testt", c.typ}, {"", c.typ}, {"a-test", c.typ}} {
			if plainAnswer(c.wire, other) != nil {
				t.Errorf("%s was taken for an answer to %v", c.name, other)
			}
		}
	}
}

// A message of which one thing is otherwise is for the codec.
func TestNearlyPlainAnswer(t *testing.T) {
	t.Parallel()
	c := plainCases(t)[0]
	opt := len(c.wire) - 11 // what SetEdns0 adds
	for _, bit := range []struct {
		what string
		at   int
		flip byte
	}{
		{"a query", 2, response},
		{"another opcode", 2, 1 << 3},
		{"truncated", 2, truncated},
		{"a reserved bit", 3, 1 << 6},
		{"a response code", 3, dns.RcodeServerFailure},
		{"two questions", 5, 3},
		{"two records told", 7, 3},
		{"authority told", 9, 1},
		{"more behind told", 11, 3},
		{"another letter of the question", 13, 1},
		{"another case", 13, 0x20},
		{"another class asked for", 23, 2},
		{"another owner", 25, 1},
		{"another type", 27, 1},
		{"another class", 29, 2},
		{"shorter data", 35, 1},
		{"not the root", opt, 1},
		{"not OPT", opt + 2, 1},
		{"a further response code", opt + 5, 1},
		{"options", opt + 10, 4},
	} {
		b := slices.Clone(c.wire)
		b[bit.at] ^= bit.flip
		if plainAnswer(b, c.asked()) != nil {
			t.Errorf("%s: %x was read without the codec", bit.what, b)
		}
	}
}

// The authenticity of an answer is for a server to say who is trusted.
func TestPlainAnswerAuthentic(t *testing.T) {
	t.Parallel()
	c := plainCases(t)[0]
	b := slices.Clone(c.wire)
	binary.BigEndian.PutUint16(b[2:], binary.BigEndian.Uint16(b[2:])|authenticData)
	if !samePlain(t, b, c.asked()) || !plainAnswer(b, c.asked()).authentic {
		t.Errorf("%x is not read as authentic", b)
	}
}

// FuzzPlainAnswer plays the codec against the quicker reader.
func FuzzPlainAnswer(f *testing.F) {
	for _, c := range plainCases(f) {
		f.Add(c.wire, "a.test", c.typ)
	}
	f.Add([]byte("\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03a.b\x04test\x00\x00\x0f\x00\x01"), "a.b.test", uint16(dns.TypeMX))
	f.Fuzz(func(t *testing.T, b []byte, name string, typ uint16) {
		samePlain(t, b, question{name, typ})
	})
}
