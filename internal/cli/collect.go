package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// limit applies --max-time.
func (s *settings) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.maxTime == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.maxTime)
}

// collect runs the plan, passes the results on as they come, and returns the
// exit status.
func (p *Program) collect(ctx context.Context, s *settings, runner *probe.Runner, plan *plan, out *reports, started time.Time) (int, error) {
	sum := tally{require: runner.Require, family: runner.Family}
	if plan.domains != nil && plan.domains.isList() {
		sum.list = report.NewOverview(0)
	}
	p.passOn(ctx, s, runner, plan, out, &sum)
	if err := plan.journal.belongs(); err != nil {
		out.discard()
		return 0, err
	}
	sum.undone = sum.undone || plan.slips() != ""
	elapsed := time.Since(started)
	over, limit := s.limits.judge(elapsed)
	sum.verdict = result.Worst(sum.verdict, over)
	missing, whole := plan.elsewhere.missing()
	o := outcome{
		signal: stoppedBy(ctx), verdict: sum.verdict, undone: sum.undone || !plan.asked.Load(), missing: !whole,
		skipped: sum.hosts.Skip+sum.passedBy > 0, failOnSkip: s.failOnSkip,
		ours: sum.ours, internal: out.lost() || plan.journal.fault() != "", usage: plan.fault() != nil || sum.nothingLeft(),
	}
	complete := o.signal == nil && whole
	remark := plan.memory.remark(complete)
	end := sum.end(p.exit(o), elapsed)
	cut := cutShort(ctx, s, plan, &sum, &o)
	p.notes(&end, s, plan, &sum, cut, missing)
	if limit != 0 {
		why := fmt.Sprintf("the run took %s, over the limit of %s", report.Duration(elapsed), limit)
		end.Notes = append(end.Notes, why)
		p.aloud(over, why)
	}
	if remark != "" {
		end.Notes = append(end.Notes, remark)
		if s.memory.failOn != failOnAny {
			warn(p.Stderr, "%s", remark) // a gate that compares nothing must not look like one
		}
	}
	p.conclude(ctx, plan, out, &end, &o, complete, cut)
	p.lastWords(s, plan, &sum, o.signal != nil, cut)
	return p.exit(o), nil
}

// passOn passes the results on as they come, and counts them.
func (p *Program) passOn(ctx context.Context, s *settings, runner *probe.Runner, plan *plan, out *reports, sum *tally) {
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	for d := range plan.results(run, runner, cancel) {
		if plan.judge != nil {
			plan.judge(&d)
		}
		sum.add(&d)
		out.line.Domain(&d, plan.journal.replays())
		if out.Domain(&d); out.inVain() {
			cancel() // nobody reads any more: stop politely
		}
		if d.Status == result.Warn && len(d.Findings) == 0 && !(s.out.quiet && plan.memory.known(&d)) {
			warn(p.Stderr, "%s: %s", report.Title(&d), d.Message)
		}
	}
}

// notes adds to the end of a report why it may not have everything, and what it has
// in another way than one might think. cut is why the run ended early, missing what
// others have no result of.
func (p *Program) notes(end *result.End, s *settings, plan *plan, sum *tally, cut, missing string) {
	for _, why := range []string{cut, missing, plan.slips()} {
		if why != "" {
			end.Incomplete, end.Notes = true, append(end.Notes, why)
		}
	}
	if missing != "" {
		say(p.Stderr, "%s", missing)
	}
	if sum.spared > 0 {
		end.Notes = append(end.Notes, spared(s.manners.exclude, sum.spared))
	}
	if sum.shared > 0 {
		end.Notes = append(end.Notes, shared(sum.shared, sum.hosts.Total()))
	}
}

// conclude writes the end of the reports, and then what is kept for the next run; a
// fault of either is noted in the outcome.
func (p *Program) conclude(ctx context.Context, plan *plan, out *reports, end *result.End, o *outcome, complete bool, cut string) {
	broken := out.End(end, o.plugin())
	o.internal = out.lost() || plan.journal.fault() != ""
	if broken != nil {
		say(p.Stderr, "the report cannot be written: %s", strings.ReplaceAll(broken.Error(), "\n", "; "))
	}
	// Only now: what a report was to tell is told again until one is written.
	told := broken == nil && (out.told() || plan.memory.beginsAnew())
	if err := plan.memory.save(ctx, complete && told); err != nil {
		o.internal = true
		say(p.Stderr, "%s", err)
	}
	if err := plan.journal.end(complete && cut == "" && plan.asked.Load() && broken == nil); err != nil {
		o.internal = true
		say(p.Stderr, "%s", err)
	}
}

// exit is the exit status of the process for o.
func (p *Program) exit(o outcome) int {
	if p.plugin {
		return o.plugin()
	}
	return o.status()
}

// aloud says on standard error what decided a verdict beside the domains.
func (p *Program) aloud(v result.Verdict, why string) {
	if v == result.Warn {
		warn(p.Stderr, "%s", why)
		return
	}
	say(p.Stderr, "%s", why)
}

// leaving names the flags that may leave no host, for "leave no host".
func (s *settings) leaving() string {
	switch {
	case s.only4:
		return "-4, --only and --skip-host leave"
	case s.only6:
		return "-6, --only and --skip-host leave"
	}
	return "--only and --skip-host leave"
}

// lastWords says on standard error what a report does not say. cut is why the
// run ended early, as the reports have it.
func (p *Program) lastWords(s *settings, plan *plan, sum *tally, stopped bool, cut string) {
	if slips := plan.slips(); slips != "" {
		say(p.Stderr, "%s", slips)
	}
	if twice := plan.twice(); twice != "" && !s.out.quiet {
		warn(p.Stderr, "%s", twice)
	}
	switch {
	case stopped:
		say(p.Stderr, "%s; what was known is printed", cut)
	case cut != "":
		say(p.Stderr, "%s", cut)
	case sum.nothingLeft():
		say(p.Stderr, "%s no host to speak to of %s", s.leaving(), count(sum.domains, "domain"))
	case sum.allSkipped():
		warn(p.Stderr, "every dialogue was skipped, so nothing was tested")
	}
}

// cutShort says why the run ended before everything was done; nothing where it
// did not.
func cutShort(ctx context.Context, s *settings, plan *plan, sum *tally, o *outcome) string {
	switch {
	case o.signal != nil:
		return context.Cause(ctx).Error()
	case plan.fault() != nil:
		return plan.fault().Error()
	case plan.journal.fault() != "":
		return plan.journal.fault()
	case sum.unpaid > 0 && o.undone:
		return fmt.Sprintf("the budget of %s was used up: %s left out, or not looked at whole", count(s.manners.budget, "session"), was(sum.unpaid, "domain"))
	case sum.late, o.undone && errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return fmt.Sprintf("the time limit of %s was over before everything was done", s.maxTime)
	}
	return ""
}

// spared says what --exclude left out.
func spared(file string, n int) string {
	return fmt.Sprintf("--exclude %s: %s left out, or some of the hosts", shown(file), was(n, "domain"))
}

// shared says how many dialogues had no session of their own.
func shared(n, all int) string {
	return fmt.Sprintf("%d of %s had no session of their own: they are the same for every domain, and were played with the same address for another one",
		n, count(all, "dialogue"))
}

// was puts a number before a noun, and the verb behind it.
func was(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " was"
	}
	return count(n, noun) + " were"
}
