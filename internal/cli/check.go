package cli

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"mxprobe/internal/audit"
	"mxprobe/internal/audit/gather"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

const checkName = "check"

func checkCommand() command {
	return command{
		name:      checkName,
		arguments: "DOMAIN...",
		summary:   "look at all there is to know of a mail domain, and say what to mend",
		examples: []string{
			"mxprobe example.org                     short for mxprobe check example.org",
			"mxprobe example.org --skip dnssec -v    without a subject, with what is sound",
			"mxprobe example.org --selector s1 --dnsbl default",
			"mxprobe check -d @list --quick -f jsonl   a list, one connection an address",
			"mxprobe check --self                    what would a receiver hold against us?",
			"mxprobe check --explain dane.rollover   what does a finding mean?",
		},
		notes: []string{
			"It sends no mail: every session stops before DATA. It makes at most three",
			"connections to an address, one with --quick, eight with --tls-versions.",
			"A DOMAIN may be @FILE, one domain a line, or - for standard input.",
		},
		bind: func(p *Program) ([]option, action) {
			s := newCheckSettings()
			s.out.format = p.defaultFormat()
			s.out.summary, _ = p.LookupEnv("GITHUB_STEP_SUMMARY")
			return s.options(), func(args []string) (int, error) { return p.check(s, args) }
		},
	}
}

func (p *Program) check(s *checkSettings, args []string) (int, error) {
	switch {
	case s.explain != "":
		return p.explainRule(s.explain)
	case s.dialogues:
		_, err := p.Stdout.Write(s.depth.Source())
		return ExitOK, err
	}
	if p.plugin && s.maxTime == 0 {
		s.maxTime = pluginTime
	}
	for _, arg := range args {
		if err := checkDomainArgument(arg); err != nil {
			return 0, usagef("%s", err)
		}
	}
	s.domains = append(s.domains, args...)
	if err := s.wrong(p); err != nil {
		return 0, err
	}
	r := &session{Program: p, settings: s.settings, runID: strings.ToLower(rand.Text()[:12])}
	ctx, stop := untilSignal()
	defer stop()
	ctx, cancel := s.limit(ctx)
	defer cancel()
	var err error
	if r.domains, err = p.newDomainList(ctx, s.domains, s.column); err != nil {
		return 0, early(ctx, err)
	}
	if err := s.tls.load(ctx, p); err != nil {
		return 0, early(ctx, err)
	}
	if err := s.manners.readExclusions(ctx); err != nil {
		return 0, err
	}
	if r.memory, err = s.recall(ctx, r.runID); err != nil {
		return 0, early(ctx, err)
	}
	r.memory.options.Evidence = true
	if err := r.network(); err != nil {
		return 0, err
	}
	if s.keeps() {
		outliveReader()
	}
	return r.audit(ctx, s)
}

// auditor prepares to look at domains as a whole. Nothing is sent. The caller
// waits for it at the end.
func (r *session) auditor(ctx context.Context, s *checkSettings) (*ready, *audit.Audit, error) {
	set, note := r.probeSettings(ctx)
	if note != "" && !s.out.quiet {
		warn(r.Stderr, "%s", note)
	}
	choice := s.choice()
	s.depth.None = !choice.Sessions()
	checks, err := s.depth.Checks(set)
	if err != nil {
		return nil, nil, err
	}
	a := &audit.Audit{
		Gatherer: &gather.Gatherer{
			Resolver: r.dns, Web: r.plainDialer, Roots: set.TLS.Roots, Now: time.Now, Selectors: s.selectors,
			Lists: s.lists, NameLists: s.nameLists, Self: s.self, HELO: set.HELO, From: set.From, Port: s.mailPort, NameServers: r.dns.Servers(),
		},
		Depth: s.depth, Choice: choice,
	}
	plan := &plan{domains: r.domains, mx: checks, memory: r.memory}
	if s.mailPort != 0 {
		plan.ports = []uint16{s.mailPort}
	}
	plan.begin = func(domain string) {
		if s.manners.list.Name(domain) == "" { // else nobody asks anything about it
			a.Begin(ctx, domain)
		}
	}
	plan.finish = func(d *result.Domain) {
		r.memory.compare(d)
		a.Finish(ctx, d)
	}
	plan.judge = func(d *result.Domain) { r.memory.judgeFindings(d, a) }
	runner := &probe.Runner{
		Resolver: r.resolver, Jobs: r.affordable(s.jobs), PerHost: s.perHost, Family: s.family(), Self: set.HELO, FailFast: s.failFast,
	}
	return &ready{plan: plan, runner: runner, helo: set.HELO}, a, nil
}

// audit looks at every domain, writes the reports and returns the exit status.
func (r *session) audit(ctx context.Context, s *checkSettings) (int, error) {
	started := time.Now()
	ready, a, err := r.auditor(ctx, s)
	if err != nil {
		return 0, err
	}
	defer a.Wait()
	if len(s.domains) == 0 {
		return r.preflight(ctx, s, a, started)
	}
	r.mindManners(ready.runner)
	if err := r.honest(ctx, ready.helo); err != nil {
		return 0, err
	}
	if ready.plan.journal, err = r.openJournal(); err != nil {
		return 0, err
	}
	defer ready.plan.journal.close()
	line := r.progress(&s.out, r.domains)
	defer line.stop()
	ready.plan.count(line)
	out, err := openReports(&s.out, line.over(r.Stdout), r.occasion(r.checkAgain))
	if err != nil {
		return 0, err
	}
	out.kept, out.line = s.keeps(), line
	ready.runner.Watch = watching(line.watchers()...)
	return r.collect(ctx, s.settings, ready.runner, ready.plan, out, started)
}

// preflight looks at our own side alone.
func (r *session) preflight(ctx context.Context, s *checkSettings, a *audit.Audit, started time.Time) (int, error) {
	out, err := openReports(&s.out, r.Stdout, r.occasion(r.checkAgain))
	if err != nil {
		return 0, err
	}
	d := a.Preflight(ctx)
	sum := tally{}
	sum.add(&d)
	o := outcome{signal: stoppedBy(ctx), verdict: sum.verdict}
	out.Domain(&d)
	end := sum.end(r.exit(o), time.Since(started))
	if err := out.End(&end, o.plugin()); err != nil {
		o.internal = true
		say(r.Stderr, "the report cannot be written: %s", err)
	}
	return r.exit(o), nil
}

// checkAgain words the command to look closer at a domain.
func (r *session) checkAgain(d *result.Domain, _ *result.Host, _ *result.Address, _ *result.Check) string {
	words := []string{"mxprobe", checkName, d.Domain}
	for i := range r.typed {
		words = append(words, r.typed[i].words()...)
	}
	return commandLine(append(words, "-v"))
}
