package result

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Verdict is what was found of a step and of everything above it.
type Verdict uint8

// The verdicts, from the one that says least to the one that decides most:
// where several meet, the greatest counts. An address where one dialogue
// passed and one was skipped has passed; one failure is a failure, whatever
// else is unknown.
const (
	// NotRun: an earlier step ended the dialogue, or the run was stopped.
	NotRun Verdict = iota
	// Skip: a condition of the scenario left it out.
	Skip
	// Pass: the server did what was expected.
	Pass
	// Warn: as expected, but over a limit, or a failure that is forgiven.
	Warn
	// Inconclusive: nothing final is known; the answer was temporary, or
	// the fault is on our side.
	Inconclusive
	// Fail: the server gave a final answer that was not expected, broke the
	// protocol, or never answered.
	Fail
)

var verdictNames = [...]string{"not_run", "skip", "pass", "warn", "inconclusive", "fail"}

// String returns the name used in JSON: not_run, skip, pass, warn,
// inconclusive or fail.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "verdict(" + strconv.Itoa(int(v)) + ")"
}

// MarshalText returns the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) {
	if int(v) >= len(verdictNames) {
		return nil, fmt.Errorf("result: no verdict %d", uint8(v))
	}
	return []byte(verdictNames[v]), nil
}

// UnmarshalText reads a verdict's name.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdictNames {
		if name == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("result: unknown verdict %q", text)
}

// Worst returns the verdict that decides where a and b meet.
func Worst(a, b Verdict) Verdict { return max(a, b) }

// Reason says why a verdict is not pass. It is one of a closed list, so that
// programs can act on it.
type Reason string

// The reasons. Those from Temporary on make a verdict inconclusive, those
// before a failure, if the scenario and the flags do not say otherwise.
const (
	None        Reason = ""
	Reply       Reason = "reply"       // another reply than expected
	Refused     Reason = "refused"     // the connection was refused
	Unreachable Reason = "unreachable" // a router said that there is no way
	Timeout     Reason = "timeout"     // no answer in time
	Reset       Reason = "reset"       // the connection was reset
	EOF         Reason = "eof"         // the server closed the connection
	Protocol    Reason = "protocol"    // what came was not a reply, or came unasked
	TLS         Reason = "tls"         // the handshake or the certificate failed
	Slow        Reason = "slow"        // as expected, but later than allowed
	DNS         Reason = "dns"         // the name's own records are wrong, missing or unavailable
	NullMX      Reason = "null_mx"     // the domain takes no mail (RFC 7505)
	Regression  Reason = "regression"  // worse than the baseline, which the call forbids
	Found       Reason = "finding"     // what was found out beside the dialogues decided
	Condition   Reason = "condition"   // a condition of the scenario left it out

	Temporary   Reason = "temporary"   // a 4xx: ask again later
	Policy      Reason = "policy"      // refused because of us: listed, no reverse DNS, sender policy
	NoRoute     Reason = "no_route"    // this machine has no way to that address family
	Resolver    Reason = "resolver"    // our resolver does not answer
	Local       Reason = "local"       // this machine failed: no socket, no source address
	Deadline    Reason = "deadline"    // the time of the whole run was over
	Interrupted Reason = "interrupted" // the run was stopped
	Budget      Reason = "budget"      // the connections that the run may open were used up
)

// Ours reports whether the reason is a fault on the prober's side rather
// than a temporary answer of the server.
func (r Reason) Ours() bool {
	switch r {
	case Policy, NoRoute, Resolver, Local, Deadline, Interrupted, Budget:
		return true
	}
	return false
}

// Counts counts verdicts.
type Counts struct {
	Pass         int `json:"pass"`
	Warn         int `json:"warn"`
	Fail         int `json:"fail"`
	Inconclusive int `json:"inconclusive"`
	Skip         int `json:"skip"`
	NotRun       int `json:"not_run"`
}

// Add counts v.
func (c *Counts) Add(v Verdict) {
	switch v {
	case Pass:
		c.Pass++
	case Warn:
		c.Warn++
	case Fail:
		c.Fail++
	case Inconclusive:
		c.Inconclusive++
	case Skip:
		c.Skip++
	case NotRun:
		c.NotRun++
	}
}

// AddAll counts everything that other counted.
func (c *Counts) AddAll(other *Counts) {
	c.Pass += other.Pass
	c.Warn += other.Warn
	c.Fail += other.Fail
	c.Inconclusive += other.Inconclusive
	c.Skip += other.Skip
	c.NotRun += other.NotRun
}

// Of returns how often a verdict was counted.
func (c *Counts) Of(v Verdict) int {
	switch v {
	case Pass:
		return c.Pass
	case Warn:
		return c.Warn
	case Fail:
		return c.Fail
	case Inconclusive:
		return c.Inconclusive
	case Skip:
		return c.Skip
	case NotRun:
		return c.NotRun
	}
	return 0
}

// Total returns how many verdicts were counted.
func (c *Counts) Total() int {
	return c.Pass + c.Warn + c.Fail + c.Inconclusive + c.Skip + c.NotRun
}

// Millis is a duration that is written in JSON as milliseconds with up to
// three decimals.
type Millis time.Duration

// Duration returns m as a time.Duration.
func (m Millis) Duration() time.Duration { return time.Duration(m) }

// MarshalJSON writes milliseconds, to the microsecond.
func (m Millis) MarshalJSON() ([]byte, error) {
	us := time.Duration(m).Microseconds()
	if us%1000 == 0 {
		return strconv.AppendInt(nil, us/1000, 10), nil
	}
	return strconv.AppendFloat(nil, float64(us)/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads a number of milliseconds, to the microsecond; null
// changes nothing, as is usual.
func (m *Millis) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	f, err := strconv.ParseFloat(string(b), 64)
	// Beyond 285 years a time.Duration overflows.
	if us := math.Round(f * 1000); err == nil && math.Abs(us) < 1<<53 {
		*m = Millis(time.Duration(us) * time.Microsecond)
		return nil
	}
	return fmt.Errorf("result: %q is not a number of milliseconds", b)
}
