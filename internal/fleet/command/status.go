package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
	"mxprobe/internal/fleet/manners"
)

// redraw is how often the live table is made anew.
const redraw = 2 * time.Second

func statusCommand() cli.Command {
	return cli.Command{
		Name: "status", Arguments: "ID", Summary: "show how far a job is: by worker, vantage and provider",
		Examples: []string{
			"mxprobe-fleet status ID             on a terminal, live until it is over",
			"mxprobe-fleet status ID -f json     once, for programs",
		},
		Bind: func(p *cli.Program) ([]cli.Flag, func([]string) (int, error)) {
			s := &asking{settings: settings{program: p}, format: "text"}
			return s.flags(), s.run
		},
	}
}

// asking is one call of status.
type asking struct {
	settings
	format string
	once   bool
}

func (s *asking) flags() []cli.Flag {
	own := []cli.Flag{
		{Name: "format", Short: "f", Arg: "FORMAT", Set: cli.SetChoice(&s.format, "text", "json"), Group: "Output", Default: "text", Help: "text or json"},
		{Name: "once", Set: cli.SetSwitch(&s.once), Group: "Output", Help: "show it once, also on a terminal"},
	}
	return append(own, s.settings.flags()...)
}

func (s *asking) run(args []string) (int, error) {
	if err := oneJob(args, "status"); err != nil {
		return 0, err
	}
	ctx, stop := cli.UntilSignal()
	defer stop()
	f, closeBus, err := s.open(ctx, "status")
	if err != nil {
		return 0, err
	}
	defer closeBus()
	live := !s.once && s.format == "text" && cli.IsTerminal(s.program.Stdout)
	for {
		entry, err := find(ctx, f, args)
		if err != nil {
			return cli.StoppedBy(ctx), unless(ctx, err)
		}
		st, err := look(ctx, f, entry)
		if err != nil {
			return cli.StoppedBy(ctx), unless(ctx, err)
		}
		if err := s.show(st, live); err != nil {
			return 0, err
		}
		if !live || st.State == bus.Done || st.State == bus.Cancelled {
			return cli.ExitOK, nil
		}
		select {
		case <-ctx.Done():
			return cli.StoppedBy(ctx), nil
		case <-time.After(redraw):
		}
	}
}

// show writes a status; a live one in the place of the one before.
func (s *asking) show(st *status, live bool) error {
	if s.format == "json" {
		data, err := json.MarshalIndent(st, "", "  ")
		if err != nil {
			return err
		}
		return write(s.program, string(data)+"\n")
	}
	text := st.text()
	if live {
		text = "\x1b[H\x1b[2J" + text
	}
	return write(s.program, text)
}

// status is how far a job is. The names of the JSON fields are never changed or
// removed.
type status struct {
	V     int       `json:"v"`
	Type  string    `json:"type"` // always "fleet_status"
	ID    string    `json:"id"`
	State bus.State `json:"state"`
	Since time.Time `json:"since"`
	Error string    `json:"error,omitempty"`
	// Expected is how many results there will be: one for each domain and
	// vantage that it is to be seen from.
	Domains  int `json:"domains"`
	Expected int `json:"expected"`
	Done     int `json:"done"`
	// Rate is how many results come in a second; SecondsLeft is how long the rest
	// takes at this rate. Both are absent where nobody can say.
	Rate        float64          `json:"rate,omitempty"`
	SecondsLeft int              `json:"seconds_left,omitempty"`
	Vantages    []vantageStatus  `json:"vantages"`
	Workers     []workerStatus   `json:"workers"`
	Providers   []providerStatus `json:"providers,omitempty"`
	// LeftAlone are providers that asked for it and that no worker speaks to, whatever
	// the job; absent where the job does not run.
	LeftAlone []aloneStatus     `json:"left_alone,omitempty"`
	Refused   map[string]string `json:"refused,omitempty"` // by worker
	GivenUp   []string          `json:"given_up,omitempty"`
}

type vantageStatus struct {
	Vantage  string `json:"vantage"`
	Expected int    `json:"expected"`
	Done     int    `json:"done"`
	// Waiting are batches that no worker has, InHand those that one has.
	Waiting int `json:"batches_waiting"`
	InHand  int `json:"batches_in_hand"`
	Workers int `json:"workers"`
}

// waits reports whether there is something to do that no worker does.
func (v vantageStatus) waits() bool { return v.Workers == 0 && v.Done < v.Expected }

type workerStatus struct {
	Worker  string         `json:"worker"`
	Vantage string         `json:"vantage"`
	Alive   bool           `json:"alive"`
	Done    int            `json:"done"`
	InHand  int            `json:"in_hand"`
	Verdict map[string]int `json:"verdicts"`
}

type providerStatus struct {
	Provider string `json:"provider"`
	Done     int    `json:"done"`
}

