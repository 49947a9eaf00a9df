package command

import (
	"context"
	"fmt"
	"time"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/timespan"
	"mxprobe/probe"
)

const (
	// usualAge is how long gc leaves a job that is over.
	usualAge = 7 * 24 * time.Hour
	// handingIn is how long handing in a job may take: before that nothing of it
	// is removed.
	handingIn = time.Hour
	// leaving is how long after the end of a job a worker may still store a result of
	// it: it looks every second whether the job runs, and takes five to part with it.
	leaving = 10 * time.Second
)

func gcCommand() cli.Command {
	return cli.Command{
		Name: "gc", Summary: "remove jobs that are over, with their results; never one that runs",
		Examples: []string{
			"mxprobe-fleet gc                       what has been over for a week",
			"mxprobe-fleet gc --older-than 12h --dry-run",
		},
		Notes: []string{
			"A job that was not handed in whole counts as over when it is that old, and an hour",
			"at least. One that ended just now goes when its workers have left it, 10 seconds",
			"later.",
		},
		Bind: func(p *cli.Program) ([]cli.Flag, func([]string) (int, error)) {
			g := &removal{settings: settings{program: p}, age: usualAge}
			return g.flags(), g.run
		},
	}
}

// removal is one call of gc.
type removal struct {
	settings
	age    time.Duration
	dryRun bool
}

func (g *removal) flags() []cli.Flag {
	own := []cli.Flag{
		{Name: "older-than", Arg: "TIME", Set: g.setAge, Group: "The jobs", Default: "7d", Help: "remove what has been over for longer than this: 30m, 12h or 7d; 0s for all"},
		{Name: "dry-run", Short: "n", Set: cli.SetSwitch(&g.dryRun), Group: "The jobs", Help: "remove nothing, show what would be removed"},
	}
	return append(own, g.settings.flags()...)
}

func (g *removal) setAge(text string) (err error) {
	g.age, err = timespan.Parse(text)
	return err
}

func (g *removal) run(args []string) (int, error) {
	if len(args) > 0 {
		return 0, cli.Usagef("gc takes no arguments, not %q", args[0])
	}
	ctx, stop := cli.UntilSignal()
	defer stop()
	f, closeBus, err := g.open(ctx, "gc")
	if err != nil {
		return 0, err
	}
	defer closeBus()
	err = g.remove(ctx, f)
	return cli.StoppedBy(ctx), unless(ctx, err)
}

func (g *removal) remove(ctx context.Context, f *bus.Fleet) error {
	jobs, err := f.Jobs(ctx)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	verb := "removed"
	if g.dryRun {
		verb = "would be removed"
	}
	for _, e := range jobs {
		if err := g.end(ctx, f, e); err != nil {
			return err
		}
		if !g.goes(e) {
			for i := 0; e.Job != nil && i < len(e.Job.Files); i++ {
				named[e.Job.Files[i].SHA256] = true
			}
			continue
		}
		if !g.dryRun {
			if err := g.removeOne(ctx, f, e); err != nil {
				return err
			}
		}
		if err := write(g.program, fmt.Sprintf("%s: %s, %s since %s\n", verb, e.ID, e.State, e.Since.UTC().Format("2006-01-02 15:04 UTC"))); err != nil {
			return err
		}
	}
	if g.dryRun {
		return nil
	}
	return f.RemoveFiles(ctx, named, time.Now().Add(-handingIn))
}

// end notes of a job that runs that it is over, where no batch is left: then all its
// results are there, and may have been collected.
func (g *removal) end(ctx context.Context, f *bus.Fleet, e *bus.Entry) error {
	if e.State != bus.Running {
		return nil
	}
	end := f.End
	if g.dryRun {
		end = f.IsOver
	}
	over, err := end(ctx, e.ID)
	if err == nil && over {
		e.State, e.Since = bus.Done, time.Now()
	}
	return f.Why(err)
}

// removeOne removes a job, when no worker has anything of it in hand that would be
// taken for the next job of that name.
func (g *removal) removeOne(ctx context.Context, f *bus.Fleet, e *bus.Entry) error {
	if wait := leaving - ageOf(e); wait > 0 {
		workers, err := f.Workers(ctx)
		if err != nil {
			return err
		}
		if len(workers) > 0 {
			g.program.Say("%s ended just now; its workers get a few seconds to leave it", e.ID)
			if !probe.WaitUntil(ctx, time.Now().Add(wait)) {
				return context.Cause(ctx)
			}
		}
	}
	return f.Remove(ctx, e)
}

// goes reports whether a job is to be removed.
func (g *removal) goes(e *bus.Entry) bool {
	switch e.State {
	case bus.Running:
		return false
	case bus.Submitting:
		return ageOf(e) >= max(g.age, handingIn)
	}
	return ageOf(e) >= g.age
}

// ageOf is how long a job has been in its state. The clock of the machine that said
// so may be ahead of this one: then it is nothing.
func ageOf(e *bus.Entry) time.Duration { return max(time.Since(e.Since), 0) }
