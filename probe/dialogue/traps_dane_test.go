package dialogue_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// signedWorld starts a world whose zone is signed, with one server.
func signedWorld(t *testing.T, zone string, faults []sandbox.Fault, servers ...sandbox.Server) *sandbox.World {
	t.Helper()
	for i := range servers {
		if servers[i].Name == "" {
			servers[i].Name = "mx1.example.test"
		}
	}
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones:  []sandbox.Zone{{Name: "example.test", Text: zone, Authentic: true}, {Name: "other.test", Text: "mx A 192.0.2.11\n"}},
		Faults: faults, Servers: servers,
	})
	return w
}

// playVerified plays with a resolver for what certificates are held against.
func playVerified(t *testing.T, w *sandbox.World, src string, change ...func(*dialogue.Settings)) *result.Check {
	t.Helper()
	r, set := runner(t, w), settings(w)
	if w.CA() != nil {
		set = trusting(t, w)
	}
	set.Resolver = r.Resolver
	for _, f := range change {
		f(set)
	}
	d := playWith(t, t.Context(), r, checks(t, set, src))
	return only(t, &d)
}

func noteWith(t *testing.T, c *result.Check, part string) {
	t.Helper()
	if !strings.Contains(strings.Join(c.Notes, "\n"), part) {
		t.Errorf("notes %q; want one with %q", c.Notes, part)
	}
}

const dane = "{verify: dane}"

// Whatever is wrong with a certificate does no harm to one that usage 3
// names. RFC 7672 section 3.1.1.
func TestTrap32UsageThreeWithAnyCertificate(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.CertKind{
		sandbox.CertGood, sandbox.CertExpired, sandbox.CertNotYetValid, sandbox.CertSelfSigned, sandbox.CertWrongName, sandbox.CertMissingIntermediate,
	} {
		for _, record := range []string{"3 1 1", "3 0 1", "3 1 2", "3 0 0", "3 1 0"} {
			w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{Cert: kind}, TLSA: []string{record}})
			c := playVerified(t, w, overTLS(dane))
			expect(t, c, pass)
			if c.TLS == nil || c.TLS.DANEFinding != "ok" || c.TLS.VerifiedBy != "dane" || c.TLS.ChainFinding != "not checked" {
				t.Errorf("%s with %s: TLS = %+v", kind, record, c.TLS)
			}
			noteWith(t, c, "fits the TLSA record "+record+" (")
		}
	}
}

// Usage 2 asks for chain, name and dates. RFC 7672 section 3.1.2.
func TestTrap32UsageTwoAsksForChainNameAndDates(t *testing.T) {
	t.Parallel()
	for kind, want := range map[sandbox.CertKind]string{
		sandbox.CertGood:                "",
		sandbox.CertExpired:             "certificate has expired",
		sandbox.CertNotYetValid:         "not yet valid",
		sandbox.CertWrongName:           `bears none of the names "mx1.example.test", "example.test"`,
		sandbox.CertSelfSigned:          "does not fit the TLSA record 2 0 1",
		sandbox.CertMissingIntermediate: "does not fit the TLSA record 2 0 1",
	} {
		w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{Cert: kind}, TLSA: []string{"2 0 1"}})
		c := playVerified(t, w, overTLS(dane))
		if want == "" {
			expect(t, c, pass)
			continue
		}
		expect(t, c, ending{result.Fail, result.TLS, 2, want})
		if c.TLS.VerifiedBy != "" || !strings.Contains(c.TLS.DANEFinding, want) {
			t.Errorf("%s: TLS = %+v", kind, c.TLS)
		}
	}
}

func TestTrap32RecordThatDoesNotFit(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1 wrong", "2 1 1 wrong"}})
	c := playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Fail, result.TLS, 2, "the certificate fits none of the TLSA records 3 1 1, 2 1 1, at _25._tcp.mx1.example.test"})
	if !strings.Contains(c.Hint, "publish the new key's record before changing the certificate") {
		t.Errorf("hint %q", c.Hint)
	}
	// With --insecure it is a note, and nothing is called verified.
	c = playVerified(t, w, overTLS(dane), func(s *dialogue.Settings) { s.TLS.Insecure = true })
	expect(t, c, pass)
	noteWith(t, c, "fits none of the TLSA records")
	if c.TLS.VerifiedBy != "" {
		t.Errorf("verified by %q", c.TLS.VerifiedBy)
	}
}

