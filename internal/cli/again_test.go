package cli

import (
	"testing"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// typed returns what mxprobe run keeps of flags, with these variables in its
// environment.
func typed(t *testing.T, env map[string]string, args ...string) []typedFlag {
	t.Helper()
	p := &Program{LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	options := newSettings().options()
	given, err := arrange(args, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.parse(&command{name: "run"}, options, func([]string) (int, error) { return 0, nil }, given); err != nil {
		t.Fatal(err)
	}
	return p.typed
}

// site is a domain with hosts, each with so many addresses; bad says which of
// them failed, host by host.
func site(domain string, bad ...[]bool) *result.Domain {
	d := &result.Domain{Domain: domain, Status: result.Fail}
	for i, addresses := range bad {
		h := result.Host{Name: "mx" + string(rune('1'+i)) + "." + domain}
		for j, failed := range addresses {
			c := result.Check{Scenario: "one", Status: result.Pass}
			if failed {
				c.Status = result.Fail
			}
			ip := "192.0.2." + string(rune('1'+i)) + string(rune('1'+j))
			h.Addresses = append(h.Addresses, result.Address{IP: ip, Checks: []result.Check{c}})
		}
		d.Hosts = append(d.Hosts, h)
	}
	return d
}

func TestAgainIsACommandForAShell(t *testing.T) {
	t.Parallel()
	one := &scenarios.Scenario{File: "my mail/it's.yaml"}
	two := &scenarios.Scenario{File: "@rcpt"}
	l := &closer{
		typed: typed(t, map[string]string{"MXPROBE_TO": "kate@contoso.test", "MXPROBE_CONNECT_TIMEOUT": "3s"},
			"--state", "mail.state", "--retry-wait", "5m", "--retry=2", "-k", "-p2525", "--dns", "127.0.0.1:5353", "-4v", "--helo", "probe.test",
			"--from", "<>", "--var", "word=a b", "--control", "relay.example:26", "--only", "mx1.*", "-f", "text", "--jobs", "3"),
		chosen: []*scenarios.Scenario{one, two}, names: map[string]*scenarios.Scenario{"one": one, "two": two},
	}
	tail := " -d contoso.test -p 2525 -4 --dns 127.0.0.1:5353 --helo probe.test --from '<>' --var 'word=a b' -k --retry 2 --retry-wait 5m" +
		" --control relay.example:26 --state mail.state"
	d := site("contoso.test", []bool{true}, []bool{false})
	got := l.command(d, nil, nil, nil)
	if want := `mxprobe run 'my mail/it'\''s.yaml'` + tail + " --only mx1.contoso.test -v"; got != want {
		t.Errorf("again = %s; want %s", got, want)
	}
	got = l.command(&result.Domain{Domain: "contoso.test"}, nil, nil, nil)
	if want := `mxprobe run 'my mail/it'\''s.yaml' @rcpt` + tail + " -v"; got != want {
		t.Errorf("again without a host = %s; want %s", got, want)
	}
}

// The command names what failed, and no more than that needs.
func TestAgainChoosesWhatFailed(t *testing.T) {
	t.Parallel()
	one := &scenarios.Scenario{File: "one.yaml"}
	named := map[string]*scenarios.Scenario{"one": one}
	tests := []struct {
		name, server string
		flags        []string
		d            *result.Domain
		want         string
	}{
		{"all of it", "", nil, site("a.test", []bool{true}), ""},
		{"one host of two", "", nil, site("a.test", []bool{false}, []bool{true, true}), " --only mx2.a.test"},
		{"one address of two", "", []string{"-4"}, site("a.test", []bool{false, true}), " --only 192.0.2.12"},
		{"all hosts", "", []string{"-4"}, site("a.test", []bool{true}, []bool{true}), " -4"},
		{"too many", "", nil, site("a.test", []bool{true}, []bool{true}, []bool{true}, []bool{true}, []bool{false}), ""},
		{"a server", "mx1.a.test:26", nil, site("a.test", []bool{true}), " --server mx1.a.test:26"},
		{"an address of a server", "mx1.a.test", nil, site("a.test", []bool{true, false}), " --server mx1.a.test --only 192.0.2.11"},
		{"the usual recipient", "", []string{"--to", "postmaster@a.test"}, site("a.test", []bool{true}), ""},
		{"another recipient", "", []string{"--to", "kate@a.test", "--to", "b@a.test"}, site("a.test", []bool{true}), " --to kate@a.test --to b@a.test"},
	}
	for _, tt := range tests {
		tt.d.Server = tt.server
		l := &closer{typed: typed(t, nil, tt.flags...), server: tt.server, chosen: []*scenarios.Scenario{one}, names: named}
		if got, want := l.command(tt.d, nil, nil, nil), "mxprobe run one.yaml -d a.test"+tt.want+" -v"; got != want {
			t.Errorf("%s: again = %s; want %s", tt.name, got, want)
		}
	}
	d := site("a.test", []bool{false, true})
	d.Hosts[0].Addresses[1].IP = d.Hosts[0].Addresses[0].IP
	d.Hosts[0].Addresses[0].Port, d.Hosts[0].Addresses[1].Port = 25, 587
	several := &closer{typed: typed(t, nil, "-p", "25,587"), chosen: []*scenarios.Scenario{one}, names: named}
	if got, want := several.command(d, nil, nil, nil), "mxprobe run one.yaml -d a.test -p 587 -v"; got != want {
		t.Errorf("again of one port of two = %s; want %s", got, want)
	}
	d = site("a.test", []bool{true, true}, []bool{true})
	l := &closer{chosen: []*scenarios.Scenario{one}, names: named}
	h := &d.Hosts[0]
	if got, want := l.command(d, h, &h.Addresses[1], &h.Addresses[1].Checks[0]), "mxprobe run one.yaml -d a.test --only 192.0.2.12 -v"; got != want {
		t.Errorf("again of one dialogue = %s; want %s", got, want)
	}
}

// TestAgainShowsNoSecret: what could hold a secret comes from the scenario or
// the environment, and neither is repeated.
func TestAgainShowsNoSecret(t *testing.T) {
	t.Parallel()
	sc := &scenarios.Scenario{File: "x.yaml", Secrets: []scenarios.Secret{{Name: "password", Env: "PASSWORD"}}}
	env := map[string]string{"MXPROBE_FROM": "secret@x.example", "MXPROBE_PROXY": "socks5://secret@proxy.example"}
	l := &closer{typed: typed(t, env), chosen: []*scenarios.Scenario{sc}}
	if got := l.command(&result.Domain{Domain: "x.example"}, nil, nil, nil); got != "mxprobe run x.yaml -d x.example -v" {
		t.Errorf("again = %s", got)
	}
}
