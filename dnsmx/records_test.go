package dnsmx

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestTXT(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `a.test. TXT "one; " "two"`, `a.test. TXT "q\"\\\200\009"`, "b.test. CNAME a.test.", "c.test. A 192.0.2.1")
	w.spoil = signed
	got, err := w.resolver().TXT(t.Context(), "B.test.")
	slices.Sort(got.Records)
	if want := []string{"one; two", "q\"\\\xc8\t"}; err != nil || !slices.Equal(got.Records, want) {
		t.Errorf("TXT = %q, %v; want %q", got.Records, err, want)
	}
	if !got.Authentic || !got.Server.IsValid() {
		t.Errorf("authentic %v, server %v; want it told", got.Authentic, got.Server)
	}
	for name, want := range map[string]string{
		"c.test":    `TXT of "c.test": no such record (NODATA)`,
		"none.test": `TXT of "none.test": no such domain (NXDOMAIN)`,
		"a b.test":  `"a b.test" is not a domain name: it contains " "`,
	} {
		_, err := w.resolver().TXT(t.Context(), name)
		wantText(t, err, want)
	}
	w.spoil = rcode(dns.RcodeServerFailure)
	if _, err := w.resolver().TXT(t.Context(), "a.test"); !asError(t, err).Temporary() {
		t.Errorf("TXT with SERVFAIL = %v; want a temporary error", err)
	}
}

// except signs every answer but those to the questions, "A mx.test." for one.
func except(questions ...string) func(m, r *dns.Msg) *dns.Msg {
	return func(m, r *dns.Msg) *dns.Msg {
		q := m.Question[0]
		r.AuthenticatedData = m.AuthenticatedData && !slices.Contains(questions, dns.TypeToString[q.Qtype]+" "+q.Name)
		return r
	}
}

const someTLSA = " TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestTLSA(t *testing.T) {
	t.Parallel()
	host := []string{"mx.test. A 192.0.2.1", "_25._tcp.mx.test." + someTLSA, "_25._tcp.mx.test. TLSA 2 0 2 ab"}
	alias := []string{"mx.test. CNAME real.test.", "real.test. A 192.0.2.1"}
	tests := []struct {
		name  string
		zone  []string
		spoil func(m, r *dns.Msg) *dns.Msg
		state TLSAState
		where string // Name of the set
	}{
		{"secure", host, signed, TLSASecure, "_25._tcp.mx.test"},
		{"no AD bit at all", host, nil, TLSAUnsigned, "_25._tcp.mx.test"},
		{"records not signed", host, except("TLSA _25._tcp.mx.test."), TLSAInsecure, "_25._tcp.mx.test"},
		{"address not signed", host, except("A mx.test."), TLSAUnsigned, "_25._tcp.mx.test"},
		{"lack of AAAA not signed", host, except("AAAA mx.test."), TLSAUnsigned, "_25._tcp.mx.test"},
		{"none", host[:1], signed, TLSANone, "_25._tcp.mx.test"},
		{"other port", []string{host[0], "_587._tcp.mx.test." + someTLSA}, signed, TLSANone, "_25._tcp.mx.test"},
		{"alias, records of its target", append([]string{"_25._tcp.real.test." + someTLSA, "_25._tcp.mx.test." + someTLSA}, alias...), signed, TLSASecure, "_25._tcp.real.test"},
		{"alias, own records", append([]string{"_25._tcp.mx.test." + someTLSA}, alias...), signed, TLSASecure, "_25._tcp.mx.test"},
		{"alias, target insecure", append([]string{"_25._tcp.real.test." + someTLSA, "_25._tcp.mx.test." + someTLSA}, alias...), except("A mx.test."), TLSASecure, "_25._tcp.mx.test"},
		{"alias insecure", append([]string{"_25._tcp.mx.test." + someTLSA}, alias...), except("A mx.test.", "CNAME mx.test."), TLSAUnsigned, "_25._tcp.mx.test"},
		{"records behind an alias", []string{host[0], "_25._tcp.mx.test. CNAME tlsa.test.", "tlsa.test." + someTLSA}, signed, TLSASecure, "_25._tcp.mx.test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.zone...)
			w.spoil = tt.spoil
			got, err := w.resolver().TLSA(t.Context(), "MX.test", 25)
			if err != nil || got.State != tt.state || got.Name != tt.where {
				t.Errorf("TLSA = %+v, %v; want state %d of %s", got, err, tt.state, tt.where)
			}
			if (got.State == TLSASecure) != (len(got.Records) > 0) {
				t.Errorf("%d records in state %d", len(got.Records), got.State)
			}
			if want := "_25._tcp." + got.Base; got.Name != want {
				t.Errorf("name %q; want %q", got.Name, want)
			}
			// RFC 7672, section 2.2.2: servers of unsigned zones often break on
			// the question.
			if n := w.count("TLSA _25._tcp.mx.test."); tt.state == TLSAUnsigned && n > 0 {
				t.Error("asked for TLSA records of a host that is not signed")
			}
			if !got.Trusted || !got.Server.IsValid() {
				t.Errorf("server %v, trusted %v; want it told", got.Server, got.Trusted)
			}
		})
	}
}

func TestTLSAContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mx.test. A 192.0.2.1", "_25._tcp.mx.test. TLSA 255 254 253 00ff")
	w.spoil = signed
	got, err := w.resolver().TLSA(t.Context(), "mx.test", 25)
	if err != nil || len(got.Records) != 1 {
		t.Fatalf("TLSA = %+v, %v; want one record", got, err)
	}
	if r := got.Records[0]; r.Usage != 255 || r.Selector != 254 || r.Matching != 253 || string(r.Data) != "\x00\xff" {
		t.Errorf("record %+v; want 255 254 253 00ff", r)
	}
}

func TestTrap33TLSAOfUntrustedServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mx.test. A 192.0.2.1", "_25._tcp.mx.test."+someTLSA)
	w.spoil = func(_, r *dns.Msg) *dns.Msg { r.AuthenticatedData = true; return r }
	r := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:53")}})
	r.wire = w
	got, err := r.TLSA(t.Context(), "mx.test", 25)
	if err != nil || got.State != TLSAUnsigned || got.Trusted {
		t.Errorf("TLSA = %+v, %v; want nothing to count", got, err)
	}
}

// A look-up that fails is no lack of records. RFC 7672, section 2.1.2.
func TestTrap32TLSALookUpFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mx.test. A 192.0.2.1", "_25._tcp.mx.test."+someTLSA)
	fail := rcode(dns.RcodeServerFailure)
	w.spoil = func(m, r *dns.Msg) *dns.Msg {
		if q := m.Question[0]; q.Qtype == dns.TypeTLSA {
			return fail(m, r)
		}
		return signed(m, r)
	}
	_, err := w.resolver().TLSA(t.Context(), "mx.test", 25)
	wantText(t, err, `TLSA of "_25._tcp.mx.test": SERVFAIL from 127.0.0.1:5353`)
	w.spoil = fail
	if _, err = w.resolver().TLSA(t.Context(), "mx.test", 25); !asError(t, err).Temporary() {
		t.Errorf("error %v; want a temporary one of the addresses", err)
	}
	if _, err = w.resolver().TLSA(t.Context(), "[192.0.2.1]", 25); asError(t, err).Kind != BadName {
		t.Errorf("TLSA of an address: %v; want an error", err)
	}
}

func TestTLSAOfLongHost(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("a.", 120) + "test" // 244 octets, so that _25._tcp. does not fit
	w := newWorld(t, name+". A 192.0.2.1")
	w.spoil = signed
	got, err := w.resolver().TLSA(t.Context(), name, 25)
	if err != nil || got.State != TLSANone {
		t.Errorf("TLSA = state %d, %v; want none", got.State, err)
	}
}

// FuzzRecords plays foreign bytes as the answer to questions for TXT and TLSA
// records.
func FuzzRecords(f *testing.F) {
	seed := func(typ uint16, lines ...string) {
		b, err := newWorld(f, lines...).respond(newQuery(query{question: question{"a.test", typ}})).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	seed(dns.TypeTXT, `a.test. TXT "v=STSv1; id=1;" "\000\"\\"`)
	seed(dns.TypeTLSA, "a.test."+someTLSA)
	seed(dns.TypeTLSA, "a.test. CNAME b.test.", "b.test. TLSA 0 0 0 00")
	seed(dns.TypeTXT) // NXDOMAIN
	f.Fuzz(func(t *testing.T, b []byte) {
		r := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}, Attempts: 1})
		r.wire = echo{b, true}
		txt, err := r.TXT(t.Context(), "a.test")
		if err != nil {
			asError(t, err)
		}
		if (err == nil) != (len(txt.Records) > 0) {
			t.Errorf("%d TXT records, error %v", len(txt.Records), err)
		}
		set, err := r.TLSA(t.Context(), "a.test", 25)
		if err != nil {
			asError(t, err)
		}
		if (set.State == TLSASecure) != (len(set.Records) > 0) || len(set.Records) > maxTLSA || err != nil && set.State == TLSASecure {
			t.Errorf("state %d with %d records, error %v", set.State, len(set.Records), err)
		}
	})
}

func TestTrap33Validates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ". NS ns.test.")
	for _, want := range []bool{true, false} {
		w.spoil = nil
		if want {
			w.spoil = signed
		}
		if got, err := w.resolver().Validates(t.Context()); err != nil || got != want {
			t.Errorf("Validates = %v, %v; want %v", got, err, want)
		}
	}
	w.spoil = rcode(dns.RcodeServerFailure)
	_, err := w.resolver().Validates(t.Context())
	wantText(t, err, `NS of ".": SERVFAIL from 127.0.0.1:5353`)
}