// Secure records of which none can be used still ask for TLS. RFC 7672
// section 2.2.
func TestTrap32NoneUsable(t *testing.T) {
	t.Parallel()
	unusable := []string{"0 0 1", "1 1 1", "3 1 9"}
	w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{Cert: sandbox.CertSelfSigned}, TLSA: unusable})
	c := playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Warn, result.DNS, 2, "none of the TLSA records at _25._tcp.mx1.example.test can be used"})
	noteWith(t, c, "TLSA record 0 0 1: usage 0 is not for SMTP")
	noteWith(t, c, "TLSA record 3 1 9: matching type 9 is unknown")
	if c.TLS == nil || c.TLS.VerifiedBy != "" {
		t.Errorf("TLS = %+v", c.TLS)
	}
	if s := step(t, c, 4); s.Code != 250 {
		t.Errorf("step 4 got %d; want the dialogue to go on under TLS", s.Code)
	}

	w = signedWorld(t, oneHost, nil, sandbox.Server{
		TLS: &sandbox.TLS{}, TLSA: unusable,
		Rules: []sandbox.Rule{{On: "EHLO", Reply: "250-mx1.example.test\n250 PIPELINING"}},
	})
	c = playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Fail, result.TLS, 2, "STARTTLS is not offered, although there are TLSA records at _25._tcp.mx1.example.test"})
}

func TestTrap32StartTLSNotOffered(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, oneHost, nil, sandbox.Server{
		TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"},
		Rules: []sandbox.Rule{{On: "EHLO", Reply: "250-mx1.example.test\n250 PIPELINING"}},
	})
	c := playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Fail, result.TLS, 2, "STARTTLS is not offered, although there are TLSA records"})
	if got := received(t, w); slices.Contains(got, "STARTTLS") || !slices.Contains(got, "QUIT") {
		t.Errorf("sent %q; want QUIT and no STARTTLS", got)
	}
}

// A look-up that fails is no lack of records: a sender must not deliver. RFC
// 7672 section 2.1.2.
func TestTrap32LookUpFails(t *testing.T) {
	t.Parallel()
	server := sandbox.Server{TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"}}
	for _, answer := range []sandbox.Answer{sandbox.ServFail, sandbox.Silence} {
		w := signedWorld(t, oneHost, []sandbox.Fault{{Name: "_25._tcp.*", Type: "TLSA", Answer: answer}}, server)
		quick, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{w.DNS()}, Timeout: 500 * time.Millisecond, Attempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		c := playVerified(t, w, overTLS(dane), func(s *dialogue.Settings) { s.Resolver = quick })
		expect(t, c, ending{result.Fail, result.DNS, 2, `TLSA of "_25._tcp.mx1.example.test"`})
		if !strings.Contains(c.Hint, "do not deliver") || c.TLS != nil {
			t.Errorf("hint %q, TLS %+v", c.Hint, c.TLS)
		}
	}
	// A resolver that answers nothing any more is our fault.
	w := signedWorld(t, oneHost, []sandbox.Fault{{Name: "_25._tcp.*", Answer: sandbox.ServFail}}, server)
	dead := &deafToRoot{Resolver: runner(t, w).Resolver}
	c := playVerified(t, w, overTLS(dane), func(s *dialogue.Settings) { s.Resolver = dead })
	expect(t, c, ending{result.Inconclusive, result.Resolver, 2, "SERVFAIL"})
}

// Without records that count, the scenario is skipped and says why. RFC 7672
// section 2.2.
func TestTrap32NothingToGoBy(t *testing.T) {
	t.Parallel()
	none := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{}})
	c := playVerified(t, none, overTLS(dane))
	expect(t, c, ending{result.Skip, result.Condition, -1, "there are no TLSA records at _25._tcp.mx1.example.test"})
	if got := received(t, none); slices.Contains(got, "STARTTLS") || slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, "MAIL") }) {
		t.Errorf("sent %q; want nothing after EHLO but QUIT", got)
	}
	if step(t, c, 2).Status != result.Skip || step(t, c, 3).Status != result.NotRun {
		t.Errorf("steps %+v", c.Steps)
	}

	// The host is in a zone that is not signed.
	w := signedWorld(t, "@ MX 10 mx.other.test.\n", nil, sandbox.Server{Name: "mx.other.test", TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"}})
	c = playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Skip, result.Condition, -1, "the addresses of mx.other.test are not secured by DNSSEC"})

	// The records alone are not secured: they are an alias into such a zone.
	w = signedWorld(t, oneHost+"_25._tcp.mx1 CNAME _25._tcp.mx.other.test.\n", nil,
		sandbox.Server{TLS: &sandbox.TLS{}}, sandbox.Server{Name: "mx.other.test", TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"}})
	c = playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Skip, result.Condition, -1, "the TLSA records at _25._tcp.mx1.example.test are not secured by DNSSEC"})
}

