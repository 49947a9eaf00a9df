package gather

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/rules"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// keywords are those of a server of today.
var ehlo = []string{"PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN"}

// audited plays the sessions of a depth with a domain of two hosts, the first as
// given, and returns the findings that are not ok.
func audited(t *testing.T, depth Depth, first sandbox.Server, only ...string) ([]string, *sandbox.World) {
	t.Helper()
	first.Name = "mx1.example.test"
	if first.TLS == nil {
		first.TLS = &sandbox.TLS{}
	}
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones: []sandbox.Zone{{Name: "example.test", Text: "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\nmx2 A 192.0.2.11\n"}},
		Servers: []sandbox.Server{
			first, {Name: "mx2.example.test", EHLO: first.EHLO, TLS: &sandbox.TLS{}, Users: first.Users},
		},
	})
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{w.DNS()}, Timeout: time.Second, Redirect: func(netip.AddrPort) netip.AddrPort { return w.DNS() }})
	if err != nil {
		t.Fatal(err)
	}
	set := &dialogue.Settings{
		Dialer: w, HELO: "probe.example.net", From: "probe@example.net", RunID: "run1", ReplyTimeout: 10 * time.Second, ConnectTimeout: 10 * time.Second,
	}
	checks, err := depth.Checks(set)
	if err != nil {
		t.Fatal(err)
	}
	g := &Gatherer{Resolver: resolver, Web: w, Now: time.Now}
	d := g.DNS(t.Context(), "example.test")
	runner := &probe.Runner{Resolver: resolver}
	for r := range runner.Run(t.Context(), slices.Values([]probe.Request{{Domain: "example.test", Checks: checks}})) {
		Fold(d, &r)
	}
	g.Names(t.Context(), d)
	findings, _ := rules.Judge(d, &rules.Choice{Only: only})
	var all []string
	for _, f := range findings {
		if f.Severity != result.SeverityOK {
			all = append(all, string(f.Severity)+" "+f.ID+" "+f.Subject.Address)
		}
	}
	return all, w
}

// smtp are the subjects that sessions tell of.
func smtp() []string {
	return []string{"greeting", "ehlo", "tls", "behaviour", "consistency", "submission"}
}

