package dialogue

import (
	"encoding/hex"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe"
	"mxprobe/probe/handshake"
	"mxprobe/probe/peer"
	"mxprobe/scenarios"
)

// withoutTarget leaves variables that differ from host to host as they are
// written: a scenario has one name for all of them.
func (d *Dialogue) withoutTarget(lookup scenarios.Lookup) scenarios.Lookup {
	return func(name string) (string, bool) {
		switch name {
		case "domain", "mx.name", "mx.pref", "ip", "port", "dialogue_id":
			return "${" + name + "}", true
		}
		return lookup(name)
	}
}

// variables are those of a dialogue with one target. They can be begun again for
// another target, which costs nothing.
type variables struct {
	dialogue *Dialogue
	target   *probe.Target
	number   uint64
	// turn holds the recipient whose turn it is, where there are several.
	turn     map[string]string
	bindings scenarios.Bindings
	lookup   scenarios.Lookup // by the bindings
}

// lookup returns the variables for a target of which only those count that are
// the same for all.
func (d *Dialogue) lookup() scenarios.Lookup {
	var v variables
	v.begin(d, new(probe.Target), 0, nil)
	return v.lookup
}

// begin makes v the variables for one target. The first time it finds out what
// is the same for all.
func (v *variables) begin(d *Dialogue, t *probe.Target, number uint64, rule *scenarios.HostRule) {
	if v.lookup == nil {
		v.dialogue, v.turn = d, d.run.turns()
		v.bindings = scenarios.Bindings{
			Builtin: v.builtin, Explicit: v.explicit, Overrides: d.run.overrides(v.turn), Secrets: d.values, Getenv: d.run.getenv,
		}
		v.lookup = d.scenario.Lookup(&v.bindings)
	}
	v.target, v.number, v.bindings.Host = t, number, rule
}

// forget lets go of all that belongs to one target.
func (v *variables) forget() {
	clear(v.turn)
	v.target, v.number, v.bindings.Host, v.bindings.Captures = nil, 0, nil, nil
}

// captured keeps a value, which is found from now on.
func (v *variables) captured(name, value string) {
	if v.bindings.Captures == nil {
		v.bindings.Captures = make(map[string]string)
	}
	v.bindings.Captures[name] = value
}

func (v *variables) builtin(name string) (string, bool) {
	if name == "dialogue_id" {
		return v.dialogue.id(v.target, v.number), true
	}
	return v.dialogue.run.builtin(v.target, name)
}

// explicit are the variables that were asked for in so many words.
func (v *variables) explicit(name string) (string, bool) {
	if !slices.Contains(v.dialogue.run.Explicit, name) {
		return "", false
	}
	return v.dialogue.run.builtin(v.target, name)
}

// id is the variable dialogue_id: the run, and what is the same for every
// attempt of this dialogue with this address and for nothing else of the run.
func (d *Dialogue) id(t *probe.Target, number uint64) string {
	return string(d.appendID(make([]byte, 0, 64), t, number))
}

func (d *Dialogue) appendID(dst []byte, t *probe.Target, number uint64) []byte {
	s := d.scenario
	start := len(dst)
	b := append(append(dst, s.File...), 0)
	b = append(strconv.AppendInt(b, int64(s.Pos.Line), 10), 0)
	b = append(strconv.AppendInt(b, int64(s.RowNumber), 10), 0)
	b = append(append(b, t.Domain...), 0)
	b = append(append(b, t.Host...), 0)
	b = append(t.AddrPort().AppendTo(b), 0)
	b = strconv.AppendUint(b, number, 10)
	hash := fnv.New64a()
	_, _ = hash.Write(b[start:])
	dst = append(append(b[:start], d.run.RunID...), '-')
	var sum [8]byte
	return hex.AppendEncode(dst, hash.Sum(sum[:0]))
}

// overrides are the variables that beat those of the scenario, weakest first.
func (s *Settings) overrides(turn map[string]string) []map[string]string {
	if turn == nil {
		return s.Overrides
	}
	return append([]map[string]string{turn}, s.Overrides...)
}

// builtin is the value of a variable that every scenario has.
func (s *Settings) builtin(t *probe.Target, name string) (string, bool) {
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
		return peer.OnWire(s.From), true
	case "to":
		return s.recipient(t, 1), true
	case "run_id":
		return s.RunID, true
	case "now":
		return s.now().UTC().Format(time.RFC3339), true
	}
	return "", false
}

