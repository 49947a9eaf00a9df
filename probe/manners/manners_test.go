package manners

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxprobe/probe/result"
)

func TestProvider(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"aspmx.l.google.com":                      "google.com",
		"ALT1.ASPMX.L.GOOGLE.COM.":                "google.com",
		"example-org.mail.protection.outlook.com": "outlook.com",
		"mail.example.co.uk":                      "example.co.uk",
		"mx.wunderland.example":                   "wunderland.example",
		"[192.0.2.1]":                             "[192.0.2.1]",
		"[IPv6:2001:DB8::1]":                      "[ipv6:2001:db8::1]",
		"192.0.2.1":                               "192.0.2.1",
		"localhost":                               "localhost",
		"co.uk":                                   "co.uk",
		"":                                        "",
		"a.b.c." + strings.Repeat("x", 60) + ".example": strings.Repeat("x", 60) + ".example",
	} {
		if got := Provider(host); got != want {
			t.Errorf("Provider(%q) = %q; want %q", host, got, want)
		}
	}
}

// noon is some time to ask at.
func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

func TestRateSpreadsEvenly(t *testing.T) {
	t.Parallel()
	r := NewRate[string](4)
	for i, want := range []time.Duration{0, 250 * time.Millisecond, 500 * time.Millisecond, 750 * time.Millisecond} {
		if got := r.Book("mx1.example.test", noon()); got != want {
			t.Errorf("booking %d begins after %s; want %s", i, got, want)
		}
	}
	if got := r.Book("mx2.example.test", noon()); got != 0 {
		t.Errorf("another key waits %s; want none", got)
	}
	// An hour of silence is no licence for a crowd.
	later := noon().Add(time.Hour)
	if first, second := r.Book("mx1.example.test", later), r.Book("mx1.example.test", later); first != 0 || second != 250*time.Millisecond {
		t.Errorf("after an hour two begin after %s and %s; want 0 and 250ms", first, second)
	}
	if got := NewRate[string](0).Book("x", noon()); got != 0 {
		t.Errorf("without a limit one waits %s", got)
	}
}

// TestRateForgetsWhoIsIdle: a million hosts must not cost memory for each.
func TestRateForgetsWhoIsIdle(t *testing.T) {
	t.Parallel()
	r := NewRate[int](2)
	now := noon()
	for i := range 100_000 {
		r.Book(i, now)
		now = now.Add(time.Millisecond) // half a second is 500 keys
	}
	if n := len(r.keys); n > 2*leastKept {
		t.Errorf("%d keys are kept of which 500 are in use", n)
	}
	// Those in use are not forgotten.
	r.Book(-1, now)
	for i := range 5 * leastKept {
		r.Book(-2-i, now)
	}
	if got := r.Book(-1, now); got != 500*time.Millisecond {
		t.Errorf("a key in use was forgotten: it begins after %s; want 500ms", got)
	}
}

func TestBackoffWaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	var b Backoff
	now := noon()
	if at, gone := b.Next("example.test", now); !at.IsZero() || gone {
		t.Errorf("who never asked is spoken to at %s, gone %t", at, gone)
	}
	for i, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute} {
		b.Refused("example.test", now, now)
		// The sessions that were open beside it say the same, and count for nothing.
		b.Refused("example.test", now.Add(-time.Second), now)
		at, gone := b.Next("example.test", now)
		if got := at.Sub(now); got != want || gone {
			t.Errorf("after %d refusals the next waits %s, gone %t; want %s", i+1, got, gone, want)
		}
		if at2, _ := b.Next("example.test", now); at2.Sub(at) != WaryGap {
			t.Errorf("the one after that begins %s later; want %s", at2.Sub(at), WaryGap)
		}
		now = at
	}
	b.Refused("example.test", now, now)
	if _, gone := b.Next("example.test", now.Add(time.Hour)); !gone {
		t.Errorf("after %d refusals in a row it is still spoken to", MaxRefusals)
	}
	if at, gone := b.Next("example.net", now); !at.IsZero() || gone {
		t.Error("another provider has to wait as well")
	}
}

func TestBackoffEndsWithASessionThatWentWell(t *testing.T) {
	t.Parallel()
	var b Backoff
	now := noon()
	b.Refused("example.test", now, now)
	b.Went("example.test", now.Add(-time.Second)) // it began before the refusal, and says nothing
	if at, _ := b.Next("example.test", now); at.IsZero() {
		t.Error("a session from before the refusal ended the wait")
	}
	if b.Moved("example.test", now) {
		t.Error("nothing came since, and yet something moved")
	}
	b.Refused("example.test", now.Add(time.Minute), now.Add(time.Minute))
	if !b.Moved("example.test", now) {
		t.Error("a further refusal moves the moment that was given")
	}
	b.Went("example.test", now.Add(5*time.Minute))
	if at, _ := b.Next("example.test", now); !at.IsZero() {
		t.Error("after a session that went well there is still a wait")
	}
}