// TestSessions plays the sessions with servers that have one fault each.
func TestSessions(t *testing.T) {
	t.Parallel()
	const at = " 192.0.2.10"
	reply := func(on, text string) sandbox.Server {
		return sandbox.Server{EHLO: ehlo, Rules: []sandbox.Rule{{On: on, Reply: text}}}
	}
	// The authority of the sandbox is not one that anybody trusts.
	usual := []string{"warn tls.chain"}
	tests := []struct {
		name   string
		server sandbox.Server
		want   []string
	}{
		{"sound", sandbox.Server{EHLO: ehlo}, nil},
		{"refused", sandbox.Server{EHLO: ehlo, Dead: sandbox.RefusesAll}, []string{"fail greeting.reach" + at, "warn consistency.failover"}},
		{"a greeting that turns away", reply("connect", "554 no service here"), []string{"fail greeting.code" + at}},
		{"a greeting that refuses us", reply("connect", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"), []string{"inconclusive greeting.code" + at}},
		{"a name without an address", sandbox.Server{EHLO: ehlo, Hostname: "inner.example.test"}, []string{"note ehlo.unresolvable" + at}},
		{"EHLO refused", reply("EHLO", "550 who are you"), []string{"fail ehlo.refused" + at}},
		{"EHLO not known", reply("EHLO", "502 what"), []string{"warn ehlo.helo" + at, "warn tls.missing" + at}},
		{"STARTTLS refused", reply("STARTTLS", "454 4.7.0 not now"), []string{"inconclusive tls.handshake" + at}},
		{"MAIL refused", reply("MAIL FROM:<probe@*", "550 5.1.0 go away"), []string{"fail behaviour.sender" + at}},
		{"postmaster refused", reply("RCPT TO:<postmaster@*", "550 5.1.1 no such user"), []string{"warn behaviour.postmaster" + at}},
		{"postmaster greylisted", reply("RCPT TO:<postmaster@*", "451 4.7.1 Greylisted, come back later"), []string{"inconclusive behaviour.postmaster" + at}},
		{"null sender refused", reply("MAIL FROM:<>*", "550 5.7.1 no bounces"), []string{"fail behaviour.null-sender" + at}},
		{"null sender refused at MAIL, postmaster for all", sandbox.Server{EHLO: ehlo, Rules: []sandbox.Rule{
			{On: "MAIL FROM:<>*", Reply: "550 5.7.1 no bounces"}, {On: "RCPT TO:<postmaster@*", Reply: "550 5.1.1 no such user"},
		}}, []string{"fail behaviour.null-sender" + at}},
		{"open relay", sandbox.Server{EHLO: ehlo, Relay: true}, []string{"warn behaviour.relay" + at}},
		{"catch-all", sandbox.Server{EHLO: ehlo, Users: []string{"*"}}, []string{"note behaviour.catch-all" + at}},
		{"VRFY tells", sandbox.Server{EHLO: ehlo, Rules: []sandbox.Rule{{On: "VRFY postmaster*", Reply: "250 postmaster@example.test"}, {On: "VRFY *", Reply: "550 5.1.1 no such user"}}}, []string{"note behaviour.vrfy" + at}},
		{"EXPN tells", reply("EXPN *", "250 root@example.test"), []string{"warn behaviour.expn" + at}},
		{"a login in clear", sandbox.Server{EHLO: append(slices.Clone(ehlo), "AUTH PLAIN")}, []string{"warn behaviour.auth-clear" + at}},
		{"STARTTLS again", sandbox.Server{EHLO: ehlo, TLS: &sandbox.TLS{Again: true}}, []string{"warn ehlo.starttls-again" + at}},
		{"expired", sandbox.Server{EHLO: ehlo, TLS: &sandbox.TLS{Cert: sandbox.CertExpired}}, []string{"warn tls.expired" + at}},
		{"wrong name", sandbox.Server{EHLO: ehlo, TLS: &sandbox.TLS{Cert: sandbox.CertWrongName}}, []string{"warn tls.name" + at}},
		{"only TLS 1.1", sandbox.Server{EHLO: ehlo, TLS: &sandbox.TLS{Max: "1.1"}}, []string{"fail tls.no-12" + at}},
		{"only TLS 1.2", sandbox.Server{EHLO: ehlo, TLS: &sandbox.TLS{Max: "1.2"}}, []string{"note tls.no-13" + at}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, w := audited(t, Depth{}, tt.server, smtp()...)
			for _, want := range tt.want {
				if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }) {
					t.Errorf("findings = %q; want %q", got, want)
				}
			}
			if tt.name == "expired" && slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, "note tls.resumption") }) {
				t.Error("that a session with an expired certificate is not taken up again is our doing")
			}
			if tt.name == "sound" {
				for _, g := range got {
					if !slices.ContainsFunc(usual, func(u string) bool { return strings.HasPrefix(g, u) }) && !strings.Contains(g, "behaviour.own-sender") && !strings.Contains(g, "behaviour.abuse") {
						t.Errorf("finding %q of a sound server", g)
					}
				}
			}
			polite(t, w, 3)
		})
	}
}

// polite counts the connections to each address, and looks whether each ended
// with QUIT and none came to DATA.
func polite(t *testing.T, w *sandbox.World, most int) {
	t.Helper()
	connections := map[string]int{}
	for _, s := range w.Sessions() {
		connections[s.Addr.String()]++
		for i, line := range s.Commands {
			verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
			if verb == "DATA" || verb == "BDAT" {
				t.Errorf("%s: %s", s.Server, line)
			}
			if i == len(s.Commands)-1 && verb != "QUIT" && verb != "STARTTLS" {
				t.Errorf("%s: the session ends with %s; want QUIT", s.Server, line)
			}
		}
	}
	for address, n := range connections {
		if n > most {
			t.Errorf("%d connections to %s; want at most %d", n, address, most)
		}
	}
}

