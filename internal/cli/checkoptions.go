package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/audit/gather"
	"mxprobe/internal/audit/rules"
	"mxprobe/internal/spelling"
	"mxprobe/probe/result"
)

const groupChecks = "What is looked at"

// checkSettings are the flags of check: some of those of run, and its own.
type checkSettings struct {
	*settings
	explain              string
	dialogues            bool
	onlyRules, skipRules []string
	severity             map[string]result.Severity
	selectors            []string
	lists, nameLists     []string
	self                 bool
	depth                gather.Depth
	mailPort             uint16 // 0 for 25
}

func newCheckSettings() *checkSettings {
	return &checkSettings{settings: newSettings(), severity: map[string]result.Severity{}}
}

// defaultLists are the block lists of --dnsbl default; docs/checks.md names them.
func defaultLists() (addresses, names []string) {
	return []string{"zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "psbl.surriel.com"}, []string{"dbl.spamhaus.org"}
}

func (s *checkSettings) options() []option {
	// A flag of run is one of check where it means the same there.
	shared := []string{
		"domain", "column", "connect-to", "allow-loopback", "source", "ipv4", "ipv6", "dns", "helo", "from", "ca-file", "max-time", "timeout", "connect-timeout",
		"jobs", "per-host", "per-provider", "provider-rate", "host-rate", "address-rate", "exclude",
		"fail-fast", "warning", "critical", "baseline", "update-baseline", "fail-on", "journal", "format", "report", "color", "verbose", "quiet",
	}
	var all []option
	for _, o := range s.settings.options() {
		if slices.Contains(shared, o.name) {
			all = append(all, o)
		}
		if o.name == "domain" {
			all = append(all, option{
				name: "port", again: true, short: "p", arg: "PORT", env: "MXPROBE_PORT", set: s.setMailPort, def: "25", group: groupServers,
				help: "port that takes mail",
			})
		}
	}
	return append(all, s.ownOptions()...)
}

// setRules takes rules and subjects, also several with commas between them.
func setRules(dst *[]string) func(string) error {
	return func(value string) error {
		for id := range strings.SplitSeq(value, ",") {
			if err := setList(dst, checkRule)(strings.TrimSpace(id)); err != nil {
				return err
			}
		}
		return nil
	}
}

func (s *checkSettings) setMailPort(value string) error {
	if ports, err := parsePorts(value); err == nil && len(ports) > 1 {
		return fmt.Errorf("%q names several; a check looks at the port that takes mail, and with --submission at those for mail programs", value)
	}
	return setPort(&s.mailPort)(value)
}

func (s *checkSettings) ownOptions() []option {
	own := []option{
		{name: "only", arg: "ID", repeat: true, set: setRules(&s.onlyRules), help: "only these findings, or all of a subject such as mx; several allowed"},
		{name: "skip", arg: "ID", repeat: true, set: setRules(&s.skipRules), help: "leave these findings out, or all of a subject; several allowed"},
		{name: "severity", arg: "ID=LEVEL", repeat: true, set: s.setSeverity, help: "count a finding as ok, note, warn or fail; several allowed"},
		{name: "explain", arg: "ID", set: checked(setText(&s.explain), checkRule), help: "say what a finding means and what to do; look at nothing"},
		{name: "selector", arg: "NAME", repeat: true, set: setList(&s.selectors, checkSelector), help: "look at the DKIM key of this selector; several allowed"},
		{name: "dnsbl", arg: "ZONE", repeat: true, set: s.setList, help: "ask this block list for the addresses; default is a small set; several allowed"},
		{name: "dnsbl-names", arg: "ZONE", repeat: true, set: setList(&s.nameLists, checkZone), help: "ask this block list for the names; several allowed"},
		{name: "self", set: setSwitch(&s.self), help: "look at our own side too: address, its name, EHLO name, SPF, block lists"},
		{name: "submission", set: setSwitch(&s.depth.Submission), help: "look at the ports for mail programs too: 465, 587 and 2525"},
		{name: "tls-versions", set: setSwitch(&s.depth.Versions), help: "try each version of TLS, one handshake each"},
		{name: "quick", set: setSwitch(&s.depth.Quick), help: "one connection to each address and no more"},
		{name: "dialogues", set: setSwitch(&s.dialogues), help: "print the dialogues that are played, as YAML; look at nothing"},
	}
	for i := range own {
		own[i].group = groupChecks
	}
	return own
}

// wrong says which flags cannot stand together, nil if none do.
func (s *checkSettings) wrong(p *Program) error {
	switch {
	case len(s.domains) > 0:
	case !s.self:
		return usagef("no domain: mxprobe check DOMAIN")
	case s.memory.baseline != "":
		return usagef("--self without a domain keeps no --baseline; leave it out")
	case s.memory.journal != "":
		return usagef("--self without a domain keeps no --journal; leave it out")
	}
	for _, d := range s.domains {
		if strings.HasPrefix(d, "[") {
			return usagef("%s is an address; check looks at a domain (mxprobe run @rcpt --server ADDRESS speaks to one server)", shown(d))
		}
	}
	if s.memory.journal != "" && s.memory.baseline != "" {
		return usagef("--journal does not go with --baseline in a check: what changed is told from sessions that a journal does not have")
	}
	if s.depth.Quick && (s.depth.Versions || s.depth.Submission) {
		return usagef("--quick makes one connection; leave out --tls-versions and --submission, which need more")
	}
	if s.depth.Submission && s.mailPort != 0 {
		if !slices.ContainsFunc(p.typed, func(f typedFlag) bool { return f.option.name == "port" }) {
			return usagef("--submission and the environment variable MXPROBE_PORT contradict each other; leave one of them out")
		}
		return usagef("--port and --submission contradict each other; leave one of them out")
	}
	if err := s.contradiction(); err != nil {
		return err
	}
	return s.writtenTwice(p.Stdout)
}

func checkRule(id string) error {
	if _, ok := rules.Find(id); ok || slices.Contains(rules.Subjects(), id) {
		return nil
	}
	known := rules.Subjects()
	for _, r := range rules.Table() {
		known = append(known, r.ID)
	}
	return fmt.Errorf("%s is no finding and no subject%s; the subjects are %s, and --explain SUBJECT lists the findings of one",
		excerpt(id), spelling.DidYouMean(id, known), strings.Join(rules.Subjects(), ", "))
}

// choice is which rules count, and how much. Who allows loopback addresses knows
// of them.
func (s *checkSettings) choice() rules.Choice {
	const loopback = "mx.loopback"
	if _, given := s.severity[loopback]; s.loopback && !given {
		s.severity[loopback] = result.SeverityNote
	}
	return rules.Choice{Only: s.onlyRules, Skip: s.skipRules, Severity: s.severity}
}

func (s *checkSettings) setSeverity(text string) error {
	id, level, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%s is not ID=LEVEL, such as mx.cname=note", excerpt(text))
	}
	if _, known := rules.Find(id); !known {
		return checkRuleAlone(id)
	}
	severity := result.Severity(level)
	if !slices.Contains(result.Severities(), severity) || severity == result.SeverityInconclusive {
		return fmt.Errorf("%s is none of fail, warn, note, ok", excerpt(level))
	}
	s.severity[id] = severity
	return nil
}

// checkRuleAlone refuses a name that is no finding, be it a subject.
func checkRuleAlone(id string) error {
	if err := checkRule(id); err != nil {
		return err
	}
	return fmt.Errorf("%s is a subject; name one of its findings", excerpt(id))
}

func (s *checkSettings) setList(zone string) error {
	if zone == "default" {
		addresses, names := defaultLists()
		s.lists, s.nameLists = append(s.lists, addresses...), append(s.nameLists, names...)
		return nil
	}
	return setList(&s.lists, checkZone)(zone)
}

func checkZone(zone string) error {
	if why := domainFault(zone); why != "" || !strings.Contains(zone, ".") {
		return fmt.Errorf("%s is no zone of a block list, such as bl.example.org", excerpt(zone))
	}
	return nil
}

func checkSelector(name string) error {
	if name == "" || strings.ContainsAny(name, " @/_\"\\") || len(name) > 200 {
		return errors.New("a selector is a name such as s1 or 2026.mail, without the domain")
	}
	return nil
}
