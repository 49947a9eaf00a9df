package dialogue_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

const (
	sts       = "{verify: mta-sts}"
	stsRecord = "_mta-sts TXT \"v=STSv1; id=20260101;\"\n"
	stsZone   = oneHost + "mta-sts A 192.0.2.12\n" + stsRecord
	enforce   = "version: STSv1\nmode: enforce\nmx: mx1.example.test\nmax_age: 604800\n"
)

// policyHost is the host of a policy.
func policyHost(h sandbox.HTTPS) sandbox.Server {
	return sandbox.Server{Name: "mta-sts.example.test", HTTPS: &h}
}

// stsWorld starts a world with a policy, and a mail server with a certificate.
func stsWorld(t *testing.T, policy string, kind sandbox.CertKind) *sandbox.World {
	t.Helper()
	return start(t, stsZone, sandbox.Server{TLS: &sandbox.TLS{Cert: kind}}, policyHost(sandbox.HTTPS{Body: policy}))
}

// sessionsOf returns the sessions with one server.
func sessionsOf(w *sandbox.World, name string) []sandbox.Session {
	return slices.DeleteFunc(w.Sessions(), func(s sandbox.Session) bool { return s.Server != name })
}

// Senders keep a policy until its max_age is over, also without its record.
// RFC 8461 section 3.1 and 5.1.
func TestTrap34PolicyOutlivesItsRecord(t *testing.T) {
	t.Parallel()
	w := stsWorld(t, enforce, sandbox.CertGood)
	c := playVerified(t, w, overTLS(sts))
	expect(t, c, pass)
	if c.TLS == nil || c.TLS.STSFinding != "ok" || c.TLS.VerifiedBy != "mta-sts" || c.TLS.SNI != "mx1.example.test" {
		t.Errorf("TLS = %+v", c.TLS)
	}
	noteWith(t, c, "mode enforce, id 20260101, max_age 604800: senders keep it for 7 days, also when its record is gone")
}

// In mode enforce failures are failures, in mode testing warnings. RFC 8461
// sections 4.1 and 5.
func TestTrap34ModesDecide(t *testing.T) {
	t.Parallel()
	trying := strings.Replace(enforce, "enforce", "testing", 1)
	other := strings.Replace(enforce, "mx1", "mx9", 1)
	for name, tc := range map[string]struct {
		policy string
		kind   sandbox.CertKind
		want   ending
	}{
		"enforce, expired":    {enforce, sandbox.CertExpired, ending{result.Fail, result.TLS, 2, "expired 10 days ago"}},
		"enforce, name":       {enforce, sandbox.CertWrongName, ending{result.Fail, result.TLS, 2, `not for "mx1.example.test"`}},
		"enforce, chain":      {enforce, sandbox.CertSelfSigned, ending{result.Fail, result.TLS, 2, "self-signed"}},
		"enforce, not named":  {other, sandbox.CertGood, ending{result.Fail, result.TLS, 2, "the MTA-STS policy of example.test does not name the host mx1.example.test, but mx9.example.test"}},
		"enforce, wrong key":  {enforce, sandbox.CertWrongKey, ending{result.Fail, result.TLS, 2, "signature is wrong"}},
		"testing, good":       {trying, sandbox.CertGood, pass},
		"testing, expired":    {trying, sandbox.CertExpired, ending{result.Warn, result.TLS, 2, "; the policy is in mode testing"}},
		"testing, not named":  {strings.Replace(trying, "mx1", "mx9", 1), sandbox.CertGood, ending{result.Warn, result.TLS, 2, "does not name the host"}},
		"testing, wrong key":  {trying, sandbox.CertWrongKey, ending{result.Warn, result.TLS, 2, "the policy is in mode testing"}},
		"both of two":         {other, sandbox.CertExpired, ending{result.Fail, result.TLS, 2, "does not name the host"}},
		"none":                {"version: STSv1\nmode: none\nmax_age: 86400\n", sandbox.CertExpired, ending{result.Skip, result.Condition, -1, "has the mode none"}},
		"wildcard":            {strings.Replace(enforce, "mx1.", "*.", 1), sandbox.CertGood, pass},
		"wildcard too far up": {strings.Replace(enforce, "mx1.example.", "*.", 1), sandbox.CertGood, ending{result.Fail, result.TLS, 2, "but *.test"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := playVerified(t, stsWorld(t, tc.policy, tc.kind), overTLS(sts))
			expect(t, c, tc.want)
			verified := c.TLS != nil && c.TLS.VerifiedBy == "mta-sts"
			if verified != (tc.want.status == result.Pass) {
				t.Errorf("verified: %v", verified)
			}
			if name == "both of two" && !strings.Contains(c.Message, "expired") {
				t.Errorf("message %q; want both findings", c.Message)
			}
			if name == "both of two" && !strings.Contains(c.Hint, "name the host in the policy") {
				t.Errorf("hint is %q; want the host in the policy first", c.Hint)
			}
			if name == "testing, expired" && step(t, c, 4).Code != 250 {
				t.Error("the dialogue did not go on")
			}
		})
	}
}

