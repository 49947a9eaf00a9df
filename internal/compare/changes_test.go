package compare

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

// kept returns what a file gives back of a snapshot, so that nothing relies
// on what is only in memory.
func kept(t *testing.T, s *Snapshot) *Snapshot {
	t.Helper()
	if s == nil {
		return nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out Snapshot
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(&out); err != nil || string(again) != string(b) {
		t.Errorf("a snapshot is not read back: %v\n%s\n%s", err, b, again)
	}
	if err := out.Valid(); err != nil {
		t.Errorf("%v", err)
	}
	return &out
}

// told returns changes as "kind: message", those for the worse with a !
// before them.
func told(all []result.Change) []string {
	var out []string
	for _, c := range all {
		s := c.Kind + ": " + c.Message
		if c.Regression {
			s = "! " + s
		}
		out = append(out, s)
	}
	return out
}

func (s server) but(change func(*server)) server { change(&s); return s }

func usualServers() (one, two, three server) {
	one = server{host: "mx1", ip: "192.0.2.1", ehlo: "SIZE 1000,STARTTLS", under: "SIZE 1000,AUTH LOGIN PLAIN", cert: cert("aa", "2027-01-01", "mx1"), days: 60, rcpt: "250 2.1.5 Ok"}
	two = one.but(func(s *server) { s.host, s.ip, s.cert = "mx2", "192.0.2.2", cert("bb", "2027-01-01", "mx2") })
	three = one.but(func(s *server) { s.ip = "2001:db8::1" })
	return one, two, three
}

func TestChanges(t *testing.T) {
	t.Parallel()
	one, two, three := usualServers()
	usual := func() *result.Domain { return domainOf(one, three, two) }
	down := func(s *server) {
		s.ehlo, s.under, s.cert, s.rcpt, s.status, s.reason = "-", "", nil, "", result.Fail, result.Refused
	}
	grey := func(s *server) {
		s.rcpt, s.status, s.reason = "451 4.7.1 Greylisted", result.Inconclusive, result.Temporary
	}
	took := func(d *result.Domain, took time.Duration) *result.Domain {
		d.Hosts[0].Addresses[0].Checks[0].Millis = result.Millis(took)
		return d
	}
	nullMX := func() *result.Domain {
		return &result.Domain{Domain: "a.test", Origin: "null", Status: result.Fail, Reason: result.NullMX}
	}
	noName := func() *result.Domain {
		return &result.Domain{Domain: "a.test", Status: result.Fail, Reason: result.DNS, Message: "no such domain"}
	}
	noAddress := func(r result.Reason, v result.Verdict) *result.Domain {
		d := domainOf(one, three, two)
		d.Hosts[1].Addresses, d.Hosts[1].Status, d.Hosts[1].Reason, d.Hosts[1].Message = nil, v, r, "no such name: mx2"
		return d
	}
	for _, tt := range []struct {
		name        string
		before, now *result.Domain
		want        []string
	}{
		{"nothing", usual(), usual(), nil},
		{"other names, texts and times", usual(), func() *result.Domain {
			d := domainOf(one.but(func(s *server) { s.rcpt = "250 2.1.5 Ok, another id" }), three, two)
			d.Hosts[0].Addresses[0].Checks[0].Millis = 9e8
			return d
		}(), nil},
		{"STARTTLS is lost", usual(), domainOf(one.but(func(s *server) { s.ehlo, s.under, s.cert = "SIZE 1000", "", nil }), three, two), []string{
			"! keyword_lost: mx1 192.0.2.1:25 no longer offers STARTTLS",
		}},
		{"a keyword is new", usual(), domainOf(one.but(func(s *server) { s.ehlo += ",DSN" }), three, two), []string{
			"keyword_added: mx1 192.0.2.1:25 offers DSN, which it did not",
		}},
		{"smaller size", usual(), domainOf(one, three, two.but(func(s *server) { s.ehlo = "SIZE 500,STARTTLS" })), []string{
			"! keyword_changed: mx2 192.0.2.2:25 offers SIZE 500, it was SIZE 1000",
		}},
		{"larger size", usual(), domainOf(one, three, two.but(func(s *server) { s.ehlo = "SIZE 5000,STARTTLS" })), []string{
			"keyword_changed: mx2 192.0.2.2:25 offers SIZE 5000, it was SIZE 1000",
		}},
		{"no limit on size", usual(), domainOf(one, three, two.but(func(s *server) { s.ehlo = "SIZE 0,STARTTLS" })), []string{
			"keyword_changed: mx2 192.0.2.2:25 offers SIZE 0, it was SIZE 1000",
		}},
		{"a limit on size", domainOf(one.but(func(s *server) { s.ehlo = "SIZE 0" })), domainOf(one.but(func(s *server) { s.ehlo = "SIZE 1000" })), []string{
			"! keyword_changed: mx1 192.0.2.1:25 offers SIZE 1000, it was SIZE 0",
		}},
		{"a mechanism less, under TLS", usual(), domainOf(one.but(func(s *server) { s.under = "SIZE 1000,AUTH PLAIN" }), three, two), []string{
			"! keyword_changed: mx1 192.0.2.1:25 offers AUTH PLAIN under TLS, it was AUTH LOGIN PLAIN",
		}},
		{"a mechanism more", usual(), domainOf(one.but(func(s *server) { s.under = "SIZE 1000,AUTH PLAIN LOGIN CRAM-MD5" }), three, two), []string{
			"keyword_changed: mx1 192.0.2.1:25 offers AUTH CRAM-MD5 LOGIN PLAIN under TLS, it was AUTH LOGIN PLAIN",
		}},
		{"weaker TLS", usual(), domainOf(one.but(func(s *server) { s.version = "TLS 1.2" }), three, two), []string{
			"! tls_version: mx1 192.0.2.1:25 speaks TLS 1.2, it spoke TLS 1.3",
		}},
		{"stronger TLS", domainOf(one.but(func(s *server) { s.version = "TLS 1.0" })), domainOf(one), []string{"tls_version: mx1 192.0.2.1:25 speaks TLS 1.3, it spoke TLS 1.0"}},
		{"certificate renewed", usual(), domainOf(one, three, two.but(func(s *server) { s.cert = cert("cc", "2027-03-01", "mx2") })), []string{
			"certificate: mx2 192.0.2.2:25 has a new certificate, until 2027-03-01 by CN=CA; the old one was until 2027-01-01",
		}},
		{"certificate of another issuer that ends earlier", usual(), domainOf(one, three, two.but(func(s *server) { s.cert = cert("cc", "2026-12-31", "mx2"); s.cert.Issuer = "CN=Other" })), []string{
			"! certificate: mx2 192.0.2.2:25 has a new certificate, until 2026-12-31 by CN=Other; the old one was until 2027-01-01 by CN=CA",
		}},
		{"certificate no longer good", usual(), domainOf(one, three, two.but(func(s *server) { s.chain = "self-signed" })), []string{
			"! certificate: mx2 192.0.2.2:25 has a certificate that was good and is not any more: its chain",
		}},
		{"new certificate that is no good", usual(), domainOf(one, three, two.but(func(s *server) { s.cert, s.chain = cert("cc", "2028-01-01", "mx2"), "self-signed" })), []string{
			"! certificate: mx2 192.0.2.2:25 has a new certificate, until 2028-01-01 by CN=CA; the old one was until 2027-01-01; no longer good: its chain",
		}},
		{"nobody looked at the chain", usual(), domainOf(one, three, two.but(func(s *server) { s.chain = "not checked" })), nil},
		{"fails now", usual(), domainOf(one, three, two.but(func(s *server) { s.rcpt, s.status, s.reason = "550 5.1.1 no", result.Fail, result.Reply })), []string{
			`! verdict: "talk" at mx2 192.0.2.2:25: fail, it was pass`,
		}},
		{"is down: it has lost no keyword", usual(), domainOf(one, three, two.but(down)), []string{`! verdict: "talk" at mx2 192.0.2.2:25: fail, it was pass`}},
		{"works again", domainOf(one, two.but(down)), domainOf(one, two), []string{`verdict: "talk" at mx2 192.0.2.2:25: pass, it was fail`}},
		{"fails in another way", domainOf(two.but(down)), domainOf(two.but(func(s *server) { down(s); s.reason = result.Timeout })), []string{
			`reply: "talk" at mx2 192.0.2.2:25 fails in another way: `,
		}},
		{"is skipped now", usual(), domainOf(one, three, two.but(func(s *server) { s.status, s.reason = result.Skip, result.Condition })), []string{
			`! verdict: "talk" at mx2 192.0.2.2:25: skip, it was pass`,
		}},
		{"a warning now", usual(), domainOf(one, three, two.but(func(s *server) { s.status, s.reason = result.Warn, result.Slow })), []string{
			`! verdict: "talk" at mx2 192.0.2.2:25: warn, it was pass`,
		}},
		{"a temporary answer says nothing", usual(), domainOf(one, three, two.but(grey)), nil},
		{"nor where it counts as failed", usual(), domainOf(one, three, two.but(func(s *server) { grey(s); s.status = result.Fail })), nil},
		{"a fault on this side says nothing", usual(), domainOf(one, three, two.but(func(s *server) { down(s); s.status, s.reason = result.Inconclusive, result.NoRoute })), nil},
		{"never known, taken now", domainOf(two.but(grey)), domainOf(two), []string{`verdict: "talk" at mx2 192.0.2.2:25: pass, it was inconclusive`}},
		{"never known, refused now", domainOf(two.but(grey)), domainOf(two.but(func(s *server) { s.rcpt, s.status, s.reason = "550 no", result.Fail, result.Reply })), []string{
			`! verdict: "talk" at mx2 192.0.2.2:25: fail, it was inconclusive`,
		}},
		{"another reply, the verdict being the same", usual(), domainOf(one, three, two.but(func(s *server) { s.rcpt = "251 forwarded" })), []string{
			`reply: "talk" at mx2 192.0.2.2:25: step 4 gets 251, it got 250`,
		}},
		{"MX added", domainOf(one), domainOf(one, two), []string{"mx_added: mx2 is a new mail host, preference 20"}},
		{"MX gone", usual(), domainOf(one, three), []string{"! mx_gone: mx2 is no mail host any more, its preference was 20"}},
		{"MX replaced", domainOf(one, two), domainOf(one, two.but(func(s *server) { s.host = "mx3" })), []string{
			"mx_added: mx3 is a new mail host, preference 20", "mx_gone: mx2 is no mail host any more, its preference was 20",
		}},
		{"preference", usual(), func() *result.Domain { d := usual(); d.Hosts[1].Preference = 5; return d }(), []string{"preference: mx2 has preference 5, it had 20"}},
		{"address added", domainOf(one), domainOf(one, three), []string{"address_added: mx1 has the new address 2001:db8::1"}},
		{"address gone", domainOf(one, three), domainOf(one), []string{"! address_gone: mx1 no longer has the address 2001:db8::1"}},
		{"address changed, and a keyword lost with it", domainOf(one, three), domainOf(one.but(func(s *server) { s.ip, s.ehlo, s.under, s.cert = "192.0.2.9", "SIZE 1000", "", nil }), three), []string{
			"address_changed: mx1 has the address 192.0.2.9 in place of 192.0.2.1", "! keyword_lost: mx1 192.0.2.9:25 no longer offers STARTTLS",
		}},
		{"one address in place of two", domainOf(one, one.but(func(s *server) { s.ip = "192.0.2.8" })), domainOf(one.but(func(s *server) { s.ip = "192.0.2.9" })), []string{
			"! address_changed: mx1 has the address 192.0.2.9 in place of 192.0.2.1 and 192.0.2.8",
		}},
		{"null MX", usual(), nullMX(), []string{"! route: a.test has a null MX (it takes no mail), it had MX records"}},
		{"no MX record any more", domainOf(one), func() *result.Domain { d := domainOf(one); d.Origin = "implicit"; return d }(), []string{
			"! route: a.test has no MX record (its own address takes mail), it had MX records",
		}},
		{"an MX record where there was none", func() *result.Domain { d := domainOf(one); d.Origin = "implicit"; return d }(), domainOf(one), []string{
			"route: a.test has MX records, it had no MX record (its own address takes mail)",
		}},
		{"the certificate of an earlier session", domainOf(one), func() *result.Domain {
			d := domainOf(one.but(func(s *server) { s.cert = cert("old", "2026-12-12", "mx1") }))
			d.Hosts[0].Addresses[0].Checks[0].TLS.Resumed = true
			return d
		}(), nil},
		{"MX records again", nullMX(), domainOf(one), []string{"route: a.test has MX records, it had a null MX (it takes no mail)", "mx_added: mx1 is a new mail host, preference 10"}},
		{"domain gone", usual(), noName(), []string{"! verdict: a.test cannot be looked up any more: no such domain"}},
		{"domain back", noName(), usual(), []string{"verdict: a.test can be looked up again"}},
		{"domain still gone", noName(), noName(), nil},
		{"the resolver is down", usual(), &result.Domain{Domain: "a.test", Status: result.Inconclusive, Reason: result.Resolver}, nil},
		{"stopped before the look-up", usual(), &result.Domain{Domain: "a.test", Status: result.NotRun, Reason: result.Interrupted}, nil},
		{"a host has no address any more", usual(), noAddress(result.DNS, result.Fail), []string{"! verdict: mx2 cannot be looked up any more: no such name: mx2"}},
		{"a host whose address nobody could ask for", usual(), noAddress(result.Resolver, result.Inconclusive), nil},
		{"a host of another address family", usual(), noAddress(result.Condition, result.Skip), nil},
		{"half of the look-up failed", usual(), func() *result.Domain { d := domainOf(one, two); d.Hosts[0].Lack = &result.Lack{}; return d }(), nil},
		{
			"half of the look-up failed beside a failure", usual(),
			func() *result.Domain {
				d := domainOf(one, two)
				d.Hosts[0].Status, d.Hosts[0].Reason, d.Hosts[0].Lack = result.Fail, result.Reply, &result.Lack{Status: result.Inconclusive, Reason: result.Resolver}
				return d
			}(), nil,
		},
		{"three times as slow", took(usual(), time.Second), took(usual(), 3*time.Second), []string{`slower: "talk" at mx1 192.0.2.1:25 takes 3s, it took 1s`}},
		{"a bit less than that", took(usual(), time.Second), took(usual(), 2999*time.Millisecond), nil},
		{"a factor that is noise", took(usual(), 100*time.Millisecond), took(usual(), 1099*time.Millisecond), nil},
		{"a second more", took(usual(), 100*time.Millisecond), took(usual(), 1100*time.Millisecond), []string{`slower: "talk" at mx1 192.0.2.1:25 takes 1.1s, it took 100ms`}},
		{"a wait between attempts", took(usual(), time.Second), took(domainOf(one.but(func(s *server) { s.attempts = []string{"451 later"} }), three, two), time.Hour), nil},
		{"a domain that was not known", nil, usual(), []string{"domain_new: a.test is new: it is not in the baseline"}},
		{"nothing was ever known", nil, &result.Domain{Domain: "a.test", Status: result.Inconclusive, Reason: result.Resolver}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := &Options{Slower: 3}
			var before *Snapshot
			if tt.before != nil {
				before = kept(t, Remember(nil, tt.before, o))
			}
			was, err := json.Marshal(before)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, told(Changes(before, tt.now, o))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			// What is told once is told no more when it is remembered.
			after := kept(t, Remember(before, tt.now, o))
			if after != nil {
				if got := told(Changes(after, tt.now, o)); got != nil {
					t.Errorf("told again: %q", got)
				}
			}
			if still, _ := json.Marshal(before); string(still) != string(was) {
				t.Errorf("what was known was changed:\n%s\n%s", was, still)
			}
		})
	}
}

