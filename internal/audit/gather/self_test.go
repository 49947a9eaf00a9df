package gather

import (
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/audit/facts"
)

// told is the sound world after a session in which the first server told our
// address.
func told(f *fake, t *testing.T, address string) []string {
	t.Helper()
	g := gatherer(f)
	g.Self, g.HELO, g.From, g.Lists = true, "probe.example.org", "mxprobe@probe.example.org", []string{"bl.example.org"}
	d := g.DNS(t.Context(), "corp.example.net")
	d.Hosts[0].Addresses = d.Hosts[0].Addresses[:1] // IPv4, of which we were told
	d.Hosts = d.Hosts[:1]
	d.Hosts[0].Addresses[0].Main = facts.Session{State: facts.Found, Hello: facts.Hello{Address: address}}
	g.OurSide(t.Context(), d)
	d.Hosts = nil // only our own side counts here
	var own []string
	for _, f := range foundIn(d) {
		if strings.Contains(f, " self.") {
			own = append(own, f)
		}
	}
	return own
}

// TestOurSide finds what a receiver would hold against us.
func TestOurSide(t *testing.T) {
	t.Parallel()
	const ip = "9.9.7.7"
	sound := map[string][]string{
		"PTR 7.7.9.9.in-addr.arpa": {"probe.example.org"}, "A probe.example.org": {ip}, "TXT probe.example.org": {"v=spf1 a -all"},
		"listed 127.0.0.2 bl.example.org": {"127.0.0.2"},
	}
	tests := []struct {
		name    string
		changes map[string][]string
		want    []string
	}{
		{"sound", nil, nil},
		{"no name", map[string][]string{"PTR 7.7.9.9.in-addr.arpa": nil}, []string{"fail self.ptr"}},
		{"a name that leads elsewhere", map[string][]string{"PTR 7.7.9.9.in-addr.arpa": {"mx1.corp.example.net"}}, []string{"fail self.unconfirmed"}},
		{"a name that cannot be looked up", map[string][]string{"PTR 7.7.9.9.in-addr.arpa": {"!"}}, []string{"inconclusive self.ptr", "inconclusive self.unconfirmed", "inconclusive self.generic"}},
		{"a name in EHLO that does not exist", map[string][]string{"A probe.example.org": nil, "TXT probe.example.org": nil}, []string{"fail self.unconfirmed", "fail self.helo", "note self.spf"}},
		{"SPF forbids us", map[string][]string{"TXT probe.example.org": {"v=spf1 -all"}}, []string{"fail self.spf"}},
		{"listed", map[string][]string{"listed " + ip + " bl.example.org": {"127.0.0.3"}}, []string{"fail self.listed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(sound)
			for k, v := range tt.changes {
				f.records[k] = v
			}
			if got := told(f, t, ip); !slices.Equal(got, tt.want) {
				t.Errorf("findings = %q; want %q", got, tt.want)
			}
		})
	}
}
