package command

import (
	"context"
	"errors"
	"iter"
	"time"

	"mxprobe/internal/cli"
	"mxprobe/internal/compare"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/collect"
	"mxprobe/internal/fleet/job"
	"mxprobe/internal/vantage"
	"mxprobe/probe/result"
)

func collectCommand() cli.Command {
	return cli.Command{
		Name: "collect", Arguments: "ID", Summary: "write the report of a job, in any format of mxprobe, while it runs",
		Examples: []string{
			"mxprobe-fleet collect ID",
			"mxprobe-fleet collect ID -q --report html=mail.html --report junit=mail.xml",
			"mxprobe-fleet collect ID --now -f jsonl     what is there, without waiting",
		},
		Notes: []string{
			"Results come in the order of the list, every domain exactly once, and it ends",
			"when the job is done or was cancelled. Domains without a result are named; the",
			"exit status is then 4, if nothing failed. Else it is that of mxprobe.",
		},
		Bind: func(p *cli.Program) ([]cli.Flag, func([]string) (int, error)) {
			c := &collecting{settings: settings{program: p}, reporting: cli.NewReporting(p)}
			return c.flags(), c.run
		},
	}
}

// collecting is one call of collect.
type collecting struct {
	settings
	reporting *cli.Reporting
	now       bool
}

func (c *collecting) flags() []cli.Flag {
	all := []cli.Flag{
		{Name: "now", Set: cli.SetSwitch(&c.now), Group: "The job", Help: "report what is there, and do not wait for the rest"},
	}
	return append(append(all, c.reporting.Flags()...), c.settings.flags()...)
}

func (c *collecting) run(args []string) (int, error) {
	if err := oneJob(args, "collect"); err != nil {
		return 0, err
	}
	ctx, stop := cli.UntilSignal()
	defer stop()
	f, closeBus, err := c.open(ctx, "collect")
	if err != nil {
		return 0, err
	}
	defer closeBus()
	entry, err := find(ctx, f, args)
	switch {
	case err != nil:
		return 0, err
	case entry.Err != nil:
		return 0, cli.Usagef("job %s: %s", args[0], entry.Err)
	case entry.State == bus.Submitting && !c.now:
		return 0, cli.Usagef("the job %s is not handed in whole; whoever submits it is not done, or was stopped", args[0])
	}
	collector := &collect.Collector{Fleet: f, Job: entry.Job, Now: c.now}
	status, err := c.program.Report(ctx, c.reporting, &cli.Elsewhere{
		Call: callOf(entry, nil), ID: entry.ID, Results: domains(ctx, collector), Missing: collector.Missing, LeftOut: entry.Job.LeftOut,
		Took: took(entry),
	})
	if broken := collector.Err(); err == nil && broken != nil && ctx.Err() == nil && !errors.Is(broken, context.Canceled) {
		return 0, broken
	}
	return status, err
}

// domains are the results of every domain; what several vantages saw is one.
func domains(ctx context.Context, c *collect.Collector) iter.Seq[result.Domain] {
	return func(yield func(result.Domain) bool) {
		for d := range c.All(ctx) {
			if len(d.Seen) > 0 && !yield(merged(&d)) {
				return
			}
		}
	}
}

// merged is a domain as all vantages saw it.
func merged(d *collect.Domain) result.Domain {
	views := make([]*result.Domain, len(d.Seen))
	for i := range d.Seen {
		views[i] = &d.Seen[i].Record.Result
		if d.Seen[i].Vantage != job.Any {
			views[i].Vantage = d.Seen[i].Vantage
		}
		if len(views) > 1 && !views[i].Audited() {
			views[i].Differences = compare.Differences(views[i])
		}
	}
	return vantage.Merge(views)
}

// took is how long a job took, or has taken so far.
func took(e *bus.Entry) time.Duration {
	if e.State == bus.Running {
		return max(time.Since(e.Job.Created), 0)
	}
	return max(e.Since.Sub(e.Job.Created), 0)
}
