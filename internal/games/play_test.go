package games

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/handshake"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// names is a resolver that knows one server.
type names struct{}

func (names) Route(context.Context, string) (dnsmx.Route, error) { panic("no domain is asked for") }

func (names) Host(_ context.Context, name string) dnsmx.Host {
	return dnsmx.Host{Name: name, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}
}
func (names) Alive(context.Context) error { return nil }
func (names) TLSA(context.Context, string, uint16) (dnsmx.TLSASet, error) {
	panic("no TLSA record is asked for")
}
func (names) TXT(context.Context, string) (dnsmx.TXT, error) { panic("no TXT record is asked for") }
func (names) Validates(context.Context) (bool, error)        { panic("no DNSSEC is asked for") }

// game is a scenario, a server, and what became of both.
type game struct {
	script *script
	choose *choices // of the server
	secret string
	tls    *tls.Config
	faults int
	// servers are those of the connections, the latest last.
	servers []*server
	illTLS  illness
	serves  sync.WaitGroup
	domain  result.Domain
	took    time.Duration
}

// DialContext makes the game the dialer of its run.
func (g *game) DialContext(context.Context, string, string) (net.Conn, error) {
	client, far := newPipe()
	// A connection may end while its server still sleeps, so each has its own.
	s := &server{choose: g.choose.fork(len(g.servers)), floor: make(chan struct{}, 1), secret: g.secret, tls: g.tls, illTLS: g.illTLS, faults: g.faults}
	g.servers = append(g.servers, s)
	g.serves.Go(func() { s.serve(far) })
	return client, nil
}

// token is the secret of every game.
const token = "Canary-7c1f9e!secret"

// limit is far beyond what all time-outs of a scenario add up to.
const limit = 30 * time.Minute

// play plays one game in the time of a bubble.
func play(c *choices, config *tls.Config) (*game, error) {
	g := &game{script: newScript(c), choose: c, tls: config}
	g.secret, g.faults = one(c, "", token), one(c, 0, 2, 4, 8, 8)
	if c.tls.IntN(2) == 0 {
		g.illTLS = illness(c.tls.IntN(int(illnesses)))
	}
	parsed, err := scenarios.Parse("game.yaml", []byte(g.script.yaml.String()))
	if err != nil {
		return g, fmt.Errorf("the scenario is wrong: %w\n%s", err, g.script.yaml.String())
	}
	set := &dialogue.Settings{
		Dialer: g, HELO: "probe.example.net", From: "probe@example.net", To: "kate@example.test", RunID: "run1",
		Getenv: func(string) (string, bool) { return token, true },
		TLS:    handshake.Settings{Insecure: true}, Transcript: dialogue.TranscriptAlways,
	}
	played, err := dialogue.New(context.Background(), parsed[0], dialogue.NewRun(set))
	if err != nil {
		return g, err
	}
	begun := time.Now()
	runner := &probe.Runner{Resolver: names{}}
	request := probe.Request{Server: "mx.example.test", Checks: []probe.Check{played}}
	for d := range runner.Run(context.Background(), slices.Values([]probe.Request{request})) {
		g.domain = d
	}
	g.took = time.Since(begun)
	g.serves.Wait()
	return g, nil
}

// last is the server of the latest connection. It fell back to clear where TLS
// had failed on the one before, as its server knows.
func (g *game) last() (s *server, fell bool) {
	n := len(g.servers)
	if n == 0 {
		return &server{}, false
	}
	return g.servers[n-1], n > 1 && g.script.upgrades && g.servers[n-2].lostTLS()
}

// check is the only check of the game.
func (g *game) check() *result.Check { return &g.domain.Hosts[0].Addresses[0].Checks[0] }

// wrong says what the engine did wrong in the game, if anything.
func (g *game) wrong() string {
	if len(g.domain.Hosts) != 1 || len(g.domain.Hosts[0].Addresses) != 1 || len(g.domain.Hosts[0].Addresses[0].Checks) != 1 {
		return fmt.Sprintf("the result has no check: %+v", g.domain)
	}
	last, fell := g.last()
	why, ok := sound(g.script, last.log, fell)
	passed := g.check().Status == result.Pass || g.check().Status == result.Warn
	gaveUp := last.overdue && g.check().Reason == result.Timeout
	switch {
	case passed && !ok:
		return "FALSE PASS: " + why
	case !passed && ok && (len(g.servers) == 1 || fell && len(g.servers) == 2) && !last.broken && !gaveUp:
		return "FALSE ALARM: " + g.check().Message
	case g.took > limit:
		return fmt.Sprintf("it took %v", g.took)
	}
	return g.careless()
}

// careless says what the result should not show.
func (g *game) careless() string {
	text, err := json.Marshal(g.domain)
	if err != nil {
		return "no JSON: " + err.Error()
	}
	for _, form := range []string{token, base64.StdEncoding.EncodeToString([]byte(token))} {
		if strings.Contains(string(text), form) {
			return "the secret is shown: " + form
		}
	}
	type place struct{ attempt, step int }
	seen := map[place]bool{}
	for _, st := range g.check().Steps {
		at := place{st.Attempt, st.Number}
		if seen[at] && st.Action != "" {
			return fmt.Sprintf("step %d has two verdicts", st.Number)
		}
		seen[at] = st.Action != ""
	}
	return ""
}

func (g *game) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nserver, whose TLS has the illness %d:\n", g.script.yaml.String(), g.illTLS)
	for _, s := range g.servers {
		for _, h := range s.log {
			fmt.Fprintf(&b, "  %-12s %v\n", h.verb, h.replies)
		}
		fmt.Fprintf(&b, "  lost TLS: %t\n", s.lostTLS())
	}
	b.WriteString("engine:\n")
	for _, st := range g.check().Steps {
		fmt.Fprintf(&b, "  %d %-12s %v %v %d %s\n", st.Number, st.Sent, st.Status, st.Reason, st.Code, st.Message)
		for _, l := range st.Transcript {
			fmt.Fprintf(&b, "      %s: %q\n", l.From, l.Text)
		}
	}
	for _, st := range g.check().Steps {
		if len(st.Notes) > 0 {
			fmt.Fprintf(&b, "  note on %d: %q\n", st.Number, st.Notes)
		}
	}
	fmt.Fprintf(&b, "check: %v %v %s %q\n", g.check().Status, g.check().Reason, g.check().Message, g.check().Notes)
	return b.String()
}