func TestTrap34StartTLSNotOffered(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]result.Verdict{"enforce": result.Fail, "testing": result.Warn} {
		w := start(t, stsZone, sandbox.Server{}, policyHost(sandbox.HTTPS{Body: strings.Replace(enforce, "enforce", mode, 1)}))
		c := playVerified(t, w, overTLS(sts))
		expect(t, c, ending{want, result.TLS, 2, "STARTTLS is not offered, although the MTA-STS policy of example.test asks for it"})
		if got := sessionsOf(w, "mx1.example.test")[0].Lines; !slices.Equal(got, []string{"EHLO probe.example.net", "QUIT"}) {
			t.Errorf("%s: sent %q; want no more than EHLO and QUIT", mode, got)
		}
	}
}

// What has nothing to do with the policy is no warning in mode testing.
func TestModeTestingForgivesNothingElse(t *testing.T) {
	t.Parallel()
	policy := policyHost(sandbox.HTTPS{Body: strings.Replace(enforce, "enforce", "testing", 1)})
	for _, tc := range []struct {
		rules   []sandbox.Rule
		options string
		want    ending
	}{
		{[]sandbox.Rule{{On: "STARTTLS", Reply: "502 no"}}, sts, ending{result.Warn, result.Reply, 2, "the policy is in mode testing"}},
		{[]sandbox.Rule{{On: "STARTTLS", Reply: "220 go ahead", Extra: "250 injected\r\n"}}, sts, ending{result.Fail, result.TLS, 2, "bytes before the handshake"}},
		{[]sandbox.Rule{{On: "STARTTLS", Close: true}}, sts, ending{result.Fail, result.EOF, 2, ""}},
		{nil, "{verify: mta-sts, valid_for: {fail: 9999d}}", ending{result.Fail, result.TLS, 2, "the limit is 9999 days"}},
	} {
		w := start(t, stsZone, sandbox.Server{TLS: &sandbox.TLS{}, Rules: tc.rules}, policy)
		expect(t, playVerified(t, w, overTLS(tc.options)), tc.want)
	}
}

// No record, and records that count as none. RFC 8461 section 3.1.
func TestTrap34Records(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		records string
		want    ending
	}{
		"none":   {"", ending{result.Skip, result.Condition, -1, "there is no MTA-STS record at _mta-sts.example.test"}},
		"others": {"_mta-sts TXT \"v=spf1 -all\"\n", ending{result.Skip, result.Condition, -1, "there is no MTA-STS record"}},
		"two":    {stsRecord + "_mta-sts TXT \"v=STSv1; id=2;\"\n", ending{result.Warn, result.DNS, 2, "2 records begin with v=STSv1, and more than one counts as none"}},
		"broken": {"_mta-sts TXT \"v=STSv1; id=2026-01-01;\"\n", ending{result.Warn, result.DNS, 2, "the id is not"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost+"mta-sts A 192.0.2.12\n"+tc.records, sandbox.Server{TLS: &sandbox.TLS{}}, policyHost(sandbox.HTTPS{Body: enforce}))
			c := playVerified(t, w, overTLS(sts))
			expect(t, c, tc.want)
			if c.TLS != nil {
				t.Errorf("TLS = %+v; want no handshake", c.TLS)
			}
			// A policy that nothing speaks of any more is worth a word.
			if tc.want.status == result.Skip {
				noteWith(t, c, "there is an MTA-STS policy at https://mta-sts.example.test/.well-known/mta-sts.txt without a record")
			} else if n := len(sessionsOf(w, "mta-sts.example.test")); n > 0 {
				t.Errorf("%d connections to the policy host; want none", n)
			}
		})
	}
}

