package sandbox

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "rewrite the .txt files in testdata")

// TestDocumentedWorld reads the example of the package comment, which is
// testdata/world.yaml, and lives in it.
func TestDocumentedWorld(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/world.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	indented := "//\t" + strings.ReplaceAll(strings.TrimSuffix(string(src), "\n"), "\n", "\n//\t") + "\n"
	if !strings.Contains(string(doc), indented) {
		t.Error("the package comment does not show testdata/world.yaml")
	}
	got, err := ParseSpec("testdata/world.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	want := Spec{
		Authentic: true,
		Faults:    []Fault{{Name: "broken.test", Type: "MX", Answer: ServFail, Times: 2, Delay: 200 * time.Millisecond}},
		Servers: []Server{
			{
				Name: "mx1.fabrikam.test", Addrs: []string{"192.0.2.10"}, Ports: []uint16{25, 587},
				Hostname: "mx1.fabrikam.test", Domains: []string{"fabrikam.test"},
				Users: []string{"kate", "sales@fabrikam.test"}, BadSender: BadSenderAtRcpt,
				Size: 10485760, Recipients: 100, Ends: []string{"\n.\n"}, EHLO: []string{"PIPELINING", "SIZE 1000"}, TLS: &TLS{Cert: CertGood},
				Auth: &Auth{
					Users: map[string]string{"kate": "secret"}, Tokens: map[string]string{"kate": "token"},
					Mechanisms: []string{"PLAIN", "LOGIN"}, Clear: true, Required: true, Fault: WrongSignature,
				},
				TLSA:  []string{"3 1 1", "2 0 1 wrong"},
				Rules: []Rule{{On: "RCPT TO:<kate@*>", Times: 1, Reply: "451 4.7.1 Greylisted, come back later"}},
			},
			{Name: "mx2.fabrikam.test", Dead: RefusesAll},
			{
				Name:  "mta-sts.fabrikam.test",
				HTTPS: &HTTPS{Body: "version: STSv1\nmode: enforce\nmx: mx1.fabrikam.test\nmax_age: 86400\n"},
			},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Spec{}, "Zones", "Ended", "DNSAddr")); diff != "" {
		t.Errorf("ParseSpec (-want +got):\n%s", diff)
	}
	w := start(t, got)
	c := connect(t, w, "192.0.2.10:587")
	c.want("220 mx1.fabrikam.test")
	if _, err := w.DialContext(context.Background(), "tcp", "192.0.2.11:25"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("mx2: %v; want a refusal", err)
	}
}

// TestWorldRules reads every key of a rule.
func TestWorldRules(t *testing.T) {
	t.Parallel()
	src := `
servers:
  - name: mx.a.test
    addresses: 192.0.2.1
    ports: 2525
    size: 0
    bad_sender: accept
    relay: true
    users: []
    rules:
      - {on: connect, delay: 1s, raw: "220-a\r\n", split: 3, drip: 20ms, extra: "220 b\r\n", extra_delay: 2m}
      - on: EHLO
        reply: |
          250-a
          250 b
        close: true
      - {on: QUIT, reset: true}
      - {on: NOOP, hang: true, times: 3}
      - {on: end-of-data, holds: .exe, reply: 554 no}
`
	got, err := ParseSpec("world.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := []Server{{
		Name: "mx.a.test", Addrs: []string{"192.0.2.1"}, Ports: []uint16{2525}, Size: -1,
		BadSender: BadSenderAccepted, Relay: true, Users: []string{},
		Rules: []Rule{
			{On: "connect", Delay: time.Second, Raw: "220-a\r\n", Split: 3, Drip: 20 * time.Millisecond, Extra: "220 b\r\n", ExtraDelay: 2 * time.Minute},
			{On: "EHLO", Reply: "250-a\n250 b\n", Close: true},
			{On: "QUIT", Reset: true},
			{On: "NOOP", Hang: true, Times: 3},
			{On: "end-of-data", Holds: ".exe", Reply: "554 no"},
		},
	}}
	if diff := cmp.Diff(want, got.Servers); diff != "" {
		t.Errorf("ParseSpec (-want +got):\n%s", diff)
	}
}

// TestBadWorlds holds the messages against the .txt file beside each bad
// world.
func TestBadWorlds(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParseSpec(filepath.Base(file), src)
		if err == nil {
			t.Errorf("%s: no error", file)
			continue
		}
		got := err.Error() + "\n"
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

func TestEmptyWorldIsGood(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"", "# nothing\n", "{}", "---\n", "zones: {}\nservers: []\ndns: []\n"} {
		if _, err := ParseSpec("w.yaml", []byte(src)); err != nil {
			t.Errorf("ParseSpec(%q) = %v", src, err)
		}
	}
	if _, err := ParseSpec("w.yaml", make([]byte, maxFile+1)); err == nil || !strings.Contains(err.Error(), "w.yaml:1:1: error: file is larger") {
		t.Errorf("ParseSpec of a huge file = %v", err)
	}
}

// FuzzParseSpec: no file makes it panic, problems have a place, and what it
// accepts can be built.
func FuzzParseSpec(f *testing.F) {
	for _, seed := range []string{
		demoSource,
		"zones: {a.test: '@ MX 10 mx'}",                   // a zone on one line
		"zones: {a.test: '@ TXT \"'}",                     // a quote that never ends
		"zones: {a.test: '( '}",                           // a bracket that never ends
		"zones: {a.test: '$GENERATE 1-9 a$ A 192.0.2.$'}", // many records of one line
		"a: &a [*a]",                                      // an alias to itself
		"? [a]\n: b",                                      // a key that is a list
		"servers: [{name: a.test, addresses: [\"2001:db8::1%eth\"]}]", // a zone in an address
		"servers: [{name: a.test, addresses: 192.0.2.1, rules: [{on: NOOP, reply: \"250-\\r\"}]}]",
		"--- {}\n--- {}", // two documents
		"\xff\xfe",       // not UTF-8
		"dns: [{name: '*', delay: 1h, times: 99999999999}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		spec, err := ParseSpec("w.yaml", src)
		if err == nil {
			if _, _, err := compile(spec); err != nil {
				t.Errorf("accepted, but cannot be built: %v", err)
			}
			return
		}
		for _, p := range err.(Problems) {
			if p.Line < 1 || p.Col < 1 || p.Message == "" {
				t.Errorf("problem without place or message: %+v", p)
			}
		}
	})
}