// TestDepth: the deepest look makes eight connections to the port for mail, and
// the quick one makes one.
func TestDepth(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		depth Depth
		most  int
	}{
		{"quick", Depth{Quick: true}, 1},
		{"usual", Depth{}, 3},
		{"versions", Depth{Versions: true}, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, w := audited(t, tt.depth, sandbox.Server{EHLO: ehlo}, "tls.old", "tls.resumption")
			polite(t, w, tt.most)
			old := slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, "note tls.old 192.0.2.10") })
			if old != tt.depth.Versions {
				t.Errorf("findings = %q; tls.old: %t", got, old)
			}
			if n := len(w.Sessions()); tt.depth.Quick && n != 2 {
				t.Errorf("%d sessions with two addresses; want one each", n)
			}
		})
	}
}

// TestPortsInAnyOrder: the sessions at other ports may be over before the second
// one at the port for mail begins; it is played all the same, and nothing of an
// address is kept when all are over.
func TestPortsInAnyOrder(t *testing.T) {
	t.Parallel()
	s := &sights{of: map[probe.Target]*sight{}, sessions: 3}
	at := probe.Target{Domain: "example.test", Host: "mx1.example.test", Port: 25}
	other := at
	other.Port = 2525
	s.put(at, &result.Check{Steps: []result.Step{{Code: 220}}})
	s.played(at)
	s.played(other)
	if !s.get(at).up {
		t.Error("what the first session showed is forgotten")
	}
	s.played(at)
	if len(s.of) != 0 {
		t.Errorf("%d addresses are kept; want none", len(s.of))
	}
}

// TestSubmission looks at the ports for mail programs.
func TestSubmission(t *testing.T) {
	t.Parallel()
	server := sandbox.Server{EHLO: ehlo, Ports: []uint16{25, 587}}
	got, w := audited(t, Depth{Submission: true}, server, "submission", "behaviour")
	manners := 0
	for _, s := range w.Sessions() {
		if slices.ContainsFunc(s.Commands, func(c string) bool { return strings.HasPrefix(c, "VRFY") }) {
			manners++
		}
	}
	if manners != 2 {
		t.Errorf("%d sessions look at the manners of two servers", manners)
	}
	for _, want := range []string{"warn submission.auth 192.0.2.10", "warn submission.open 192.0.2.10"} {
		if !slices.Contains(got, want) {
			t.Errorf("findings = %q; want %q", got, want)
		}
	}
	for _, g := range got {
		if strings.HasPrefix(g, "warn submission") && strings.Contains(g, "192.0.2.11") {
			t.Errorf("%q of a server without such a port", g)
		}
	}
}

func TestParseHello(t *testing.T) {
	t.Parallel()
	h := facts.Hello{Reply: facts.Reply{State: facts.Found, Code: 250, Text: []string{
		"mx.example.org Hello probe.example.net [192.0.2.7], pleased to meet you", "size 1000", "AUTH=LOGIN PLAIN", "8BITMIME", "", "-X",
	}}}
	parseHello(&h)
	if h.Name != "mx.example.org" || h.Address != "192.0.2.7" || !h.Offers("SIZE") || !h.Offers("8BITMIME") || len(h.Keywords) != 2 || len(h.Odd) != 3 {
		t.Errorf("parseHello = %+v", h)
	}
	for line, want := range map[string]string{
		"mx greets probe (192.0.2.8)": "192.0.2.8", "mx [IPv6:2001:db8::1]": "2001:db8::1", "mx 192.0.2.8 at your service": "", "[192.0.2.9]": "", "mx version 1.2.3.4 ready": "",
	} {
		if got := addressIn(line); got != want {
			t.Errorf("addressIn(%q) = %q; want %q", line, got, want)
		}
	}
}
