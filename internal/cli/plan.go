package cli

import (
	"iter"
	"strings"
	"sync/atomic"

	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// plan is what is to be played, ready to be asked of a probe.Runner.
type plan struct {
	server string // --server; it overrides the targets of the scenarios
	ports  []uint16
	// mx are the checks for the hosts of the domains, or for the server.
	mx []probe.Check
	// targeted are the dialogues whose scenario names a server of its own.
	targeted []*targeted
	domains  *domainList
	// begin, if not nil, is told of each domain before it is asked for, and finish
	// of its result, before it is written down.
	begin  func(domain string)
	finish func(*result.Domain)
	// judge, if not nil, changes the verdict of each domain, also of those that
	// come from a journal.
	judge func(*result.Domain)
	// memory is what is kept from run to run, nil where nothing is.
	memory *memory
	// journal is where the run writes down what is done, nil for nowhere.
	journal *journaling
	// elsewhere is where the results come from, nil where they are those of the
	// runner.
	elsewhere *Elsewhere
	// asked is set when every request was handed out, or the list of
	// domains turned out to be faulty. The runner reads ahead in a goroutine
	// of its own, which outlives a run that was stopped.
	asked atomic.Bool
}

// targeted is a dialogue with the server that its scenario names.
type targeted struct {
	dialogue *dialogue.Dialogue
	check    probe.Check // the dialogue, perhaps counted
	target   *scenarios.Text
	lookup   func(domain string) scenarios.Lookup
	// perDomain is true if the dialogue or the target depends on the domain,
	// so that it is played for each; else it is played once.
	perDomain bool
}

// nobody stands for a domain to see whether the target of a scenario depends on one.
const nobody = "mxprobe-asks-whether-this-domain-is-used.invalid"

func newPlan(s *settings, dialogues []*dialogue.Dialogue, domains *domainList, overrides []map[string]string) (*plan, error) {
	p := &plan{ports: s.ports, domains: domains}
	if s.server != "" {
		host, port, err := parseSpokenTo(s.server)
		if err != nil {
			return nil, usagef("--server: %s", err)
		}
		p.server = host
		if port != 0 {
			p.ports = []uint16{port}
		}
	}
	for _, d := range dialogues {
		sc := d.Scenario()
		if p.server != "" || sc.Target.IsZero() {
			p.mx = append(p.mx, d)
			continue
		}
		t := &targeted{dialogue: d, check: d, target: &sc.Target}
		t.lookup = func(domain string) scenarios.Lookup { return targetLookup(sc, domain, overrides) }
		target, err := t.host(nobody)
		if err != nil {
			return nil, err
		}
		t.perDomain = strings.Contains(target, nobody) || d.UsesDomain()
		p.targeted = append(p.targeted, t)
	}
	return p, p.complete(s)
}

// complete says which dialogue needs a domain where none is given.
func (p *plan) complete(s *settings) error {
	if len(s.domains) > 0 {
		return nil
	}
	for _, c := range p.mx {
		if d, ok := c.(*dialogue.Dialogue); ok && d.UsesDomain() {
			return needsDomain(d)
		}
	}
	for _, t := range p.targeted {
		if t.perDomain {
			return needsDomain(t.dialogue)
		}
	}
	return nil
}

func needsDomain(d *dialogue.Dialogue) error {
	return usagef("%s: %q uses the domain, and none is given: add -d DOMAIN", d.Scenario().File, d.Name())
}

// targetLookup are the variables that the target of a scenario may hold.
func targetLookup(sc *scenarios.Scenario, domain string, overrides []map[string]string) scenarios.Lookup {
	return sc.Lookup(&scenarios.Bindings{
		Builtin: func(name string) (string, bool) {
			if name == "domain" {
				return domain, true
			}
			return "", false
		},
		Overrides: overrides,
	})
}

// host is the server that the scenario names for a domain.
func (t *targeted) host(domain string) (string, error) {
	target, err := t.target.Expand(t.lookup(domain))
	if err != nil {
		return "", usagef("target: %s", err)
	}
	host, port, err := parseSpokenTo(target)
	switch {
	case err != nil:
		return "", usagef("%s: target: %s", t.dialogue.Scenario().File, err)
	case port != 0:
		return "", usagef("%s: target: %q holds a port; write it as port: %d", t.dialogue.Scenario().File, target, port)
	}
	return host, nil
}

// requests yields what to ask of the runner, domain by domain.
func (p *plan) requests() iter.Seq[probe.Request] {
	return func(yield func(probe.Request) bool) {
		if p.targets(yield, "", false) && p.servers(yield) && p.eachDomain(yield) {
			p.asked.Store(true)
		}
	}
}

// servers yields the request for --server where no domain is given.
func (p *plan) servers(yield func(probe.Request) bool) bool {
	if len(p.domains.specs) > 0 || p.server == "" {
		return true
	}
	return yield(probe.Request{Server: p.server, Ports: p.ports, Checks: p.mx})
}

func (p *plan) eachDomain(yield func(probe.Request) bool) bool {
	if len(p.domains.specs) == 0 {
		return true
	}
	for domain := range p.domains.all() {
		if len(p.mx) > 0 && !yield(probe.Request{Domain: domain, Server: p.server, Ports: p.ports, Checks: p.mx}) {
			return false
		}
		if !p.targets(yield, domain, true) {
			return false
		}
	}
	return true
}

// fault is what was wrong with the list of domains, nil if nothing was or if
// the list was not read to its end.
func (p *plan) fault() error {
	if !p.asked.Load() {
		return nil
	}
	return p.domains.err
}

// twice is a warning of domains that were named more than once, empty where
// none was or where the list was not read to its end.
func (p *plan) twice() string {
	if !p.asked.Load() {
		return ""
	}
	return p.domains.seen.warning()
}

// slips are the lines of the list that held no domain, empty where none was or
// where the list was not read to its end.
func (p *plan) slips() string {
	if p.elsewhere != nil {
		return p.elsewhere.LeftOut
	}
	if !p.asked.Load() || p.domains == nil {
		return ""
	}
	return p.domains.slips.String()
}

// count has every dialogue counted when its address is known, if there is a line
// to show it.
func (p *plan) count(line *progress) {
	if line == nil {
		return
	}
	for i := range p.mx {
		p.mx[i] = counted{p.mx[i], line}
	}
	for _, t := range p.targeted {
		t.check = counted{t.check, line}
	}
}

// targets yields a request for each server that scenarios name, either for
// one domain or once for the run, and reports whether to go on.
func (p *plan) targets(yield func(probe.Request) bool, domain string, perDomain bool) bool {
	var requests []probe.Request
next:
	for _, t := range p.targeted {
		if t.perDomain != perDomain {
			continue
		}
		host, err := t.host(domain)
		if err != nil {
			// The look-up will say that it is no host. The domain alone may be one.
			target, _ := t.target.Expand(t.lookup(domain))
			host = result.PrintableString(target)
		}
		for i := range requests {
			if requests[i].Server == host {
				requests[i].Checks = append(requests[i].Checks, t.check)
				continue next
			}
		}
		requests = append(requests, probe.Request{Domain: domain, Server: host, Ports: p.ports, Checks: []probe.Check{t.check}})
	}
	for _, r := range requests {
		if !yield(r) {
			return false
		}
	}
	return true
}