func TestAsks(t *testing.T) {
	t.Parallel()
	step := func(attempt, code int, enhanced, cause string) result.Step {
		return result.Step{Attempt: attempt, Code: code, Enhanced: enhanced, Blame: result.Blame{Cause: cause}}
	}
	for name, tt := range map[string]struct {
		steps []result.Step
		want  bool
	}{
		"nothing":                {nil, false},
		"all well":               {[]result.Step{step(1, 220, "", ""), step(1, 250, "2.1.5", "")}, false},
		"421":                    {[]result.Step{step(1, 421, "", "")}, true},
		"421 4.3.2":              {[]result.Step{step(1, 250, "", ""), step(1, 421, "4.3.2", "")}, true},
		"450 4.7.1":              {[]result.Step{step(1, 450, "4.7.1", "client-refused")}, true},
		"454 4.7.0":              {[]result.Step{step(1, 454, "4.7.0", "rate-limited")}, true},
		"greylisted":             {[]result.Step{step(1, 451, "4.7.1", result.CauseGreylisted)}, false},
		"450 4.2.1":              {[]result.Step{step(1, 450, "4.2.1", "")}, false},
		"550 5.7.1":              {[]result.Step{step(1, 550, "5.7.1", "")}, false},
		"in an attempt before":   {[]result.Step{step(1, 421, "", ""), step(2, 250, "", "")}, false},
		"in the attempt at last": {[]result.Step{step(1, 250, "", ""), step(2, 421, "", "")}, true},
	} {
		c := result.Check{Attempts: 1, Steps: tt.steps}
		if n := len(tt.steps); n > 0 {
			c.Attempts = tt.steps[n-1].Attempt
		}
		if got := Asks(&c); got != tt.want {
			t.Errorf("%s: Asks = %t; want %t", name, got, tt.want)
		}
	}
}

const optOut = "\ufeff# asked to be left alone\r\n" +
	"example.org\r\n" +
	"  *.Bücher.example   # and all below\n" +
	"192.0.2.7\n" +
	"[IPv6:2001:db8:1::1]\n" +
	"198.51.100.0/24\n" +
	"198.51.100.128/25\n" +
	"2001:db8:2::/48\n" +
	"\n" +
	"mx7.example.net.\n"

func TestExclusions(t *testing.T) {
	t.Parallel()
	e, err := ReadExclusions("opt-out", strings.NewReader(optOut))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"example.org":              "excluded by example.org in opt-out:2",
		"EXAMPLE.ORG.":             "excluded by example.org in opt-out:2",
		"mx1.mail.example.org":     "excluded by example.org in opt-out:2",
		"notexample.org":           "",
		"org":                      "",
		"bücher.example":           "excluded by xn--bcher-kva.example in opt-out:3",
		"mx.xn--bcher-kva.example": "excluded by xn--bcher-kva.example in opt-out:3",
		"mx7.example.net":          "excluded by mx7.example.net in opt-out:10",
		"mx8.example.net":          "",
		"[192.0.2.7]":              "excluded by 192.0.2.7/32 in opt-out:4",
		"192.0.2.8":                "",
		"":                         "",
	} {
		if got := e.Name(name); got != want {
			t.Errorf("Name(%q) = %q; want %q", name, got, want)
		}
	}
	for addr, want := range map[string]string{
		"192.0.2.7":          "excluded by 192.0.2.7/32 in opt-out:4",
		"::ffff:192.0.2.7":   "excluded by 192.0.2.7/32 in opt-out:4",
		"192.0.2.70":         "",
		"198.51.100.1":       "excluded by 198.51.100.0/24 in opt-out:6",
		"198.51.100.200":     "excluded by 198.51.100.128/25 in opt-out:7",
		"198.51.101.1":       "",
		"2001:db8:1::1":      "excluded by 2001:db8:1::1/128 in opt-out:5",
		"2001:db8:1::2":      "",
		"2001:db8:2:ff::1%2": "excluded by 2001:db8:2::/48 in opt-out:8",
	} {
		if got := e.Addr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Addr(%s) = %q; want %q", addr, got, want)
		}
	}
	var none *Exclusions
	if why := none.Name("example.org") + none.Addr(netip.MustParseAddr("192.0.2.7")); why != "" {
		t.Errorf("no list excludes: %s", why)
	}
}

// TestExclusionsOfNoSense: what is not understood must not be ignored.
func TestExclusionsOfNoSense(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"example.org\ntwo words\n":   `opt-out:2: "two words" is no domain, host, address or network: `,
		"192.0.2.0/33\n":             `opt-out:1: "192.0.2.0/33" is no domain, host, address or network: it is not written as`,
		"::ffff:192.0.2.0/120\n":     "write it as a network of IPv4",
		"kate@example.org\n":         `it contains "@"`,
		strings.Repeat("x", 100_000): "opt-out:1: the line is too long",
	} {
		if _, err := ReadExclusions("opt-out", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v; want %q", text, err, want)
		}
	}
}

func FuzzExclusions(f *testing.F) {
	f.Add(optOut, "mx.example.org", "192.0.2.7")
	f.Fuzz(func(t *testing.T, list, name, addr string) {
		e, err := ReadExclusions("opt-out", strings.NewReader(list))
		if err != nil {
			return
		}
		e.Name(name)
		if a, err := netip.ParseAddr(addr); err == nil {
			e.Addr(a)
		}
	})
}
