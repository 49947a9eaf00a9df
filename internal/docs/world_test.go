package docs

import (
	"crypto/x509"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// servers are the mail servers the documents speak of: "usual", and those
// that a mark names after "on".
func servers() map[string]sandbox.Server {
	return map[string]sandbox.Server{
		"usual":              {},
		"greylist":           {Rules: []sandbox.Rule{{On: "RCPT", Times: 1, Reply: "451 4.7.1 Greylisted, come back later"}}},
		"no-dsn":             {EHLO: []string{"PIPELINING", "8BITMIME", "HELP"}},
		"no-data":            {Rules: []sandbox.Rule{{On: "DATA", Reply: "554 5.7.1 no"}}},
		"bad-sender-at-mail": {BadSender: sandbox.BadSenderAtMail},
		"tls":                {TLS: &sandbox.TLS{}},
		"dane":               {TLS: &sandbox.TLS{}, TLSA: []string{"3 1 1"}},
		"mta-sts":            {TLS: &sandbox.TLS{}},
		"smtps":              {TLS: &sandbox.TLS{Implicit: true}},
		"extended": {
			EHLO: []string{
				"PIPELINING", "SIZE 10485760", "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "PRDR",
				"LIMITS RCPTMAX=100", "DELIVERBY 60", "MT-PRIORITY MIXER", "FUTURERELEASE 86400 2030-01-01T00:00:00Z", "RRVS", "ETRN",
				"XCLIENT NAME ADDR",
			},
			Rules: []sandbox.Rule{{On: "end-of-data <sales@*>", Reply: "550 5.7.1 not for me"}},
		},
		"submission": {TLS: &sandbox.TLS{}, Auth: &sandbox.Auth{Users: map[string]string{"kate@example.org": "correct horse"}}},
		"bound": {TLS: &sandbox.TLS{}, Auth: &sandbox.Auth{
			Users: map[string]string{"kate@example.org": "correct horse"}, Mechanisms: []string{"PLAIN", "LOGIN", "SCRAM-SHA-256-PLUS"},
		}},
		"login-in-clear": {Auth: &sandbox.Auth{Users: map[string]string{"kate@example.org": "correct horse"}, Clear: true}},
		"lmtp":           {LMTP: true},
		"mailboxes":      {Maildir: "a folder of the test"},
		"slow":           {Rules: []sandbox.Rule{{On: "EHLO", Delay: 100 * time.Millisecond}}},
	}
}

// world starts the world of the documents: example.org with one host, two
// addresses and the users kate and sales.
func world(t *testing.T, server string) *sandbox.World {
	t.Helper()
	s, ok := servers()[server]
	if !ok {
		t.Fatalf("there is no server %q for documents", server)
	}
	s.Name, s.Users, s.Ports = "mx1.example.org", []string{"kate", "sales"}, []uint16{24, 25, 465, 587}
	if s.Maildir != "" {
		s.Maildir = t.TempDir()
	}
	zone, all := "@ MX 10 mx1\nmx1 A 192.0.2.10\nmx1 AAAA 2001:db8::10\n", []sandbox.Server{s}
	if server == "mta-sts" {
		zone += "mta-sts A 192.0.2.12\n_mta-sts TXT \"v=STSv1; id=1;\"\n"
		all = append(all, sandbox.Server{
			Name:  "mta-sts.example.org",
			HTTPS: &sandbox.HTTPS{Body: "version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n"},
		})
	}
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones: []sandbox.Zone{{Name: "example.org", Text: zone, Authentic: len(s.TLSA) > 0}}, Servers: all,
	})
	return w
}

func getenv(name string) (string, bool) {
	switch name {
	case "MX_TOKEN", "SUBMIT_PASSWORD", "MXPROBE_PASSWORD":
		return "correct horse", true
	case "MXPROBE_USER":
		return "kate@example.org", true
	}
	return "", false
}

func settings(w *sandbox.World) *dialogue.Settings {
	set := &dialogue.Settings{
		Dialer: w, HELO: "probe.example.net", From: "mxprobe@probe.example.net", RunID: "run1",
		ReplyTimeout: 20 * time.Second, ConnectTimeout: 20 * time.Second, Getenv: getenv,
	}
	if w != nil && w.Maildir("kate@example.org") != "" {
		set.Overrides = []map[string]string{{
			"mail": filepath.Dir(w.Maildir("kate@example.org")), "maildir": w.Maildir("postmaster@example.org"),
		}}
	}
	if w != nil && w.CA() != nil {
		set.TLS.Roots = x509.NewCertPool()
		set.TLS.Roots.AppendCertsFromPEM(w.CA())
	}
	return set
}

// play plays scenarios against example.org, or the server each names, and
// returns the domains.
func play(t *testing.T, w *sandbox.World, parsed []*scenarios.Scenario) []result.Domain {
	t.Helper()
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{w.DNS()}, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	var requests []probe.Request
	set := settings(w)
	set.Resolver = resolver
	run := dialogue.NewRun(set)
	for _, s := range parsed {
		d, err := dialogue.New(t.Context(), s, run)
		if err != nil {
			t.Fatal(err)
		}
		request := probe.Request{Domain: "example.org", Checks: []probe.Check{d}}
		if !s.Target.IsZero() {
			if request.Server, err = s.Target.Expand(s.Lookup(&scenarios.Bindings{})); err != nil {
				t.Fatal(err)
			}
		}
		requests = append(requests, request)
	}
	runner := &probe.Runner{Resolver: resolver}
	return slices.Collect(runner.Run(t.Context(), slices.Values(requests)))
}
