package dialogue_test

import (
	"net/netip"
	"slices"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/handshake"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// targets are one target and what else it could be, by what differs.
func targets() (probe.Target, map[string]probe.Target) {
	one := probe.Target{Domain: "one.test", Host: "mx.one.test", Preference: 10, IP: netip.MustParseAddr("192.0.2.1"), Port: 25}
	other := map[string]probe.Target{}
	for what, change := range map[string]func(*probe.Target){
		"domain": func(t *probe.Target) { t.Domain = "two.test" },
		"host":   func(t *probe.Target) { t.Host = "mx.two.test" },
		"pref":   func(t *probe.Target) { t.Preference = 20 },
		"ip":     func(t *probe.Target) { t.IP = netip.MustParseAddr("192.0.2.2") },
		"port":   func(t *probe.Target) { t.Port = 587 },
		"dnssec": func(t *probe.Target) { t.Authentic = true },
	} {
		t := one
		change(&t)
		other[what] = t
	}
	return one, other
}

// What a dialogue has in common with that of another target, and what it has not.
func TestWhatIsTheSameForManyDomains(t *testing.T) {
	t.Parallel()
	// own says that each domain has a dialogue of its own.
	const own = "own"
	tests := map[string]struct {
		src    string
		set    func(*dialogue.Settings)
		differ []string // beside address and port
	}{
		"EHLO alone":                {src: `steps: ["EHLO ${helo}"]`},
		"the sender":                {src: `steps: ["EHLO ${helo}", "MAIL FROM:<${from}> SIZE=1"]`},
		"the domain":                {src: `steps: ["RCPT TO:<a@${domain}>"]`, differ: []string{own}},
		"postmaster of the domain":  {src: `steps: ["RCPT TO:<${to}>"]`, set: func(s *dialogue.Settings) { s.To = "" }, differ: []string{own}},
		"a recipient":               {src: `steps: ["RCPT TO:<${to}>"]`},
		"a recipient at the domain": {src: `steps: ["RCPT TO:<${to}>"]`, set: func(s *dialogue.Settings) { s.To = "kate@${domain}" }, differ: []string{own}},
		"one recipient of many": {
			src: `steps: [{send: "RCPT TO:<${to}>", for: to}]`, set: func(s *dialogue.Settings) { s.FurtherTo = []string{"x@y.test", "kate@${domain}"} }, differ: []string{own},
		},
		"asked for, and set": {
			src: `{vars: {to: x@y.test}, steps: ["RCPT TO:<${to}>"]}`,
			set: func(s *dialogue.Settings) { s.To, s.Explicit = "kate@${domain}", []string{"to"} }, differ: []string{own},
		},
		"set in the scenario": {src: `{vars: {to: x@y.test}, steps: ["RCPT TO:<${to}>"]}`, set: func(s *dialogue.Settings) { s.To = "" }},
		"an expected text":    {src: `steps: [{send: NOOP, text: "${domain}"}]`, differ: []string{own}},
		"a name of its own":   {src: `steps: ["NOOP ${dialogue_id}"]`, differ: []string{own}},
		"a name of the run":   {src: `steps: ["NOOP ${run_id} ${now}"]`},
		"the host":            {src: `steps: ["NOOP ${mx.name}"]`, differ: []string{"host", "dnssec"}},
		"the preference":      {src: `steps: ["NOOP ${mx.pref}"]`, differ: []string{"pref"}},
		"STARTTLS":            {src: `steps: ["EHLO ${helo}", STARTTLS]`, differ: []string{"host", "dnssec"}},
		"TLS from the start":  {src: `{tls: implicit, steps: [NOOP]}`, differ: []string{"host", "dnssec"}},
		"TLS where it is offered": {
			src: `steps: ["EHLO ${helo}"]`, set: func(s *dialogue.Settings) { s.TLS.Mode = handshake.Opportunistic }, differ: []string{"host", "dnssec"},
		},
		"MTA-STS":                   {src: `steps: ["EHLO ${helo}", {starttls: {verify: mta-sts}}]`, differ: []string{own}},
		"implicit MTA-STS":          {src: `{tls: {verify: mta-sts}, steps: [NOOP]}`, differ: []string{own}},
		"DANE":                      {src: `steps: ["EHLO ${helo}", {starttls: {verify: dane}}]`, differ: []string{"host", "dnssec"}},
		"a login":                   {src: `steps: [{auth: PLAIN, user: a, password: b, allow_clear: true}]`, differ: []string{"host", "dnssec"}},
		"a message":                 {src: `steps: ["EHLO ${helo}", {message: hello}]`, differ: []string{own}},
		"a message that is refused": {src: `steps: ["EHLO ${helo}", {message: hello, expect: 5xx}]`},
		"DATA":                      {src: `steps: ["EHLO ${helo}", DATA]`, differ: []string{own}},
		"hosts by preference":       {src: `{hosts: [{match: "pref>=20", may_fail: spare}], steps: [NOOP]}`, differ: []string{"pref"}},
		"hosts by name":             {src: `{hosts: [{match: "*.two.test", may_fail: spare}], steps: [NOOP]}`, differ: []string{"host"}},
		"hosts with a domain":       {src: `{vars: {a: x}, hosts: [{match: "*.three.test", vars: {a: "${domain}"}}], steps: ["NOOP ${a}"]}`, differ: []string{own}},
		"a redirection": {
			src: `steps: ["EHLO ${helo}"]`, set: func(s *dialogue.Settings) { s.Dialer = transport.Redirected(nil, nil) }, differ: []string{"host", "dnssec"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := settings(nil)
			if test.set != nil {
				test.set(set)
			}
			d := checks(t, set, test.src)[0].(probe.Sharer)
			one, others := targets()
			key := d.SharedBy(one)
			if slices.Contains(test.differ, own) {
				if key != nil {
					t.Fatalf("it is shared by %+v", key)
				}
				return
			}
			if key == nil {
				t.Fatal("it is not shared")
			}
			for what, other := range others {
				differs := what == "ip" || what == "port" || slices.Contains(test.differ, what)
				if got := d.SharedBy(other); (got != key) != differs {
					t.Errorf("another %s makes another dialogue: %t; want %t", what, got != key, differs)
				}
			}
		})
	}
}

func TestASocketIsNotShared(t *testing.T) {
	t.Parallel()
	d := checks(t, settings(nil), `steps: ["EHLO ${helo}"]`)[0].(probe.Sharer)
	if key := d.SharedBy(probe.Target{Domain: "one.test", Host: "unix:/run/lmtp"}); key != nil {
		t.Errorf("it is shared by %v", key)
	}
}

// Two scenarios are two dialogues, and so are the rows of one.
func TestDialoguesDoNotShareWithOthers(t *testing.T) {
	t.Parallel()
	one, _ := targets()
	seen := map[any]bool{}
	for _, c := range checks(t, settings(nil), "name: a\nsteps: [NOOP]\n---\nname: a\nsteps: [NOOP]\n---\neach: [{x: 1}, {x: 2}]\nsteps: [\"NOOP ${x}\"]\n") {
		seen[c.(probe.Sharer).SharedBy(one)] = true
	}
	if len(seen) != 4 {
		t.Errorf("4 dialogues share by %d keys", len(seen))
	}
}

// Built-in scenarios whose dialogue hangs on the domain, or delivers, are never
// shared; those that look at the server alone are.
func TestBuiltinsThatAreShared(t *testing.T) {
	t.Parallel()
	want := map[string]bool{
		"@starttls": true, "@dane": true, "@long-lines": true, "@pregreet": true, "@starttls-injection": true,
		"@send": false, "@rcpt": false, "@helo-only": false, "@mta-sts": false, "@postmaster": false, "@unknown-recipient": false, "@round-trip": false,
		"@dsn": false, "@eicar": false, "@gtube": false, "@smuggling": false,
	}
	one, _ := targets()
	set := settings(nil)
	set.To = ""
	for name, shared := range want {
		src, ok := scenarios.Builtin(name)
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		for _, c := range checks(t, set, string(src)) {
			if got := c.(probe.Sharer).SharedBy(one) != nil; got != shared {
				t.Errorf("%s (%s) is shared: %t; want %t", name, c.Name(), got, shared)
			}
		}
	}
}

// The same verdicts with and without sharing, and a session for each address.
func TestTrap89SharedVerdictsAreTheSame(t *testing.T) {
	t.Parallel()
	zone := "@ MX 10 mx1\nmx1 A 192.0.2.10\n"
	world := func(t *testing.T, rules ...sandbox.Rule) *sandbox.World {
		w := start(t, zone, sandbox.Server{Rules: rules})
		return w
	}
	for name, rules := range map[string][]sandbox.Rule{
		"a good server":    nil,
		"one that refuses": {{On: "MAIL", Reply: "550 5.7.1 no"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all [2][]result.Verdict
			for i, share := range []bool{false, true} {
				w := world(t, rules...)
				r := runner(t, w)
				r.Share = share
				made := checks(t, settings(w), "steps: [\"EHLO ${helo}\", \"MAIL FROM:<${from}>\"]\n---\nsteps: [\"EHLO ${helo}\", NOOP]\n")
				var requests []probe.Request
				for range 12 {
					requests = append(requests, probe.Request{Domain: "example.test", Checks: made})
				}
				for d := range r.Run(t.Context(), slices.Values(requests)) {
					for at := range d.Played() {
						all[i] = append(all[i], at.Check.Status)
					}
				}
				want := 24
				if share {
					want = 2
					if rules != nil {
						want = 3 // the refusal was seen twice
					}
				}
				if n := len(w.Sessions()); n != want {
					t.Errorf("with sharing %t: %d sessions; want %d", share, n, want)
				}
			}
			if !slices.Equal(all[0], all[1]) {
				t.Errorf("verdicts alone %v\nshared %v", all[0], all[1])
			}
		})
	}
}
