package probe

import (
	"context"
	"crypto"
	"strconv"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Dialogue is the Check that plays a scenario.
type Dialogue struct {
	scenario *scenarios.Scenario
	settings *Settings
	name     string
	secrets  map[string]string
	mask     *mask
	steps    int // number of the last step
	keys     map[*scenarios.DKIM]crypto.Signer
	// implicit and starttls are the handshakes: the one before the greeting,
	// nil where there is none, and those of steps, by their number.
	implicit *tlsPlan
	starttls map[int]*tlsPlan
	// What replies must be, defaults put in, compiled once for all targets:
	// of the greeting, of DATA said for a message, and of each step by its
	// number.
	greeting, data *scenarios.Expect
	wants          []*scenarios.Expect
	wantTexts      []string // the codes of wants, as the report shows them
	hello          bool     // some step is known to say EHLO, HELO or LHLO
}

// NewDialogue makes a check of a scenario. It fails with scenarios.Problems
// if a variable is not defined, a secret cannot be read, or a step needs
// what cannot be played.
func NewDialogue(s *scenarios.Scenario, set *Settings) (*Dialogue, error) {
	problems := append(clearLogins(s), s.UndefinedIn(set.Overrides, set.getenv)...)
	if len(problems) > 0 {
		return nil, problems
	}
	s, err := s.Unroll(1 + len(set.FurtherTo))
	if err != nil {
		return nil, err
	}
	secrets, err := s.LoadSecrets(set.getenv)
	if err != nil {
		return nil, err
	}
	d := &Dialogue{scenario: s, settings: set, secrets: secrets, mask: newMask(secrets), steps: lastNumber(s.Steps)}
	if problems := d.compileTLS(); len(problems) > 0 {
		return nil, problems
	}
	if problems := d.loadKeys(); len(problems) > 0 {
		return nil, problems
	}
	d.compile()
	name, err := s.Name.Expand(d.withoutTarget(d.lookup(Target{}, nil, nil, nil)))
	if err != nil {
		return nil, err
	}
	d.name = d.mask.text(result.PrintableString(name))
	return d, nil
}

// withoutTarget leaves variables that differ from host to host as they are
// written: a scenario has one name for all of them.
func (d *Dialogue) withoutTarget(lookup scenarios.Lookup) scenarios.Lookup {
	return func(name string) (string, bool) {
		switch name {
		case "domain", "mx.name", "mx.pref", "ip", "port":
			return "${" + name + "}", true
		}
		return lookup(name)
	}
}

// compile puts the default expectations in.
func (d *Dialogue) compile() {
	d.greeting = withDefault(&d.scenario.Greeting, "220")
	d.data = withDefault(&scenarios.Expect{}, "354")
	d.wants = make([]*scenarios.Expect, d.steps+1)
	d.wantTexts = make([]string, d.steps+1)
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

// Port returns the scenario's port, 465 where it names none and wants TLS
// from the first byte (RFC 8314 section 3), 0 if it says nothing of a port.
func (d *Dialogue) Port() uint16 {
	if d.scenario.Port == 0 && d.scenario.ImplicitTLS {
		return 465
	}
	return d.scenario.Port
}

// Start prepares the dialogue with one address.
func (d *Dialogue) Start(t Target, stepped func(*result.Step)) Trial {
	tr := &trial{dialogue: d, target: t, stepped: stepped, mask: d.mask}
	tr.result = result.Check{Scenario: d.name, StepCount: d.steps, Steps: []result.Step{}}
	for i := range d.scenario.Hosts {
		if rule := &d.scenario.Hosts[i]; rule.Match.Match(t.Host, t.IP, t.Preference) {
			tr.rule = rule
			break
		}
	}
	return tr
}

// lookup returns the variables for one target. What a dialogue captures is
// read from captures while it grows; turn holds the recipient whose turn it
// is, where there are several.
func (d *Dialogue) lookup(t Target, rule *scenarios.HostRule, captures, turn map[string]string) scenarios.Lookup {
	return d.scenario.Lookup(&scenarios.Bindings{
		Builtin:   func(name string) (string, bool) { return d.settings.builtin(t, name) },
		Overrides: d.settings.overrides(t, turn),
		Host:      rule,
		Secrets:   d.secrets,
		Captures:  captures,
		Getenv:    d.settings.getenv,
	})
}

// overrides are the variables that beat those of the scenario, weakest first.
func (s *Settings) overrides(t Target, turn map[string]string) []map[string]string {
	if len(s.Explicit) == 0 && turn == nil {
		return s.Overrides
	}
	explicit := make(map[string]string, len(s.Explicit))
	for _, name := range s.Explicit {
		explicit[name], _ = s.builtin(t, name)
	}
	return append([]map[string]string{explicit, turn}, s.Overrides...)
}

// builtin is the value of a variable that every scenario has.
func (s *Settings) builtin(t Target, name string) (string, bool) {
	switch name {
	case "domain":
		return dnsmx.ASCII(t.Domain), true
	case "mx.name":
		return t.Host, true
	case "mx.pref":
		return strconv.Itoa(int(t.Preference)), true
	case "ip":
		if !t.IP.IsValid() {
			return "", true
		}
		return t.IP.String(), true
	case "port":
		return strconv.Itoa(int(t.Port)), true
	case "helo":
		return dnsmx.ASCII(s.HELO), true
	case "from":
		return onWire(s.From), true
	case "to":
		return s.recipient(t, 1), true
	case "run_id":
		return s.RunID, true
	case "now":
		return s.now().UTC().Format(time.RFC3339), true
	}
	return "", false
}

// trial plays a dialogue with one address, as often as its retry allows.
type trial struct {
	dialogue *Dialogue
	target   Target
	rule     *scenarios.HostRule // nil if none matches
	stepped  func(*result.Step)
	mask     *mask // grows with what logins make of secrets
	result   result.Check
	started  time.Time
	tries    int
	// serial is set for the attempt after one in which the server lost its
	// place in a group; unsynced is how that one ended.
	serial   bool
	unsynced *unsynced
}

// Play makes one attempt.
func (t *trial) Play(ctx context.Context) (wait time.Duration, again bool) {
	if t.rule != nil && t.rule.Skip != "" {
		t.result.Status, t.result.Reason, t.result.Message = result.Skip, result.Condition, t.rule.Skip
		return 0, false
	}
	if t.started.IsZero() {
		t.started = time.Now()
	}
	t.tries++
	s := newSession(ctx, t)
	s.play()
	t.take(s)
	t.result.Millis = result.Millis(time.Since(t.started))
	if t.oneByOne(s) {
		return 0, true
	}
	if again, wait = t.wantsAnother(s); again {
		return wait, true
	}
	t.forgive()
	return 0, false
}

// take adds an attempt to the result. The verdict is the last attempt's.
func (t *trial) take(s *session) {
	r := &t.result
	r.Attempts = t.tries
	r.Status, r.Reason, r.Message, r.Hint = s.status, s.reason, s.message, s.hint
	r.FailedStep = s.failedStep
	r.TLS = s.tls.state
	r.ConnectMillis = result.Millis(s.connectTime)
	r.Notes = s.notes
	r.Captures = s.maskedCaptures()
	r.Steps = append(r.Steps, s.steps...)
}

// wantsAnother applies the retry of the flags or of the scenario to an
// attempt that did not pass.
func (t *trial) wantsAnother(s *session) (bool, time.Duration) {
	retry, set := t.dialogue.scenario.Retry, t.dialogue.settings
	times, wait := 0, DefaultRetryWait
	if retry != nil {
		times, wait = retry.Times, retry.Wait
	}
	if set.Retry != nil {
		times = *set.Retry
	}
	if set.RetryWait != nil {
		wait = *set.RetryWait
	}
	tries := t.tries
	if t.unsynced != nil {
		tries-- // it is no attempt of its own
	}
	if tries > times || s.status <= result.Pass || s.ctx.Err() != nil {
		return false, 0
	}
	return retryCovers(retry, s), wait
}

// retryCovers reports whether the way an attempt ended is one that another
// attempt may change: a 4xx, if the scenario says nothing else.
func retryCovers(retry *scenarios.Retry, s *session) bool {
	if retry == nil || (retry.On.IsZero() && !retry.Connect && !retry.EOF && !retry.Timeout) {
		return s.failedCode/100 == 4
	}
	switch {
	case s.failedCode != 0:
		return !retry.On.IsZero() && retry.On.Match(s.failedCode)
	case s.connectTime == 0:
		return retry.Connect || (retry.Timeout && s.reason == result.Timeout)
	case s.reason == result.EOF || s.reason == result.Reset:
		return retry.EOF
	}
	return retry.Timeout && s.reason == result.Timeout
}

// forgive turns a failure that the scenario allows for this host into a
// warning.
func (t *trial) forgive() {
	if t.rule == nil || t.rule.MayFail == "" || t.result.Status <= result.Warn {
		return
	}
	t.result.Forgiven = t.rule.MayFail
	t.result.Status = result.Warn
}

// Abandon says that no further attempt will be made. An attempt that was
// made keeps its steps, but waiting for the next was cut short.
func (t *trial) Abandon(reason result.Reason) {
	if t.tries == 0 {
		t.result.Status, t.result.Reason = result.NotRun, reason
		t.result.Message = "not begun before the run was stopped"
		if reason == result.Deadline {
			t.result.Message = "not begun before the time for the whole run was over"
		}
		return
	}
	t.result.Notes = append(t.result.Notes, "the run ended before the next attempt")
	t.forgive()
}

// Result returns what was seen so far.
func (t *trial) Result() result.Check { return t.result }
