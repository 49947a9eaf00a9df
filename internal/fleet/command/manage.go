package command

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
)

func cancelCommand() cli.Command {
	return cli.Command{
		Name: "cancel", Arguments: "ID", Summary: "end a job; its results so far stay until gc",
		Bind: func(p *cli.Program) ([]cli.Flag, func([]string) (int, error)) {
			s := &settings{program: p}
			return s.flags(), s.cancel
		},
	}
}

func (s *settings) cancel(args []string) (int, error) {
	if err := oneJob(args, "cancel"); err != nil {
		return 0, err
	}
	ctx, stop := cli.UntilSignal()
	defer stop()
	f, closeBus, err := s.open(ctx, "cancel")
	if err != nil {
		return 0, err
	}
	defer closeBus()
	entry, err := find(ctx, f, args)
	if err != nil {
		return cli.StoppedBy(ctx), unless(ctx, err)
	}
	changed, err := f.Become(ctx, entry.ID, bus.Cancelled, bus.Submitting, bus.Running)
	if err == nil && !changed && entry.State != bus.Cancelled {
		return 0, cli.Usagef("the job %s is %s", entry.ID, entry.State)
	}
	if err == nil {
		err = f.Discard(ctx, entry.ID)
	}
	return cli.StoppedBy(ctx), unless(ctx, f.Why(err))
}

func listCommand() cli.Command {
	return cli.Command{
		Name: "list", Summary: "show the jobs of the fleet, and its workers",
		Bind: func(p *cli.Program) ([]cli.Flag, func([]string) (int, error)) {
			l := &listing{settings: settings{program: p}, format: "text"}
			return l.flags(), l.run
		},
	}
}

// listing is one call of list.
type listing struct {
	settings
	format string
}

func (l *listing) flags() []cli.Flag {
	own := []cli.Flag{
		{Name: "format", Short: "f", Arg: "FORMAT", Set: cli.SetChoice(&l.format, "text", "json"), Group: "Output", Default: "text", Help: "text or json"},
	}
	return append(own, l.settings.flags()...)
}

// listed is the fleet as list shows it. The names of the JSON fields are never
// changed or removed.
type listed struct {
	V       int            `json:"v"`
	Type    string         `json:"type"` // always "fleet"
	Jobs    []listedJob    `json:"jobs"`
	Workers []listedWorker `json:"workers"`
}

type listedJob struct {
	ID       string    `json:"id"`
	State    bus.State `json:"state"`
	Since    time.Time `json:"since"`
	Domains  int       `json:"domains,omitempty"`
	Plays    string    `json:"plays,omitempty"`
	Vantages []string  `json:"vantages,omitempty"`
	Error    string    `json:"error,omitempty"`
}

type listedWorker struct {
	ID      string    `json:"id"`
	Vantage string    `json:"vantage,omitempty"`
	Program string    `json:"program"`
	Since   time.Time `json:"since"`
}

func (l *listing) run(args []string) (int, error) {
	if len(args) > 0 {
		return 0, cli.Usagef("list takes no arguments, not %q", args[0])
	}
	ctx, stop := cli.UntilSignal()
	defer stop()
	f, closeBus, err := l.open(ctx, "list")
	if err != nil {
		return 0, err
	}
	defer closeBus()
	all, err := l.all(ctx, f)
	if err != nil {
		return cli.StoppedBy(ctx), unless(ctx, err)
	}
	if l.format == "json" {
		data, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return 0, err
		}
		return cli.ExitOK, write(l.program, string(data)+"\n")
	}
	return cli.ExitOK, write(l.program, all.text())
}

func (l *listing) all(ctx context.Context, f *bus.Fleet) (*listed, error) {
	all := &listed{V: 1, Type: "fleet", Jobs: []listedJob{}, Workers: []listedWorker{}}
	jobs, err := f.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range jobs {
		one := listedJob{ID: e.ID, State: e.State, Since: e.Since}
		if e.Err != nil {
			one.Error = e.Err.Error()
		} else {
			one.Domains, one.Plays, one.Vantages = e.Job.Domains, playsOf(e), e.Job.Vantages.Names
		}
		all.Jobs = append(all.Jobs, one)
	}
	workers, err := f.Workers(ctx)
	if err != nil {
		return nil, err
	}
	for i := range workers {
		w := &workers[i]
		all.Workers = append(all.Workers, listedWorker{ID: cli.Printable(w.ID), Vantage: cli.Printable(w.Vantage), Program: cli.Printable(w.Program), Since: w.Since})
	}
	return all, nil
}

// playsOf says what a job plays.
func playsOf(e *bus.Entry) string {
	words := []string{e.Job.Play}
	for i := range e.Job.Files {
		words = append(words, e.Job.Files[i].Name)
	}
	return cli.Printable(strings.Join(words, " "))
}

func (l *listed) text() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "JOB\tSTATE\tSINCE\tDOMAINS\tPLAYS\n")
	for i := range l.Jobs {
		j := &l.Jobs[i]
		plays := j.Plays
		if j.Error != "" {
			plays = "cannot be read: " + j.Error
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\n", j.ID, j.State, j.Since.UTC().Format("2006-01-02 15:04 UTC"), j.Domains, plays)
	}
	_ = t.Flush() // into a builder
	fmt.Fprintf(t, "\nWORKER\tVANTAGE\tSINCE\tPROGRAM\n")
	for i := range l.Workers {
		w := &l.Workers[i]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", w.ID, w.Vantage, w.Since.UTC().Format("2006-01-02 15:04 UTC"), w.Program)
	}
	_ = t.Flush()
	return b.String()
}