// A resolver that vouches for nothing would make every host look as if it had
// no records that count.
func TestTrap33ResolverThatDoesNotValidate(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"}})
	c := playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Inconclusive, result.Resolver, 2, "does not validate"})

	w = signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"}})
	far := &farAway{Resolver: runner(t, w).Resolver}
	c = playVerified(t, w, overTLS(dane), func(s *dialogue.Settings) { s.Resolver = far })
	expect(t, c, ending{result.Inconclusive, result.Resolver, 2, "192.0.2.53:53 is not on this machine"})
}

// The certificate of a host is no help where a forged MX record leads mail
// elsewhere. RFC 7672 section 2.2.1.
func TestTrap33MXRecordsNotSecured(t *testing.T) {
	t.Parallel()
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones: []sandbox.Zone{
			{Name: "example.test", Text: "@ MX 10 mx.host.test.\n"},
			{Name: "host.test", Text: "mx A 192.0.2.10\n", Authentic: true},
		},
		Servers: []sandbox.Server{{Name: "mx.host.test", TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"}}},
	})
	c := playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Warn, result.DNS, 2, "the MX records of example.test are not secured by DNSSEC"})
	if c.TLS.VerifiedBy != "" || c.TLS.DANEFinding != "ok" {
		t.Errorf("TLS = %+v; want it not called verified", c.TLS)
	}
	// With a server that is named there is no MX record to forge.
	r, set := runner(t, w), trusting(t, w)
	set.Resolver = r.Resolver
	for d := range r.Run(t.Context(), slices.Values([]probe.Request{{Domain: "example.test", Server: "mx.host.test", Checks: checks(t, set, overTLS(dane))}})) {
		if c := only(t, &d); c.Status != result.Pass || c.TLS.VerifiedBy != "dane" {
			t.Errorf("%v: %s; want it verified", c.Status, c.Message)
		}
	}
}

// The name asked for is the TLSA base domain, which is the end of a secure
// alias if there are records. RFC 7672 sections 2.2.2 and 8.1.
func TestTrap30TLSABaseDomainIsAskedFor(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, "@ MX 10 mx\nmx CNAME mx1\nmx1 A 192.0.2.10\n", nil, sandbox.Server{TLS: &sandbox.TLS{RSA: sandbox.CertGood}, TLSA: []string{"2 0 1"}})
	c := playVerified(t, w, overTLS(dane))
	expect(t, c, pass)
	if c.TLS.SNI != "mx1.example.test" || c.TLS.Reference != "mx1.example.test" {
		t.Errorf("TLS = %+v; want the base domain", c.TLS)
	}
	if s := w.Sessions(); len(s) != 2 || s[0].Handshakes[0] != "TLS 1.3 mx1.example.test" || s[1].Handshakes[0] != "TLS 1.2 mx1.example.test" {
		t.Errorf("%d sessions, handshakes %q and after; want one for each certificate", len(s), s[0].Handshakes)
	}
}

func TestDANEOnAddressesAndSockets(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{}})
	r, set := runner(t, w), trusting(t, w)
	set.Resolver = r.Resolver
	for d := range r.Run(t.Context(), slices.Values([]probe.Request{{Server: "192.0.2.10", Checks: checks(t, set, overTLS(dane))}})) {
		expect(t, only(t, &d), ending{result.Skip, result.Condition, -1, "only names have TLSA records"})
	}
	c := playVerified(t, w, overTLS(dane), func(s *dialogue.Settings) { s.Resolver = nil })
	expect(t, c, ending{result.Inconclusive, result.Local, 2, "no resolver"})
}