// TestOldKnowledgeStays: what one run could not see is compared by the next.
func TestOldKnowledgeStays(t *testing.T) {
	t.Parallel()
	one, two, _ := usualServers()
	o := &Options{Slower: 3}
	now := Remember(nil, domainOf(one, two), o)
	for _, unseen := range []*result.Domain{
		domainOf(one, two.but(func(s *server) {
			s.ehlo, s.under, s.cert, s.rcpt, s.status, s.reason = "-", "", nil, "", result.Fail, result.Timeout
		})),
		{Domain: "a.test", Status: result.Inconclusive, Reason: result.Resolver},
		{Domain: "a.test", Status: result.Fail, Reason: result.DNS},
	} {
		now = kept(t, Remember(now, unseen, o))
	}
	got := told(Changes(now, domainOf(one, two.but(func(s *server) { s.ehlo, s.under, s.cert, s.version = "SIZE 1000", "", nil, "" })), o))
	want := []string{
		"verdict: a.test can be looked up again",
		"! keyword_lost: mx2 192.0.2.2:25 no longer offers STARTTLS",
		`verdict: "talk" at mx2 192.0.2.2:25: pass, it was fail`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhatIsLeftOutIsNotGone: with -4 or --only less is asked.
func TestWhatIsLeftOutIsNotGone(t *testing.T) {
	t.Parallel()
	one, two, three := usualServers()
	o := &Options{LeftOut: func(host, ip string) bool { return host == "mx2" || strings.Contains(ip, ":") }}
	before := Remember(nil, domainOf(one, three, two), o)
	if got := told(Changes(before, domainOf(one), o)); got != nil {
		t.Errorf("left out: %q", got)
	}
	after := kept(t, Remember(before, domainOf(one), o))
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("knowledge of what was left out (-before +after):\n%s", diff)
	}
	if got := told(Changes(before, domainOf(one), &Options{})); len(got) != 2 {
		t.Errorf("not left out: %q; want the address and the host gone", got)
	}
	// Nothing is left to ask.
	none := &result.Domain{Domain: "a.test", Origin: "mx", Status: result.NotRun, Reason: result.Condition}
	if got := Changes(before, none, o); got != nil {
		t.Errorf("all left out: %q", told(got))
	}
}

// TestTimesDoNotRewriteTheBaseline: a file that changes with every run tells
// nobody what has changed.
func TestTimesDoNotRewriteTheBaseline(t *testing.T) {
	t.Parallel()
	one, _, _ := usualServers()
	at := func(ms int) *result.Domain {
		d := domainOf(one)
		d.Hosts[0].Addresses[0].Checks[0].Millis = result.Millis(time.Duration(ms) * time.Millisecond)
		return d
	}
	o := &Options{Slower: 3}
	before := Remember(nil, at(800), o)
	if diff := cmp.Diff(before, Remember(before, at(1900), o)); diff != "" {
		t.Errorf("not slower, and yet another file:\n%s", diff)
	}
	if diff := cmp.Diff(before, Remember(before, at(20), o)); diff != "" {
		t.Errorf("noise, and yet another file:\n%s", diff)
	}
	if got := Remember(before, at(5000), o).Hosts["mx1"].Addresses["192.0.2.1"].Ports[25].Scenarios["talk"].Millis.Duration(); got != 5*time.Second {
		t.Errorf("slower: %s is remembered; want 5s", got)
	}
}

func TestKnownFailures(t *testing.T) {
	t.Parallel()
	one, two, _ := usualServers()
	refused := func(code string) server {
		return two.but(func(s *server) { s.rcpt, s.status, s.reason = code+" no", result.Fail, result.Reply })
	}
	domain := func(s server) *result.Domain {
		d := domainOf(one, s)
		if c := &d.Hosts[1].Addresses[0].Checks[0]; c.Status == result.Fail {
			four := 4
			c.FailedStep = &four
		}
		return d
	}
	timeout := two.but(func(s *server) {
		s.ehlo, s.under, s.cert, s.rcpt, s.status, s.reason = "-", "", nil, "", result.Fail, result.Timeout
	})
	badly := func(chain, dates string, reason result.Reason) *result.Domain {
		d := domain(two.but(func(s *server) { s.status, s.reason = result.Fail, reason }))
		c := &d.Hosts[1].Addresses[0].Checks[0]
		c.TLS.ChainFinding, c.TLS.DatesFinding = chain, dates
		return d
	}
	lacking := func(v result.Verdict, r result.Reason) *result.Domain {
		d := domain(refused("550"))
		d.Hosts[0].Lack = &result.Lack{Status: v, Reason: r}
		return d
	}
	noName := &result.Domain{Domain: "a.test", Status: result.Fail, Reason: result.DNS}
	nullMX := &result.Domain{Domain: "a.test", Origin: "null", Status: result.Fail, Reason: result.NullMX}
	for _, tt := range []struct {
		name        string
		before, now *result.Domain
		forgiven    bool
		unchanged   bool
	}{
		{"all well", domain(two), domain(two), false, true},
		{"the same failure", domain(refused("550")), domain(refused("550")), true, true},
		{"another code", domain(refused("550")), domain(refused("554")), false, false},
		{"another reason", domain(refused("550")), domain(timeout), false, false},
		{"the same without a connection", domain(timeout), domain(timeout), true, true},
		{"the same bad certificate", badly("self-signed", "ok", result.TLS), badly("self-signed", "ok", result.TLS), true, true},
		{"a certificate that is bad in another way", badly("self-signed", "ok", result.TLS), badly("ok", "expired", result.TLS), false, false},
		{"a bad certificate that got worse", badly("self-signed", "ok", result.TLS), badly("self-signed", "expired", result.TLS), false, false},
		{"a bad certificate that got better", badly("self-signed", "expired", result.TLS), badly("self-signed", "ok", result.TLS), true, true},
		{"a failure that is not the certificate's", badly("ok", "ok", result.Reply), badly("ok", "expired", result.Reply), true, true},
		{"addresses are unavailable beside it", domain(refused("550")), lacking(result.Inconclusive, result.Resolver), true, false},
		{"still not", lacking(result.Inconclusive, result.Resolver), lacking(result.Inconclusive, result.Resolver), true, false},
		{"addresses are wrong beside it", domain(refused("550")), lacking(result.Warn, result.DNS), true, false},
		{"still wrong", lacking(result.Warn, result.DNS), lacking(result.Warn, result.DNS), true, true},
		{"it passed", domain(two), domain(refused("550")), false, false},
		{"the same domain without records", noName, noName, true, true},
		{"the same null MX", nullMX, nullMX, true, true},
		{"a null MX that is new", domain(two), nullMX, false, false},
		{"nothing was known", nil, domain(refused("550")), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var before *Snapshot
			if tt.before != nil {
				before = kept(t, Remember(nil, tt.before, &Options{}))
			}
			now := *tt.now
			if got := Unchanged(before, &now); got != tt.unchanged {
				t.Errorf("Unchanged = %t; want %t", got, tt.unchanged)
			}
			if got := Forgive(before, &now); got != tt.forgiven {
				t.Errorf("Forgive = %t; want %t", got, tt.forgiven)
			}
			failed := false
			if len(now.Hosts) == 0 {
				failed = now.Status == result.Fail
			} else if c := &now.Hosts[1].Addresses[0].Checks[0]; true {
				failed = c.Status == result.Fail
				if tt.forgiven != (c.Forgiven != "") {
					t.Errorf("forgiven because of %q", c.Forgiven)
				}
			}
			wasFailed := tt.name != "all well"
			if failed != (wasFailed && !tt.forgiven) {
				t.Errorf("still failed: %t", failed)
			}
		})
	}
}