func TestTrap34RecordCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, stsZone, []sandbox.Fault{{Name: "_mta-sts.*", Answer: sandbox.ServFail}}, sandbox.Server{TLS: &sandbox.TLS{}})
	c := playVerified(t, w, overTLS(sts))
	expect(t, c, ending{result.Warn, result.DNS, 2, `TXT of "_mta-sts.example.test": SERVFAIL`})
	dead := &deafToRoot{Resolver: runner(t, w).Resolver}
	c = playVerified(t, w, overTLS(sts), func(s *dialogue.Settings) { s.Resolver = dead })
	expect(t, c, ending{result.Inconclusive, result.Resolver, 2, "SERVFAIL"})
}

// A record without a policy is a warning: senders go on without one. RFC 8461
// section 3.3.
func TestTrap34PolicyNotToBeHad(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		host   sandbox.Server
		reason result.Reason
		want   string
	}{
		"redirect":    {policyHost(sandbox.HTTPS{Status: 301, Location: "https://www.example.test/policy"}), result.TLS, "status 301 and leads to"},
		"missing":     {policyHost(sandbox.HTTPS{Status: 404, Body: enforce}), result.TLS, "status 404, and only 200 counts"},
		"web page":    {policyHost(sandbox.HTTPS{Body: "<html>"}), result.TLS, `line 1 of the policy, "<html>", is not a key and a value`},
		"endless":     {policyHost(sandbox.HTTPS{Body: enforce, Endless: true}), result.TLS, "more than 65536 octets"},
		"certificate": {sandbox.Server{Name: "mta-sts.example.test", TLS: &sandbox.TLS{Cert: sandbox.CertWrongName}, HTTPS: &sandbox.HTTPS{Body: enforce}}, result.TLS, "valid for other.example.test, not mta-sts.example.test"},
		"dead":        {sandbox.Server{Name: "mta-sts.example.test", HTTPS: &sandbox.HTTPS{}, Dead: sandbox.RefusesAll}, result.Refused, "nothing listens there (192.0.2.12)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, stsZone, sandbox.Server{TLS: &sandbox.TLS{}}, tc.host)
			c := playVerified(t, w, overTLS(sts))
			expect(t, c, ending{result.Warn, tc.reason, 2, tc.want})
			if !strings.Contains(c.Message, "there is an MTA-STS record, but no policy at https://mta-sts.example.test/.well-known/mta-sts.txt") {
				t.Errorf("message %q", c.Message)
			}
			if !strings.Contains(c.Hint, "but for those that have kept an earlier one until its max_age is over") {
				t.Errorf("hint %q", c.Hint)
			}
		})
	}
	w := start(t, oneHost+stsRecord, sandbox.Server{TLS: &sandbox.TLS{}})
	expect(t, playVerified(t, w, overTLS(sts)), ending{result.Warn, result.DNS, 2, `"mta-sts.example.test": no such domain`})
}

// What this machine cannot do is no fault of the domain.
func TestPolicyHostOutOfReach(t *testing.T) {
	t.Parallel()
	w := stsWorld(t, enforce, sandbox.CertGood)
	noRoute := dialFunc(func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}
	})
	c := playVerified(t, w, overTLS(sts), func(s *dialogue.Settings) { s.Web = routeless{noRoute} })
	expect(t, c, ending{result.Inconclusive, result.NoRoute, 2, "has no IPv4 route"})
}

// routeless is a dialer that knows of no route.
type routeless struct{ probe.Dialer }

func (routeless) HasRoute(netip.AddrPort) bool { return false }

func TestShortMaxAgeIsNoted(t *testing.T) {
	t.Parallel()
	short := strings.Replace(enforce, "604800", "3600", 1)
	w := start(t, stsZone, sandbox.Server{TLS: &sandbox.TLS{}}, policyHost(sandbox.HTTPS{Body: short}))
	c := playVerified(t, w, overTLS(sts))
	expect(t, c, pass)
	noteWith(t, c, "max_age is less than a day")
}

