package dialogue

import (
	"fmt"
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

// lookup returns the variables for one target. What a dialogue captures is
// read from captures while it grows; turn holds the recipient whose turn it
// is, where there are several.
func (d *Dialogue) lookup(t probe.Target, number uint64, rule *scenarios.HostRule, captures, turn map[string]string) scenarios.Lookup {
	return d.scenario.Lookup(&scenarios.Bindings{
		Builtin: func(name string) (string, bool) {
			if name == "dialogue_id" {
				return d.id(t, number), true
			}
			return d.run.builtin(t, name)
		},
		Overrides: d.run.overrides(t, turn),
		Host:      rule,
		Secrets:   d.values,
		Captures:  captures,
		Getenv:    d.run.getenv,
	})
}

// id is the variable dialogue_id: the run, and what is the same for every
// attempt of this dialogue with this address and for nothing else of the run.
func (d *Dialogue) id(t probe.Target, number uint64) string {
	s, hash := d.scenario, fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%s\x00%d\x00%d\x00%s\x00%s\x00%s\x00%d", s.File, s.Pos.Line, s.RowNumber, t.Domain, t.Host, t.AddrPort(), number)
	return fmt.Sprintf("%s-%016x", d.run.RunID, hash.Sum64())
}

// overrides are the variables that beat those of the scenario, weakest first.
func (s *Settings) overrides(t probe.Target, turn map[string]string) []map[string]string {
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
func (s *Settings) builtin(t probe.Target, name string) (string, bool) {
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

func looksAside(steps []scenarios.Step) bool {
	return slices.ContainsFunc(steps, func(s scenarios.Step) bool { return s.Action.LooksAside() || looksAside(s.Steps) })
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
	l := d.lean()
	if l.own || !t.IP.IsValid() {
		return nil
	}
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
func (s *Settings) recipient(t probe.Target, n int) string {
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
func (s *Settings) take(turn map[string]string, t probe.Target, n int) {
	if turn == nil {
		return
	}
	delete(turn, "to")
	if n > 0 {
		turn["to"] = s.recipient(t, n)
	}
}