func TestDANEFromTheFirstByte(t *testing.T) {
	t.Parallel()
	const src = "name: implicit\nport: 465\ntls: {verify: dane}\nsteps:\n  - EHLO ${helo}\n"
	for record, want := range map[string]ending{
		"3 1 1":       pass,
		"3 1 1 wrong": {result.Fail, result.TLS, 0, "does not fit the TLSA record 3 1 1, at _465._tcp.mx1.example.test"},
	} {
		w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{Implicit: true}, TLSA: []string{record}})
		expect(t, playVerified(t, w, src), want)
	}
	w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{Implicit: true}})
	expect(t, playVerified(t, w, src), ending{result.Skip, result.Condition, -1, "there are no TLSA records at _465._tcp.mx1.example.test"})
}

// valid_for is a limit of its own, also where DANE looks at no dates.
func TestDANEAndValidFor(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{Cert: sandbox.CertSoon}, TLSA: []string{"3 1 1"}})
	c := playVerified(t, w, overTLS("{verify: dane, valid_for: {fail: 20d}}"))
	expect(t, c, ending{result.Fail, result.TLS, 2, "the limit is 20 days"})
}

// What was not looked at may be the record that fits.
func TestMoreRecordsThanAreUsed(t *testing.T) {
	t.Parallel()
	zone := oneHost
	for i := range 70 {
		zone += fmt.Sprintf("_25._tcp.mx1 TLSA 3 1 1 %064x\n", i)
	}
	w := signedWorld(t, zone, nil, sandbox.Server{TLS: &sandbox.TLS{}})
	c := playVerified(t, w, overTLS(dane))
	expect(t, c, ending{result.Inconclusive, result.Local, 2, "but only 64 of the 70 records at _25._tcp.mx1.example.test were looked at"})
	if c.TLS.VerifiedBy != "" {
		t.Errorf("verified by %q", c.TLS.VerifiedBy)
	}
}

// unsignedMX is a resolver that has no DNSSEC for MX records.
type unsignedMX struct{ probe.Resolver }

func (u unsignedMX) Route(ctx context.Context, domain string) (dnsmx.Route, error) {
	route, err := u.Resolver.Route(ctx, domain)
	route.Authentic = false
	return route, err
}

// Under usage 2 a certificate for the mail domain is good, but only where
// nobody can have forged the way from there to the host. RFC 7672 section
// 3.2.2.
func TestTrap33NameOfTheDomainNeedsSignedMX(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, "@ MX 10 mx\nmx A 192.0.2.10\n_25._tcp.mx CNAME _25._tcp\n", nil,
		sandbox.Server{Name: "example.test", Addrs: []string{"192.0.2.10"}, TLS: &sandbox.TLS{}, TLSA: []string{"2 0 1"}})
	expect(t, playVerified(t, w, overTLS(dane)), pass)
	r, set := runner(t, w), trusting(t, w)
	set.Resolver, r.Resolver = r.Resolver, unsignedMX{r.Resolver}
	d := playWith(t, t.Context(), r, checks(t, set, overTLS(dane)))
	expect(t, only(t, &d), ending{result.Fail, result.TLS, 2, `bears none of the names "mx.example.test", at`})
}

// deafToRoot is a resolver that does not answer for the root any more.
type deafToRoot struct{ probe.Resolver }

func (d *deafToRoot) Alive(_ context.Context) error { return &dnsmx.Error{Kind: dnsmx.Timeout} }

// farAway is a resolver whose server is not on this machine.
type farAway struct{ probe.Resolver }

func (f *farAway) TLSA(context.Context, string, uint16) (dnsmx.TLSASet, error) {
	return dnsmx.TLSASet{State: dnsmx.TLSAUnsigned, Server: netip.MustParseAddrPort("192.0.2.53:53")}, nil
}

func (f *farAway) Validates(context.Context) (bool, error) { return false, nil }