type aloneStatus struct {
	Provider string `json:"provider"`
	// Asked is how often in a row it asked.
	Asked       int `json:"asked"`
	SecondsLeft int `json:"seconds_left"`
}

// look asks the fleet how far a job is.
func look(ctx context.Context, f *bus.Fleet, e *bus.Entry) (*status, error) {
	st := &status{V: 1, Type: "fleet_status", ID: e.ID, State: e.State, Since: e.Since, Vantages: []vantageStatus{}, Workers: []workerStatus{}}
	if e.Err != nil {
		st.Error = e.Err.Error()
		return st, nil
	}
	st.Domains, st.Expected = e.Job.Domains, e.Job.Expected()
	counted, err := f.Counted(ctx, e.Job)
	if err != nil {
		return nil, err
	}
	waiting, inHand, err := f.Left(ctx, e.Job)
	if err != nil {
		return nil, err
	}
	alive, err := f.Workers(ctx)
	if err != nil {
		return nil, err
	}
	told, err := f.Done(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	expected := expectedAt(e.Job)
	for _, vantage := range e.Job.Vantages.All() {
		v := vantageStatus{Vantage: vantage, Expected: expected[vantage], Done: counted[vantage], Waiting: waiting[vantage], InHand: inHand[vantage]}
		for i := range alive {
			if _, refuses := alive[i].Refused[e.ID]; !refuses && (vantage == job.Any || alive[i].Vantage == vantage) {
				v.Workers++
			}
		}
		st.Done += v.Done
		st.Vantages = append(st.Vantages, v)
	}
	st.tell(e.ID, alive, told)
	st.pace(e)
	if e.State != bus.Running {
		return st, nil
	}
	shy, err := manners.LeftAlone(ctx, f.JetStream())
	for _, p := range shy[:min(len(shy), bus.MaxProviders)] {
		st.LeftAlone = append(st.LeftAlone, aloneStatus{cli.Printable(p.Provider), p.Asked, int(p.For.Seconds())})
	}
	return st, f.Why(err)
}

// expectedAt is how many results there will be at each vantage.
func expectedAt(j *job.Job) map[string]int {
	all := map[string]int{}
	for number, r := range j.Ranges() {
		for _, vantage := range j.Vantages.Of(number) {
			all[vantage] += r.Size
		}
	}
	return all
}

// tell adds what the workers say. What they say of others is bounded by the bus.
func (st *status) tell(id string, alive []bus.Worker, told []bus.Progress) {
	providers := map[string]int{}
	living := map[string]bool{}
	for i := range alive {
		living[alive[i].ID] = true
		if why := alive[i].Refused[id]; why != "" && job.IsID(alive[i].ID) {
			if st.Refused == nil {
				st.Refused = map[string]string{}
			}
			st.Refused[alive[i].ID] = cli.Printable(why)
		}
	}
	for i := range told {
		p := &told[i]
		if !job.IsID(p.Worker) {
			continue
		}
		w := workerStatus{Worker: p.Worker, Vantage: cli.Printable(p.Vantage), Alive: living[p.Worker], Done: p.Done, InHand: p.InHand, Verdict: map[string]int{}}
		if !w.Alive {
			w.InHand = 0
		}
		for verdict, n := range p.Verdict {
			w.Verdict[cli.Printable(verdict)] += n
		}
		for provider, n := range p.Providers {
			providers[cli.Printable(provider)] += n
		}
		for _, domain := range p.GivenUp {
			st.GivenUp = append(st.GivenUp, cli.Printable(domain))
		}
		st.Workers = append(st.Workers, w)
	}
	slices.SortFunc(st.Workers, func(a, b workerStatus) int { return cmp.Compare(a.Worker, b.Worker) })
	names := slices.SortedFunc(maps.Keys(providers), func(a, b string) int { return cmp.Or(providers[b]-providers[a], cmp.Compare(a, b)) })
	for _, name := range names[:min(len(names), bus.MaxProviders)] {
		st.Providers = append(st.Providers, providerStatus{name, providers[name]})
	}
}

// pace works out how fast a job is, on the whole.
func (st *status) pace(e *bus.Entry) {
	took := time.Since(e.Since).Seconds()
	if e.State != bus.Running || st.Done == 0 || took < 1 {
		return
	}
	st.Rate = float64(int(float64(st.Done)/took*100)) / 100
	if left := float64(st.Expected-st.Done) / max(st.Rate, 0.01); left < 1e7 && !slices.ContainsFunc(st.Vantages, vantageStatus.waits) {
		st.SecondsLeft = int(left)
	}
}

// percent is a part of a whole, rounded down: what is not done is not 100 %.
func percent(part, whole int) string { return fmt.Sprintf("%d%%", 100*part/max(whole, 1)) }
