package command

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
	"mxprobe/internal/fleet/work"
)

func workCommand() cli.Command {
	return cli.Command{
		Name: "work", Summary: "take part in the jobs of the fleet, until it is stopped",
		Examples: []string{
			"mxprobe-fleet work --nats tls://bus.example.org --creds worker.creds",
			"mxprobe-fleet work --vantage fra1 --helo probe1.example.org",
			"mxprobe-fleet work --until-done      end when there is nothing left to do",
		},
		Notes: []string{
			"A worker needs nothing on disk. Secrets of scenarios are taken from its own",
			"environment, and it takes no batch of a job whose secrets it does not have.",
			"Its own flags beat those of a job. SIGTERM and SIGINT end it: what it has in",
			"hand goes to others. A worker that is killed loses nothing but time.",
		},
		Bind: func(p *cli.Program) ([]cli.Flag, func([]string) (int, error)) {
			w := &worker{settings: settings{program: p}}
			return w.flags(), w.run
		},
	}
}

// worker is one call of work.
type worker struct {
	settings
	name, vantage string
	untilDone     bool
	own           []string

	fleet   *bus.Fleet
	sharing sharing
	say     func(message string)
}

func (w *worker) flags() []cli.Flag {
	const group = "The worker"
	all := []cli.Flag{
		{Name: "vantage", Arg: "NAME", Env: "MXPROBE_VANTAGE", Set: w.setVantage, Group: group, Help: "where this worker is, for jobs that ask for vantages"},
		{Name: "name", Arg: "NAME", Env: "MXPROBE_WORKER", Set: w.setName, Group: group, Default: "the machine's and five letters", Help: "name of this worker, which no other has"},
		{Name: "until-done", Set: cli.SetSwitch(&w.untilDone), Group: group, Help: "end when nothing is left to do for this worker"},
	}
	return append(append(all, w.settings.flags()...), cli.OwnFlags(&w.own)...)
}

func (w *worker) setVantage(text string) error {
	if !job.IsVantage(text) {
		return fmt.Errorf("%q is not a vantage: up to 24 small letters, digits and hyphens, and not any", text)
	}
	w.vantage = text
	return nil
}

func (w *worker) setName(text string) error {
	if !job.IsID(text) {
		return fmt.Errorf("%q is not a name: up to 48 small letters, digits and hyphens", text)
	}
	w.name = text
	return nil
}

func (w *worker) run(args []string) (int, error) {
	if len(args) > 0 {
		return 0, cli.Usagef("work takes no arguments, not %q", args[0])
	}
	ctx, stop := cli.UntilSignal()
	defer stop()
	if w.name == "" {
		w.name = ownName() + "-" + strings.ToLower(rand.Text()[:5])
	}
	say := func(message string) { w.program.Say("%s", message) }
	w.Patient, w.Say = true, say
	b, err := w.connect(ctx, w.name)
	if err != nil {
		return cli.StoppedBy(ctx), unless(ctx, err)
	}
	defer b.Close()
	f, err := b.Await(ctx, say)
	if err != nil {
		return cli.StoppedBy(ctx), unless(ctx, err)
	}
	where := ""
	if w.vantage != "" {
		where = " at " + w.vantage
	}
	w.fleet, w.say = f, say
	defer w.sharing.close()
	say(fmt.Sprintf("worker %s%s is ready", w.name, where))
	one := &work.Worker{Fleet: f, ID: w.name, Vantage: w.vantage, Program: w.program.Title(Name), Prepare: w.prepare, UntilDone: w.untilDone, Say: say}
	err = one.Run(ctx)
	return cli.StoppedBy(ctx), err
}

// unless is an error that is not just the end of ctx.
func unless(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// ownName is the name of this machine as far as a worker may bear it.
func ownName() string {
	host, _ := os.Hostname()
	host, _, _ = strings.Cut(strings.ToLower(host), ".")
	host = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, host)
	if host = strings.Trim(host[:min(len(host), 40)], "-"); host == "" {
		return "worker"
	}
	return host
}

// prepare makes of a job what plays it on this machine. The login of the bus is
// nothing that a scenario may see.
func (w *worker) prepare(ctx context.Context, j *job.Job, files [][]byte, alive func()) (work.Player, error) {
	p := *w.program
	p.LookupEnv = func(name string) (string, bool) {
		if strings.HasPrefix(name, "MXPROBE_NATS") {
			return "", false
		}
		return w.program.LookupEnv(name)
	}
	call := callOf(&bus.Entry{Job: j}, files)
	call.Own = w.own
	played, err := p.Prepare(ctx, call)
	if err != nil {
		return nil, err
	}
	if err := w.sharing.share(ctx, w.fleet, w.name, played.Runner(), w.say); err != nil {
		played.Close()
		return nil, err
	}
	played.Watch(alive)
	return played, nil
}
