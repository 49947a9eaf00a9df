package cli

import (
	"context"
	"crypto/rand"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/compare"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// runName is the name of the command.
const runName = "run"

func runCommand() command {
	return command{
		name:      runName,
		arguments: "SCENARIO...",
		summary:   "play scenarios on every mail host and address of a domain",
		examples: []string{
			"mxprobe run @rcpt -d example.org                 would they take mail?",
			"mxprobe run @send -d example.org --to me@example.org     sends a message",
			"mxprobe run tests/ -d @domains.txt -f jsonl      a directory, a list",
			"mxprobe run send.yaml -H mx1.example.org -p 587  one server, no MX look-up",
			"mxprobe run @rcpt -d example.org --dry-run       what would be sent to whom?",
		},
		notes: []string{
			"A SCENARIO is a file, a directory (all *.yaml and *.yml in it), - for standard",
			"input, or a built-in such as @send; mxprobe list shows those.",
			"A flag beats the environment, the environment beats the scenario.",
		},
		bind: func(p *Program) ([]option, action) {
			s := newSettings()
			s.out.format = p.defaultFormat()
			s.out.summary, _ = p.LookupEnv("GITHUB_STEP_SUMMARY")
			return s.options(), func(args []string) (int, error) { return p.run(s, args) }
		},
	}
}

// session is one call of run: what is played, and with what.
type session struct {
	*Program
	settings  *settings
	scenarios []*scenarios.Scenario
	overrides []map[string]string
	domains   *domainList
	// resolver and dialer are the network, dns what is behind the resolver.
	resolver probe.Resolver
	dns      *dnsmx.Resolver
	dialer   probe.Dialer
	// redirector knows where --connect-to leads, nil without.
	redirector probe.Redirector
	// plainDialer is dialer without a header of the PROXY protocol: to
	// mailboxes and web servers.
	plainDialer probe.Dialer
	memory      *memory
	runID       string
	sources     [][]byte // the files of the scenarios
}

func (p *Program) run(s *settings, args []string) (int, error) {
	if len(args) == 0 {
		return 0, p.withoutScenario(s)
	}
	if err := s.contradiction(); err != nil {
		return 0, err
	}
	if err := s.writtenTwice(p.Stdout); err != nil {
		return 0, err
	}
	if p.plugin && s.maxTime == 0 {
		s.maxTime = pluginTime
	}
	ctx, stop := untilSignal()
	defer stop()
	ctx, cancel := s.limit(ctx)
	defer cancel()
	r := &session{Program: p, settings: s, runID: strings.ToLower(rand.Text()[:12])}
	if err := r.prepare(ctx, args); err != nil {
		return 0, early(ctx, err)
	}
	if err := s.tls.load(ctx, p); err != nil {
		return 0, early(ctx, err)
	}
	memory, err := s.recall(ctx, r.runID)
	if err != nil {
		return 0, early(ctx, err)
	}
	r.memory = memory
	if err := r.network(); err != nil {
		return 0, err
	}
	if s.keeps() {
		outliveReader()
	}
	return r.play(ctx)
}

// withoutScenario says what is missing in a call, with a call that has it.
func (p *Program) withoutScenario(s *settings) error {
	call := []string{"mxprobe", runName}
	if p.namedPlugin() {
		call = []string{pluginName}
	}
	call = append(call, "@rcpt")
	switch {
	case s.server != "":
		call = append(call, "-H", s.server)
	case len(s.domains) > 0:
		call = append(call, "-d", s.domains[0])
	default:
		call = append(call, "-d", "example.org")
	}
	return usagef("no scenario: give a file, a directory, - or a built-in, as in %s (mxprobe list shows them)", commandLine(call))
}

// prepare reads everything there is to read and finds every mistake that can
// be found without a network.
func (r *session) prepare(ctx context.Context, args []string) (err error) {
	if r.overrides, err = r.Program.overrides(ctx, r.settings); err != nil {
		return err
	}
	if err := r.settings.readRecipients(ctx); err != nil {
		return err
	}
	if err := r.settings.manners.readExclusions(ctx); err != nil {
		return err
	}
	loader := r.settings.reach.loader()
	loader.Idle, loader.Sent = r.settings.dryRun, r.sent != nil
	l, err := r.load(ctx, loader, args)
	if err != nil {
		return err
	}
	r.sources = l.sources
	r.scenarios, err = r.settings.choose(l.scenarios, r.overrides)
	if bad := l.check(ctx, r.scenarios, r.overrides); bad != nil {
		return bad
	}
	if err != nil {
		return err
	}
	if len(r.settings.furtherTo) > 0 && !slices.ContainsFunc(r.scenarios, (*scenarios.Scenario).ForTo) {
		return usagef("--to is given several times, but no scenario says RCPT for each of them (for: to)")
	}
	if err := r.settings.tls.withoutUse(r.scenarios); err != nil {
		return err
	}
	if err := r.hasDomain(); err != nil {
		return err
	}
	warnDoubts(r.Stderr, r.scenarios)
	warnOf(r.Stderr, r.scenarios, (*scenarios.Scenario).LooseFiles)
	for _, warning := range r.settings.unused(l.sources) {
		warn(r.Stderr, "%s", warning)
	}
	for _, arg := range args {
		if arg == "-" && readsStdin(r.settings.domains) {
			return usagef("standard input cannot be both the scenario and the list of domains")
		}
	}
	if r.sent != nil {
		return nil // the domains come by themselves
	}
	r.domains, err = r.newDomainList(ctx, r.settings.domains, r.settings.column)
	return err
}

// hasDomain looks for scenarios that need a domain where none is given.
func (r *session) hasDomain() error {
	if len(r.settings.domains) > 0 || r.settings.server != "" {
		return nil
	}
	for _, sc := range r.scenarios {
		if sc.Target.IsZero() {
			return usagef("no domain: give -d DOMAIN, or --server HOST to speak to one server")
		}
	}
	return nil
}

func readsStdin(domains []string) bool {
	for _, d := range domains {
		if d == "-" || d == "@-" {
			return true
		}
	}
	return false
}

// dialogues makes the checks of the scenarios.
func (r *session) dialogues(ctx context.Context, set *dialogue.Settings) ([]*dialogue.Dialogue, error) {
	var all []*dialogue.Dialogue
	var bad scenarios.Problems
	run := dialogue.NewRun(set)
	for _, sc := range r.scenarios {
		d, err := dialogue.New(ctx, sc, run)
		if err != nil {
			if bad, err = addProblems(bad, err); err != nil {
				return nil, usagef("%s: %s", sc.File, err)
			}
			continue
		}
		all = append(all, d)
	}
	if len(bad) > 0 {
		return nil, &badFiles{bad}
	}
	return all, nil
}

// probeSettings returns what all dialogues have in common, and a note if the
// name for EHLO is a makeshift.
func (r *session) probeSettings(ctx context.Context) (set *dialogue.Settings, note string) {
	s := r.settings
	set = &dialogue.Settings{
		Dialer: r.dialer, Web: r.plainDialer, Resolver: probe.RememberAlive(r.resolver), HELO: s.helo, From: s.from, To: s.to, FurtherTo: s.furtherTo, RunID: r.runID,
		Overrides: r.overrides, Getenv: r.LookupEnv,
		ReplyTimeout: s.timeout, ConnectTimeout: s.connectTimeout,
		Temporary: s.temporaryVerdict(), Control: withPort(s.control),
	}
	set.Explicit = s.explicit()
	s.tls.apply(&set.TLS)
	set.IMAP = dialogue.IMAPSettings{Resolver: r.resolver, Dialer: r.plainDialer}
	if set.HELO == "" {
		set.HELO, note = ownName(ctx, r.dns, s.source)
	}
	if !s.fromGiven {
		set.From = "mxprobe@" + set.HELO
	}
	if s.retry >= 0 {
		set.Retry.Times = &s.retry
	}
	if s.retryWaitGiven {
		set.Retry.Wait = &s.retryWait
	}
	if s.out.verbose > 0 {
		set.Transcript = dialogue.TranscriptAlways
	}
	return set, note
}

// withPort gives a server the usual port where it has none.
func withPort(server string) string {
	if server == "" {
		return ""
	}
	host, port, _ := parseServer(server)
	if port == 0 {
		port = 25
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// ready is a call that is prepared: what is played, and by whom.
type ready struct {
	plan      *plan
	runner    *probe.Runner
	dialogues []*dialogue.Dialogue
	helo      string
}

// ready prepares the dialogues of a run, after the network. Nothing is sent.
func (r *session) ready(ctx context.Context) (*ready, error) {
	s := r.settings
	set, note := r.probeSettings(ctx)
	dialogues, err := r.dialogues(ctx, set)
	if err != nil {
		return nil, early(ctx, err)
	}
	plan, err := newPlan(s, dialogues, r.domains, r.overrides)
	if err != nil {
		return nil, err
	}
	if note != "" && !s.out.quiet {
		warn(r.Stderr, "%s", note)
	}
	runner := &probe.Runner{
		Resolver: set.Resolver, Jobs: r.affordable(s.jobs), PerHost: s.perHost, Family: s.family(), Self: set.HELO,
		Only: s.only, SkipHost: s.skipHosts, Require: s.demand(), FailFast: s.failFast,
	}
	return &ready{plan, runner, dialogues, set.HELO}, nil
}

// play runs everything, writes the report and returns the exit status.
func (r *session) play(ctx context.Context) (int, error) {
	started := time.Now()
	s := r.settings
	ready, err := r.ready(ctx)
	if err != nil {
		return 0, err
	}
	plan, runner := ready.plan, ready.runner
	if s.dryRun {
		runner.Exclude = s.manners.list
		return r.preview(ctx, runner, plan)
	}
	r.mindManners(runner)
	if err := r.honest(ctx, ready.helo); err != nil {
		return 0, err
	}
	if r.domains.isList() {
		defer headroom()()
	}
	plan.memory = r.memory
	if plan.journal, err = r.openJournal(); err != nil {
		return 0, err
	}
	defer plan.journal.close()
	line := r.progress(&s.out, r.domains)
	defer line.stop()
	plan.count(line)
	out, err := openReports(&s.out, line.over(r.Stdout), r.occasion(r.closer(ready.dialogues).command))
	if err != nil {
		return 0, err
	}
	plan.judge = func(d *result.Domain) {
		r.tellWay(d)
		if out.compares {
			d.Differences = compare.Differences(d)
		}
		r.memory.judge(d)
	}
	out.kept, out.line = s.keeps(), line
	runner.Watch = watching(out.watchers()...)
	return r.collect(ctx, s, runner, plan, out, started)
}
