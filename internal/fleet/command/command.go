// Package command is the command line of mxprobe-fleet: its commands, flags,
// messages and exit statuses, in the frame of internal/cli.
package command

import (
	"context"
	"errors"
	"io"
	"os"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
)

// Name is what the program is called.
const Name = "mxprobe-fleet"

// Main runs the program with the arguments after its name, and returns its exit
// status.
func Main(p *cli.Program, args []string) int { return p.MainOf(suite(), args) }

func suite() *cli.Suite {
	return &cli.Suite{
		Name: Name,
		Short: `mxprobe-fleet plays dialogues of mxprobe from many machines, over NATS.

  mxprobe-fleet submit job.yaml -d @domains.txt   begin a job
  mxprobe-fleet work                              take part in it, anywhere
  mxprobe-fleet status ID                         how far is it?
  mxprobe-fleet collect ID -f html > report.html  what came of it
  mxprobe-fleet --help                            all commands

`,
		Head: `mxprobe-fleet plays the dialogues of mxprobe from many machines: a job is
submitted to a NATS server with JetStream, any number of workers take it batch
by batch, and the results are collected in the order of the list.

Examples:
  mxprobe-fleet submit job.yaml -d @domains.txt --nats nats://bus.example.org
  mxprobe-fleet work --vantage fra1 --helo probe.example.org
  mxprobe-fleet status 20261128-1405-k3f9a
  mxprobe-fleet collect 20261128-1405-k3f9a --report junit=mail.xml
`,
		Status: `  0  done; of collect: every required host passed, as of mxprobe
  1  of collect: something failed
  2  bad flag, bad job, bad file, no such job
  3  something is not known, or the NATS server cannot be used
  4  of collect: nothing failed, but domains of the list have no result
  130, 143  stopped by SIGINT, SIGTERM
`,
		Commands: []cli.Command{
			submitCommand(), workCommand(), statusCommand(), collectCommand(), cancelCommand(), listCommand(), gcCommand(),
			{Name: "version", Summary: "print the version and how the program was built"},
		},
	}
}

// groupBus is the heading of the flags of the connection.
const groupBus = "The NATS server"

// settings say how to reach the bus.
type settings struct {
	bus.Settings
	program *cli.Program
}

// flags are those that every command has.
func (s *settings) flags() []cli.Flag {
	return []cli.Flag{
		{Name: "nats", Arg: "URL", Env: "MXPROBE_NATS", Set: cli.SetText(&s.URL), Group: groupBus, Default: "nats://127.0.0.1:4222", Help: "server, or several with commas between them; tls:// for TLS"},
		{Name: "creds", Arg: "FILE", Env: "MXPROBE_NATS_CREDS", Set: cli.SetText(&s.Credentials), Group: groupBus, Help: "credentials of a user (JWT and seed)"},
		{Name: "nats-user", Arg: "NAME", Env: "MXPROBE_NATS_USER", Set: cli.SetText(&s.User), Group: groupBus, Help: "name of the login; the password is taken from MXPROBE_NATS_PASSWORD, a token from MXPROBE_NATS_TOKEN"},
		{Name: "nats-ca", Arg: "FILE", Env: "MXPROBE_NATS_CA", Set: cli.SetText(&s.CAFile), Group: groupBus, Default: "the system's", Help: "trust the authorities in FILE (PEM) and no others"},
		{Name: "nats-cert", Arg: "FILE", Env: "MXPROBE_NATS_CERT", Set: cli.SetText(&s.Cert), Group: groupBus, Help: "certificate (PEM) of this client; the key may be in the same file"},
		{Name: "nats-key", Arg: "FILE", Env: "MXPROBE_NATS_KEY", Set: cli.SetText(&s.Key), Group: groupBus, Help: "key (PEM) of --nats-cert"},
	}
}

// connect reaches the server.
func (s *settings) connect(ctx context.Context, who string) (*bus.Bus, error) {
	s.Name = Name + " " + who
	if s.User != "" {
		s.Password, _ = s.program.LookupEnv("MXPROBE_NATS_PASSWORD")
	}
	s.Token, _ = s.program.LookupEnv("MXPROBE_NATS_TOKEN")
	if s.Key != "" && s.Cert == "" {
		return nil, cli.Usagef("--nats-key is of no use without --nats-cert")
	}
	if s.User != "" && s.Credentials != "" {
		return nil, cli.Usagef("--creds and --nats-user contradict each other; give one of them")
	}
	for _, file := range []string{s.Credentials, s.CAFile, s.Cert, s.Key} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			return nil, cli.Usagef("%s", err)
		}
	}
	return bus.Connect(ctx, &s.Settings)
}

// open reaches the server and its fleet.
func (s *settings) open(ctx context.Context, who string) (*bus.Fleet, func(), error) {
	b, err := s.connect(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	f, err := b.Open(ctx)
	if err != nil {
		b.Close()
		return nil, nil, err
	}
	return f, b.Close, nil
}

// find returns the one job that the arguments name.
func find(ctx context.Context, f *bus.Fleet, args []string) (*bus.Entry, error) {
	entry, err := f.Find(ctx, args[0])
	if errors.Is(err, bus.ErrNoJob) {
		return nil, cli.Usagef("there is no job %q; %s list shows them", args[0], Name)
	}
	return entry, err
}

// oneJob checks that a command is called with the name of a job.
func oneJob(args []string, command string) error {
	if len(args) != 1 {
		return cli.Usagef("one job: %s %s ID; %[1]s list shows them", Name, command)
	}
	return nil
}

// write writes a text to standard output.
func write(p *cli.Program, text string) error {
	_, err := io.WriteString(p.Stdout, text)
	return err
}

// callOf is a job as mxprobe has it.
func callOf(e *bus.Entry, files [][]byte) *cli.Sent {
	c := &cli.Sent{Command: e.Job.Play, Domains: e.Job.Domains}
	for _, flag := range e.Job.Flags {
		c.Flags = append(c.Flags, "--"+flag.Name+"="+flag.Value)
	}
	for i := range e.Job.Files {
		f := cli.SentFile{Name: e.Job.Files[i].Name}
		if files != nil {
			f.Text = files[i]
		}
		c.Files = append(c.Files, f)
	}
	return c
}