// Some senders refuse a policy that others take.
func TestDoubtfulPolicyIsAWarning(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cert         sandbox.CertKind
		mediaType    string
		age, message string
		status       result.Verdict
	}{
		"as HTML":            {sandbox.CertGood, "text/html", "604800", `some senders refuse the policy: the policy has the media type "text/html"`, result.Warn},
		"as bytes":           {sandbox.CertGood, "application/octet-stream", "604800", `media type "application/octet-stream"`, result.Warn},
		"with a charset":     {sandbox.CertGood, "text/plain; charset=utf-8", "604800", "", result.Pass},
		"for two years":      {sandbox.CertGood, "", "63115200", "max_age is 63115200, and 31557600 is the most", result.Warn},
		"the most":           {sandbox.CertGood, "", "31557600", "", result.Pass},
		"and it is not kept": {sandbox.CertSelfSigned, "text/html", "604800", "self-signed", result.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.Replace(enforce, "604800", tc.age, 1)
			w := start(t, stsZone, sandbox.Server{TLS: &sandbox.TLS{Cert: tc.cert}}, policyHost(sandbox.HTTPS{Body: body, Type: tc.mediaType}))
			c := playVerified(t, w, overTLS(sts))
			if c.Status != tc.status || !strings.Contains(c.Message, tc.message) {
				t.Errorf("%v: %q; want %v, %q", c.Status, c.Message, tc.status, tc.message)
			}
			if step(t, c, 4).Status != result.Pass && tc.status != result.Fail {
				t.Errorf("step 4 is %v; want the dialogue to go on", step(t, c, 4).Status)
			}
		})
	}
}

// One fetch serves all hosts of a domain.
func TestPolicyIsFetchedOnce(t *testing.T) {
	t.Parallel()
	zone := "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\nmx2 A 192.0.2.11\nmta-sts A 192.0.2.12\n" + stsRecord
	w := start(t, zone, sandbox.Server{TLS: &sandbox.TLS{}}, sandbox.Server{Name: "mx2.example.test", TLS: &sandbox.TLS{}}, policyHost(sandbox.HTTPS{Body: enforce}))
	r, set := runner(t, w), trusting(t, w)
	set.Resolver = r.Resolver
	d := playWith(t, t.Context(), r, checks(t, set, overTLS(sts)))
	if a, b := d.Hosts[0].Status, d.Hosts[1].Status; a != result.Pass || b != result.Fail {
		t.Errorf("hosts are %v and %v; want the second not to be named in the policy", a, b)
	}
	if n := len(sessionsOf(w, "mta-sts.example.test")); n != 1 {
		t.Errorf("%d fetches; want one", n)
	}
}

// A fetch that failed is made again for a later attempt, a policy is kept.
func TestPolicyIsFetchedAgainAfterFailure(t *testing.T) {
	t.Parallel()
	w := stsWorld(t, enforce, sandbox.CertGood)
	var mu sync.Mutex
	fails := true
	web := dialFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if fails {
			return nil, errors.New("not now")
		}
		return w.DialContext(ctx, network, address)
	})
	r, set := runner(t, w), trusting(t, w)
	set.Resolver, set.Web = r.Resolver, web
	var later time.Duration
	set.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(later) }
	made := checks(t, set, overTLS(sts))
	first := playWith(t, t.Context(), r, made)
	mu.Lock()
	fails, later = false, 10*time.Second
	mu.Unlock()
	second := playWith(t, t.Context(), r, made)
	if a, b := only(t, &first).Status, only(t, &second).Status; a != result.Inconclusive || b != result.Pass {
		t.Errorf("the attempts were %v and %v; want inconclusive and pass", a, b)
	}
}

func TestMTASTSNeedsADomain(t *testing.T) {
	t.Parallel()
	w := stsWorld(t, enforce, sandbox.CertGood)
	r, set := runner(t, w), trusting(t, w)
	set.Resolver = r.Resolver
	for d := range r.Run(t.Context(), slices.Values([]probe.Request{{Server: "mx1.example.test", Checks: checks(t, set, overTLS(sts))}})) {
		expect(t, only(t, &d), ending{result.Skip, result.Condition, -1, "no mail domain is given"})
	}
	for d := range r.Run(t.Context(), slices.Values([]probe.Request{{Domain: "example.test", Server: "192.0.2.10", Checks: checks(t, set, overTLS(sts))}})) {
		expect(t, only(t, &d), ending{result.Skip, result.Condition, -1, "named by its address"})
	}
	c := playVerified(t, w, overTLS(sts), func(s *dialogue.Settings) { s.Resolver = nil })
	expect(t, c, ending{result.Inconclusive, result.Local, 2, "no resolver"})
}
