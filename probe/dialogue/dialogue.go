// Package dialogue plays scenarios with mail servers. A Dialogue is a scenario
// as a probe.Check; New makes one.
package dialogue

import (
	"context"
	"crypto"
	"net/netip"
	"sync"

	"mxprobe/probe"
	"mxprobe/probe/handshake"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Dialogue is the Check that plays a scenario.
type Dialogue struct {
	scenario *scenarios.Scenario
	run      *Run
	name     string
	ports    []uint16
	values   map[string]string // of secrets
	secrets  ledger.Secrets
	steps    int        // number of the last step
	sessions *sync.Pool // of sessions that are over, see newSession
	keys     map[*scenarios.DKIM]crypto.Signer
	// implicit and starttls are the handshakes: the one before the greeting,
	// nil where there is none, and those of steps, by their number.
	implicit *handshake.Plan
	starttls map[int]*handshake.Plan
	upgrade  *upgrade // nil where no TLS is put into the scenario
	// What replies must be, defaults put in, compiled once for all targets:
	// of the greeting, of DATA said for a message, and of each step by its
	// number.
	greeting, data *scenarios.Expect
	wants          []*scenarios.Expect // the first is greeting
	wantTexts      []string            // the codes of wants, as the report shows them
	hello          bool                // some step is known to say EHLO, HELO or LHLO
	leans          *leaning
	unsure         assurance // that of sessions which look nothing up
}

// New makes a check of a scenario. It fails with scenarios.Problems
// if a variable is not defined, a secret cannot be read before ctx ends, or a
// step needs what cannot be played.
func New(ctx context.Context, s *scenarios.Scenario, run *Run) (*Dialogue, error) {
	problems := append(clearLogins(s, newUpgrade(s, &run.TLS) != nil), s.UndefinedIn(run.Overrides, run.getenv)...)
	if len(problems) > 0 {
		return nil, problems
	}
	s, err := s.Unroll(1 + len(run.FurtherTo))
	if err != nil {
		return nil, err
	}
	values, err := s.LoadSecrets(ctx, run.getenv)
	if err != nil {
		return nil, err
	}
	d := &Dialogue{scenario: s, run: run, values: values, secrets: secretsOf(s, values), steps: lastNumber(s.Steps), leans: new(leaning), sessions: new(sync.Pool)}
	if problems := d.compileTLS(ctx); len(problems) > 0 {
		return nil, problems
	}
	if problems := d.loadKeys(ctx); len(problems) > 0 {
		return nil, problems
	}
	if d.ports, err = s.PortList(d.withoutTarget(d.lookup())); err != nil {
		return nil, err
	}
	d.compile()
	d.upgrade = newUpgrade(s, &run.TLS)
	name, err := s.Name.Expand(d.withoutTarget(d.lookup()))
	if err != nil {
		return nil, err
	}
	d.name = d.secrets.Show([]byte(name), 0)
	return d, nil
}

// secretsOf are the secrets of a scenario, and the logins in its lines.
func secretsOf(s *scenarios.Scenario, values map[string]string) ledger.Secrets {
	var names []string
	hidden := make(map[string]string, len(values))
	for name, value := range values {
		if s.NamesUser(name) {
			names = append(names, value)
			continue
		}
		hidden[name] = value
	}
	secrets := ledger.NewSecrets(hidden)
	secrets.Hide(s.Credentials()...)
	secrets.HideNames(names...)
	return secrets
}

// compile puts the default expectations in.
func (d *Dialogue) compile() {
	d.greeting = withDefault(&d.scenario.Greeting, "220")
	d.data = withDefault(&scenarios.Expect{}, "354")
	d.wants = make([]*scenarios.Expect, d.steps+1)
	d.wantTexts = make([]string, d.steps+1)
	d.wants[0], d.wantTexts[0] = d.greeting, d.greeting.Codes.String()
	var walk func(steps []scenarios.Step)
	walk = func(steps []scenarios.Step) {
		for i := range steps {
			step := &steps[i]
			d.hello = d.hello || isHello(step.Verb) || (step.Verb == "" && step.Action <= scenarios.Bytes)
			want := step.Expect
			switch {
			case !want.Codes.IsZero():
			case step.NoEnd: // no reply comes before the end of the text
				want = *withDefault(&want, "none")
			default:
				want.Codes = step.Default().Codes
			}
			d.wants[step.Number], d.wantTexts[step.Number] = &want, want.Codes.String()
			walk(step.Steps)
		}
	}
	walk(d.scenario.Steps)
}

// withDefault returns an expectation with codes put in where it has none.
func withDefault(e *scenarios.Expect, codes string) *scenarios.Expect {
	with := *e
	if e.Codes.IsZero() {
		with.Codes, _ = scenarios.ParseCodes(codes) // a constant that parses
	}
	return &with
}

// wantText is what the report shows of an expectation.
func (d *Dialogue) wantText(number int, want *scenarios.Expect) string {
	if number < len(d.wants) && want == d.wants[number] {
		return d.wantTexts[number]
	}
	return want.Codes.String()
}

func lastNumber(steps []scenarios.Step) int {
	n := 0
	for i := range steps {
		n = max(n, steps[i].Number, lastNumber(steps[i].Steps))
	}
	return n
}

// Scenario returns the scenario that is played.
func (d *Dialogue) Scenario() *scenarios.Scenario { return d.scenario }

// Name returns the scenario's name with its variables put in.
func (d *Dialogue) Name() string { return d.name }

// Ports returns the scenario's ports, 465 where it names none and wants TLS
// from the first byte (RFC 8314 section 3), none if it says nothing of a port.
func (d *Dialogue) Ports() []uint16 {
	if len(d.ports) == 0 && d.scenario.ImplicitTLS {
		return []uint16{465}
	}
	return d.ports
}

// Start prepares the dialogue with one address.
func (d *Dialogue) Start(t probe.Target, stepped func(*result.Step)) probe.Trial {
	tr := &trial{dialogue: d, target: t, number: d.run.begun.Add(1)}
	tr.account = ledger.NewAccount(d.secrets, d.name, d.steps, stepped)
	if t.Allowance != nil {
		tr.account.Within(t.Allowance)
	}
	tr.rule = d.rule(t.Host, t.IP, t.Preference)
	return tr
}

// Excuse implements probe.Excuser.
func (d *Dialogue) Excuse(host string, preference uint16) (skip, mayFail string) {
	rule := d.rule(host, netip.Addr{}, preference)
	if rule == nil {
		return "", ""
	}
	return rule.Skip, rule.MayFail
}

// rule returns the first entry of hosts that fits, nil if none does.
func (d *Dialogue) rule(host string, addr netip.Addr, pref uint16) *scenarios.HostRule {
	for i := range d.scenario.Hosts {
		if rule := &d.scenario.Hosts[i]; rule.Match.Match(host, addr, pref) {
			return rule
		}
	}
	return nil
}

// clearLogins finds the logins that would go over the line in clear whatever
// the server says, so that nothing of such a scenario is sent. Where TLS hangs
// on the server, it is the step itself that refuses.
func clearLogins(s *scenarios.Scenario, upgraded bool) scenarios.Problems {
	var found scenarios.Problems
	tls := s.ImplicitTLS || upgraded
	for i := range s.Steps {
		switch st := &s.Steps[i]; {
		case st.Action == scenarios.StartTLS:
			tls = true
		case st.Action == scenarios.Close && st.Close == scenarios.CloseTLS:
			tls = false
		case st.Action == scenarios.Auth && !st.Auth.AllowClear && !tls && !onlyUnderTLS(st):
			found = append(found, s.Problem(st.Pos, "the login would be sent in clear: no step before it begins TLS",
				"add the step - STARTTLS and a second EHLO before it, or tls: implicit; allow_clear: true sends it all the same"))
		}
	}
	return found
}

func onlyUnderTLS(st *scenarios.Step) bool {
	for i := range st.If {
		if st.If[i].Word == "tls" {
			return true
		}
	}
	return false
}
