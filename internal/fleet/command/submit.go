package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mxprobe/internal/bounded"
	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
	"mxprobe/scenarios"
)

func submitCommand() cli.Command {
	return cli.Command{
		Name: "submit", Arguments: "JOB.yaml", Summary: "hand a job and its list of domains to the workers",
		Examples: []string{
			"mxprobe-fleet submit job.yaml -d @domains.txt",
			"mxprobe-fleet submit job.yaml -d @domains.csv --column domain --id monday",
			"mxprobe-fleet submit job.yaml -d @domains.txt --dry-run     only find mistakes",
		},
		Notes: []string{
			"A job says what is played, such as",
			"",
			"  version: 1",
			`  run: [rcpt.yaml, "@starttls"]    # or check: true`,
			"  flags: {helo: probe.example.org, per-provider: 4}",
			"  vantages: {names: [fra1, nyc1], each: all}",
			"",
			"Scenario files lie beside it. Their secrets are not sent: each worker takes",
			"them from its own environment. The name of the job is printed.",
		},
		Bind: func(p *cli.Program) ([]cli.Flag, func([]string) (int, error)) {
			s := &submission{settings: settings{program: p}, replicas: 1}
			return s.flags(), s.run
		},
	}
}

// submission is one call of submit.
type submission struct {
	settings
	domains  cli.Domains
	id       string
	replicas int
	dryRun   bool

	file  string
	job   *job.Job
	texts [][]byte
}

func (s *submission) flags() []cli.Flag {
	const group = "The job"
	own := []cli.Flag{
		{Name: "id", Arg: "ID", Set: s.setID, Group: group, Default: "the time and five letters", Help: "name of the job: up to 48 small letters, digits and hyphens"},
		{Name: "dry-run", Short: "n", Set: cli.SetSwitch(&s.dryRun), Group: group, Help: "find mistakes in the job and its scenarios; reach no server"},
		{Name: "replicas", Arg: "N", Env: "MXPROBE_NATS_REPLICAS", Set: s.setReplicas, Group: groupBus, Default: "1", Help: "servers of a cluster that keep each message: 1, 3 or 5"},
	}
	return append(append(s.domains.Flags(), own...), s.settings.flags()...)
}

func (s *submission) setID(text string) error {
	if !job.IsID(text) {
		return fmt.Errorf("%q is not a name: up to 48 small letters, digits and hyphens", text)
	}
	s.id = text
	return nil
}

func (s *submission) setReplicas(text string) error {
	for n, word := range map[int]string{1: "1", 3: "3", 5: "5"} {
		if word == text {
			s.replicas = n
			return nil
		}
	}
	return fmt.Errorf("%q is none of 1, 3, 5", text)
}

func (s *submission) run(args []string) (int, error) {
	if len(args) != 1 {
		return 0, cli.Usagef("one job: mxprobe-fleet submit JOB.yaml -d @domains.txt")
	}
	ctx, stop := cli.UntilSignal()
	defer stop()
	err := s.read(ctx, args[0])
	if err == nil && !s.dryRun {
		err = s.send(ctx)
	}
	if status := cli.StoppedBy(ctx); status != cli.ExitOK && err != nil {
		s.program.Say("%s; the job was not begun", context.Cause(ctx))
		return status, nil
	}
	return cli.ExitOK, err
}

// read reads the job and its scenarios, and finds what is wrong with them.
func (s *submission) read(ctx context.Context, file string) error {
	src, err := bounded.ReadFile(ctx, file, job.MaxSource+1)
	if _, large := errors.AsType[*bounded.SizeError](err); err != nil && !large {
		return cli.Usagef("job %s: %s", file, cause(err))
	} else if large {
		return cli.Usagef("job %s: it is larger than %s", file, bounded.Size(job.MaxSource))
	}
	s.file = file
	s.job, err = job.Parse(file, src, job.Flags{Name: cli.SentFlag, Value: cli.SentValue})
	if problems, ok := errors.AsType[scenarios.Problems](err); ok {
		return cli.Mistakes(problems)
	}
	if s.id == "" {
		s.id = time.Now().UTC().Format("20060102-1504-") + strings.ToLower(rand.Text()[:5])
	}
	s.job.ID, s.job.Created, s.job.Program = s.id, time.Now().UTC().Truncate(time.Second), s.program.Title(Name)
	for i := range s.job.Files {
		text, err := s.scenario(ctx, s.job.Files[i].Name)
		if err != nil {
			return err
		}
		s.texts = append(s.texts, text)
	}
	return s.program.Look(ctx, callOf(&bus.Entry{Job: s.job}, s.texts))
}

// scenario reads a scenario file, which lies where the job says, seen from its own
// folder, or a built-in.
func (s *submission) scenario(ctx context.Context, name string) ([]byte, error) {
	if strings.HasPrefix(name, "@") {
		text, ok := scenarios.Builtin(name)
		if !ok {
			return nil, cli.Usagef("job %s: there is no built-in scenario %s; mxprobe list shows them", s.file, name)
		}
		return text, nil
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(s.file), path)
	}
	text, err := bounded.ReadFile(ctx, path, job.MaxFile)
	if err != nil {
		return nil, cli.Usagef("job %s: scenario %s: %s", s.file, path, cause(err))
	}
	return text, nil
}

// cause is an error of the file system without the operation and the path.
func cause(err error) error {
	if pathError, ok := errors.AsType[*os.PathError](err); ok {
		return pathError.Err
	}
	return err
}

// send hands everything in. Until the last batch is there, no worker takes the
// job.
func (s *submission) send(ctx context.Context) error {
	list, err := s.pack(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = list.Close(); _ = os.Remove(list.Name()) }()
	b, err := s.connect(ctx, "submit")
	if err != nil {
		return err
	}
	defer b.Close()
	f, err := b.Setup(ctx, s.replicas)
	if err != nil {
		return err
	}
	for i, text := range s.texts {
		s.job.Files[i].Size = len(text)
		if s.job.Files[i].SHA256, err = f.PutFile(ctx, text); err != nil {
			return f.Why(err)
		}
	}
	switch err := f.Create(ctx, s.job); {
	case errors.Is(err, bus.ErrExists):
		return cli.Usagef("there is a job %q already; give another --id", s.job.ID)
	case err != nil:
		return err
	}
	if err := f.PutList(ctx, s.job.ID, list); err != nil {
		return f.Why(err)
	}
	batches, err := s.enqueue(ctx, f, list)
	if err != nil {
		return f.Why(err)
	}
	for _, vantage := range s.job.Vantages.All() {
		if _, err := f.OpenQueue(ctx, s.job, vantage); err != nil {
			return err
		}
	}
	if _, err := f.Become(ctx, s.job.ID, bus.Running, bus.Submitting); err != nil {
		return err
	}
	s.program.Say("%s in %s; see %s status %s", counted(s.job.Domains, "domain", "domains"), counted(batches, "batch", "batches"), Name, s.job.ID)
	return write(s.program, s.job.ID+"\n")
}

// counted puts a number before a noun.
func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
