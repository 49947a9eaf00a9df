package cli

import (
	"context"
	"crypto/rand"
	"iter"
	"slices"
	"strings"
	"time"

	"mxprobe/internal/compare"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// Elsewhere are the results of a call that other machines played.
type Elsewhere struct {
	Call *Sent
	// ID is the name under which they were asked to.
	ID string
	// Results are in the order of the list.
	Results iter.Seq[result.Domain]
	// Missing says, when Results has ended, of how many domains there is none, and
	// names them in a sentence; 0 where the list is complete.
	Missing func() (n int, names string)
	// Took is how long they played.
	Took time.Duration
	// LeftOut says what of the list held no domain, empty for nothing.
	LeftOut string
}

// Reporting is the part of a command that writes the reports of a run.
type Reporting struct{ settings *settings }

// NewReporting returns one with the defaults of the program.
func NewReporting(p *Program) *Reporting {
	r := &Reporting{newSettings()}
	r.settings.out.format = p.defaultFormat()
	r.settings.out.summary, _ = p.LookupEnv("GITHUB_STEP_SUMMARY")
	return r
}

// Flags are those of run that are about its reports, and about other runs.
func (r *Reporting) Flags() []Flag {
	var all []Flag
	s := r.settings
	for _, o := range append(s.memory.options(), s.out.runOptions()...) {
		if !slices.Contains([]string{"state", "greylist-max", "journal"}, o.name) {
			all = append(all, flagOf(&o))
		}
	}
	return all
}

// Quiet reports whether nothing is wanted but what is wrong.
func (r *Reporting) Quiet() bool { return r.settings.out.quiet }

// Report writes the reports of results from elsewhere as they come, and returns the
// exit status, which is that of mxprobe, or ExitIncomplete.
func (p *Program) Report(ctx context.Context, r *Reporting, from *Elsewhere) (status int, err error) {
	err = p.parseSent(from.Call, func(s *settings, check *checkSettings) error {
		own := r.settings
		s.out, s.memory = own.out, own.memory
		status, err = p.report(ctx, s, from)
		return err
	})
	return status, err
}

func (p *Program) report(ctx context.Context, s *settings, from *Elsewhere) (int, error) {
	started := time.Now().Add(-from.Took)
	if err := s.contradiction(); err != nil {
		return 0, err
	}
	if from.Call.Command == checkName && s.memory.baseline != "" {
		return 0, usagef("--baseline goes with jobs that run scenarios; mxprobe check --baseline compares what is found of a domain")
	}
	if err := s.writtenTwice(p.Stdout); err != nil {
		return 0, err
	}
	r := &session{Program: p, settings: s, runID: strings.ToLower(rand.Text()[:12])}
	if from.ID != "" {
		r.runID = from.ID
	}
	r.domains = &domainList{specs: []string{"-"}, listed: from.Call.Domains, sent: func(func(string) bool) {}}
	memory, err := s.recall(ctx, r.runID)
	if err != nil {
		return 0, early(ctx, err)
	}
	r.memory = memory
	if s.keeps() {
		outliveReader()
	}
	line := p.progress(&s.out, r.domains)
	defer line.stop()
	out, err := openReports(&s.out, line.over(p.Stdout), r.occasion(from.again))
	if err != nil {
		return 0, err
	}
	out.kept, out.line = s.keeps(), line
	plan := &plan{domains: r.domains, memory: r.memory, elsewhere: from}
	plan.judge = func(d *result.Domain) {
		if out.compares && len(d.Views) == 0 && !d.Audited() {
			d.Differences = compare.Differences(d)
		}
		r.memory.judge(d)
	}
	runner := &probe.Runner{Family: s.family(), Require: s.demand(), Watch: watching(out.watchers()...)}
	return r.collect(ctx, s, runner, plan, out, started)
}

// replayed yields the results, and shows a watcher what it would have seen.
func (from *Elsewhere) replayed(ctx context.Context, plan *plan, watch probe.Watcher) iter.Seq[result.Domain] {
	return func(yield func(result.Domain) bool) {
		for d := range from.Results {
			watched(watch, &d)
			if !yield(d) || ctx.Err() != nil {
				return
			}
		}
		plan.asked.Store(true)
	}
}

// missing is a sentence about the domains without a result, empty where there are
// none; complete is false where there are.
func (from *Elsewhere) missing() (why string, complete bool) {
	if from == nil || from.Missing == nil {
		return "", true
	}
	n, names := from.Missing()
	return names, n == 0
}

// again words the command that looks closer at a domain from this machine.
func (from *Elsewhere) again(d *result.Domain, _ *result.Host, _ *result.Address, _ *result.Check) string {
	words := []string{"mxprobe", from.Call.Command}
	for i := range from.Call.Files {
		words = append(words, from.Call.Files[i].Name)
	}
	words = append(words, "-d", d.Domain)
	options := optionsOf(from.Call.Command)
	for _, flag := range from.Call.Flags {
		_, value, _ := strings.Cut(flag, "=")
		if o := find(options, nameOf(flag)); o != nil {
			words = append(words, (&typedFlag{o, value}).words()...)
		}
	}
	return commandLine(append(words, "-v"))
}