// leaning is what a dialogue hangs on, found out when somebody asks.
type leaning struct {
	once sync.Once
	// uses are the built-in variables that are drawn in.
	uses map[string]bool
	// own is true where each domain needs a dialogue of its own.
	own bool
	// ownOpening is true where the steps that open a session hang on the domain.
	ownOpening bool
	// host is true where the name of the host plays a part, or what is known of how
	// it was found.
	host bool
}

// lean returns what the dialogue hangs on.
func (d *Dialogue) lean() *leaning {
	l := d.leans
	l.once.Do(func() {
		l.uses = d.scenario.Uses(d.run.Overrides)
		sts := func(p *handshake.Plan) bool { return p != nil && p.Options.Verify == scenarios.VerifySTS }
		tls := d.implicit != nil || d.upgrade != nil || len(d.starttls) > 0
		l.own = d.UsesDomain() || l.uses["dialogue_id"] || d.scenario.Delivers || looksAside(d.scenario.Steps) || sts(d.implicit)
		for _, plan := range d.starttls {
			l.own = l.own || sts(plan)
		}
		opening := d.scenario.UsesIn(d.scenario.Steps[:d.scenario.Opening()], d.run.Overrides)
		l.ownOpening = opening["domain"] || opening["dialogue_id"] || opening["to"] && d.run.toEachDomain()
		_, redirects := d.run.Dialer.(probe.Redirector)
		l.host = tls || redirects || l.uses["mx.name"] || logsIn(d.scenario.Steps)
	})
	return l
}

// UsesDomain reports whether something of the dialogue differs from domain to
// domain because a variable has the domain in it.
func (d *Dialogue) UsesDomain() bool {
	uses := d.scenario.Uses(d.run.Overrides)
	// A recipient that was asked for beats what the scenario says.
	return uses["domain"] || (uses["to"] || d.run.To != "") && d.run.toEachDomain()
}

// toEachDomain reports whether the recipients are other ones for each domain.
func (s *Settings) toEachDomain() bool {
	own := func(to string) bool { return to == "" || strings.Contains(to, "${domain}") }
	return own(s.To) || slices.ContainsFunc(s.FurtherTo, own)
}

func logsIn(steps []scenarios.Step) bool {
	return slices.ContainsFunc(steps, func(s scenarios.Step) bool { return s.Action == scenarios.Auth || logsIn(s.Steps) })
}

// sharedBy is all that a dialogue hangs on that is the same for every domain.
type sharedBy struct {
	dialogue         *Dialogue
	to               netip.AddrPort
	host             string // where it plays a part
	rule             *scenarios.HostRule
	preference       uint16 // likewise
	named, authentic bool   // likewise
}

// SharedBy implements probe.Sharer. A dialogue that hands over a message is played
// for each domain: each wants its own.
func (d *Dialogue) SharedBy(t probe.Target) any {
	if d.lean().own || !t.IP.IsValid() {
		return nil
	}
	return d.sharedWith(t)
}

// sharedWith returns what a dialogue hangs on beside the domain.
func (d *Dialogue) sharedWith(t probe.Target) sharedBy {
	l := d.lean()
	by := sharedBy{dialogue: d, to: t.AddrPort(), rule: d.rule(t.Host, t.IP, t.Preference)}
	if l.host {
		by.host, by.named, by.authentic = t.Host, t.Named, t.Authentic
	}
	if l.uses["mx.pref"] {
		by.preference = t.Preference
	}
	return by
}

// recipient returns the n-th recipient of a target, counted from 1.
func (s *Settings) recipient(t *probe.Target, n int) string {
	to := s.To
	if n > 1 {
		to = s.FurtherTo[n-2]
	}
	if to == "" {
		return peer.OnWire("postmaster@" + t.Domain)
	}
	return peer.OnWire(strings.ReplaceAll(to, "${domain}", t.Domain))
}

// turns returns where the recipient whose turn it is stands among the
// variables, nil where there is only one.
func (s *Settings) turns() map[string]string {
	if len(s.FurtherTo) == 0 {
		return nil
	}
	return make(map[string]string, 1)
}

// take makes it the turn of the n-th recipient, of nobody for 0.
func (s *Settings) take(turn map[string]string, t *probe.Target, n int) {
	if turn == nil {
		return
	}
	delete(turn, "to")
	if n > 0 {
		turn["to"] = s.recipient(t, n)
	}
}