// TestKeysDiffer: a run may speak to a server by its name and to the domain of
// that name; each would stand in the baseline in place of the other.
func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]result.Domain{
		"a.test":        {Domain: "A.Test."},
		"mx1":           {Domain: "mx1"},
		"server mx1":    {Server: "mx1"},
		"a.test at mx1": {Domain: "a.test", Server: "mx1"},
	} {
		if got := Key(&d); got != want {
			t.Errorf("Key(%q, %q) = %q; want %q", d.Domain, d.Server, got, want)
		}
	}
}

// FuzzSnapshot reads what anybody may have written into a baseline.
func FuzzSnapshot(f *testing.F) {
	one, two, three := usualServers()
	d := domainOf(one, three, two)
	good, err := json.Marshal(Remember(nil, d, &Options{}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))                                                                                                                                  // as it is written
	f.Add(`{}`)                                                                                                                                          // nothing
	f.Add(`null`)                                                                                                                                        // less than nothing
	f.Add(`{"hosts":{"mx1":null}}`)                                                                                                                      // holes
	f.Add(`{"hosts":{"mx1":{"addresses":{"192.0.2.1":{"ports":{"25":null}}}}}}`)                                                                         // deeper
	f.Add(`{"origin":"mx","hosts":{"mx1":{"addresses":{"192.0.2.1":{"ports":{"25":{"scenarios":{"talk":null}}}}}}}}`)                                    // deeper still
	f.Add(`{"origin":"mx","hosts":{"mx1":{"addresses":{"192.0.2.1":null}}}}`)                                                                            // an address
	f.Add(`{"origin":"mx","hosts":{"mx2":{"addresses":{"192.0.2.2":{"ports":{"25":{"scenarios":{"talk":{"status":"fail","step":-7,"codes":[1]}}}}}}}}}`) // numbers that lead nowhere
	f.Fuzz(func(t *testing.T, text string) {
		var s *Snapshot
		if json.Unmarshal([]byte(text), &s) != nil || s.Valid() != nil {
			return
		}
		o := &Options{Slower: 3}
		for _, now := range []*result.Domain{d, {Domain: "a.test", Origin: "null", Status: result.Fail, Reason: result.NullMX}} {
			for _, c := range Changes(s, now, o) {
				if c.Kind == "" || c.Message == "" {
					t.Errorf("%s: an empty change %+v", text, c)
				}
			}
			after := Remember(s, now, o)
			if got := Changes(after, now, o); got != nil {
				t.Errorf("%s: told again: %q", text, told(got))
			}
			Unchanged(s, now)
		}
		copied := domainOf(one, three, two)
		Forgive(s, copied)
	})
}
