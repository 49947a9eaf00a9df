package ledger

import (
	"strings"
	"time"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// Account is what is told of one dialogue with one address, all attempts
// included.
type Account struct {
	secrets  Secrets
	told     func(*result.Step) // after each step; may be nil
	scenario string
	steps    int // of the scenario
	tries    int
	// came is what came of the dialogue, nil before something did: ten thousand
	// dialogues wait at once for their first.
	came *result.Check
	// allowance bounds what is kept, and dropped counts what is not.
	allowance Allowance
	dropped   int
}

// NewAccount begins the account of a scenario with so many steps. told, if not
// nil, is called after each step.
func NewAccount(secrets Secrets, scenario string, steps int, told func(*result.Step)) Account {
	return Account{secrets: secrets, told: told, scenario: scenario, steps: steps, allowance: free{}}
}

// check is where it is told what came of the dialogue.
func (a *Account) check() *result.Check {
	if a.came == nil {
		a.came = a.nothing()
	}
	return a.came
}

// nothing is the result of a dialogue of which nothing was told yet. It is made
// on the heap, since the stack of a session that waits has no room for one.
func (a *Account) nothing() *result.Check {
	return &result.Check{Scenario: a.scenario, StepCount: a.steps, Steps: []result.Step{}}
}

// Secrets are those of the account; logins make more of them.
func (a *Account) Secrets() *Secrets { return &a.secrets }

// Attempt begins an attempt, in a ledger that is empty or was forgotten. What
// goes over the line is taken from the record.
func (a *Account) Attempt(l *Ledger, file string, record *smtpwire.Recorder) {
	a.tries++
	l.account, l.record, l.file = a, record, file
	l.steps = make([]result.Step, 0, min(firstSteps, a.steps+2))
}

// firstSteps is how many steps there is room for at first: the greeting and the
// one after it, for which most wait that wait long.
const firstSteps = 2

// Tries returns how many attempts were begun.
func (a *Account) Tries() int { return a.tries }

// Take adds an attempt that is over. The verdict is the last attempt's.
func (a *Account) Take(l *Ledger) {
	c := a.check()
	c.Attempts = a.tries
	c.Status, c.Reason, c.Message, c.Hint = l.ruling.Status, l.ruling.Reason, l.ruling.Message, l.ruling.Hint
	c.Blame = l.blame
	c.FailedStep = l.failedStep
	c.TLS = a.tls(l.seen.TLS)
	c.ControlAnswered = l.seen.ControlAnswered
	c.ConnectMillis = result.Millis(l.seen.Connect)
	c.DeliveryMillis = result.Millis(l.seen.Delivery)
	c.Notes = l.notes
	c.Captures = a.captures(l.seen.Captures)
	if len(c.Steps) == 0 {
		c.Steps = l.steps // most dialogues have one attempt
		return
	}
	c.Steps = append(c.Steps, l.steps...)
}

// captures are the values that were captured, without secrets.
func (a *Account) captures(values map[string]string) map[string]string {
	if len(values) == 0 {
		return nil
	}
	out := make(map[string]string, len(values))
	for name, value := range values {
		// A part of a reply would hold all of it.
		out[name] = strings.Clone(a.secrets.short(value, result.MaxShown))
	}
	return out
}

// tls hides what the names of a handshake repeat of secrets.
func (a *Account) tls(t *result.TLSState) *result.TLSState {
	if t == nil {
		return nil
	}
	a.keepChain(t)
	if a.secrets.mask == nil {
		return t
	}
	for _, text := range []*string{
		&t.SNI, &t.Reference, &t.ChainFinding, &t.NameFinding, &t.DatesFinding, &t.DANEFinding, &t.STSFinding,
	} {
		*text = a.secrets.text(*text)
	}
	for i := range t.Chain {
		c := &t.Chain[i]
		c.Subject, c.Issuer = a.secrets.text(c.Subject), a.secrets.text(c.Issuer)
		for j, name := range c.Names {
			c.Names[j] = a.secrets.text(name)
		}
	}
	return t
}

// Took says how long all attempts took.
func (a *Account) Took(d time.Duration) { a.check().Millis = result.Millis(d) }

// Note keeps a finding that decides nothing.
func (a *Account) Note(text string) {
	c := a.check()
	c.Notes = append(c.Notes, a.secrets.text(text))
}

// Rule says what the dialogue amounts to where no attempt decides that.
func (a *Account) Rule(r result.Ruling) {
	c := a.check()
	c.Status, c.Reason = r.Status, r.Reason
	c.Message, c.Hint = a.secrets.text(r.Message), a.secrets.text(r.Hint)
}

// Draft has what follows told to nobody until settle says whether it counts. What
// does not is forgotten.
func (a *Account) Draft() (settle func(counts bool)) {
	c := a.check()
	before, came := *a, *c
	a.told = nil
	return func(counts bool) {
		if !counts {
			*a, *c = before, came
			return
		}
		if a.told = before.told; a.told == nil {
			return
		}
		for i := len(came.Steps); i < len(c.Steps); i++ {
			a.told(&c.Steps[i])
		}
	}
}

// Reuse says over whose connection the dialogue was played.
func (a *Account) Reuse(r result.Reused) { a.check().Reused = &r }

// Uphold lets the verdict of an earlier attempt stand, with another status and
// other advice.
func (a *Account) Uphold(earlier *result.Check, status result.Verdict, hint string) {
	a.Rule(result.Ruling{Status: status, Reason: earlier.Reason, Message: earlier.Message, Hint: hint})
	a.check().FailedStep = earlier.FailedStep
}

// Forgive makes a warning of a failure that does not count, and says why.
func (a *Account) Forgive(why string) {
	if c := a.check(); c.Status > result.Warn {
		c.Forgiven, c.Status = a.secrets.text(why), result.Warn
	}
}

// Result returns what was told so far.
func (a *Account) Result() result.Check {
	if a.came == nil {
		return *a.nothing()
	}
	c := *a.came
	if note := a.droppedNote(); note != "" {
		c.Notes = append(c.Notes[:len(c.Notes):len(c.Notes)], note)
	}
	return c
}
