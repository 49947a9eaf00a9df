package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"slices"
	"strings"

	"mxprobe/internal/spelling"
	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Sent is a call of run or check as one machine sends it to another: the flags
// that matter, and scenarios by what they hold.
type Sent struct {
	Command string // run or check
	// Files are the scenarios of run, in order.
	Files []SentFile
	// Flags are those of the sender, Own those of the machine that plays, which
	// are stronger: each as --NAME=VALUE.
	Flags, Own []string
	// Domains is how many there are.
	Domains int
}

// SentFile is a scenario file. The name of a built-in begins with @.
type SentFile struct {
	Name string
	Text []byte
}

// A flag that is sent means the same on every machine: it names no file, and
// nothing of the machine itself. A flag of the machine that plays says how that
// machine reaches others.
func sentFlags(command string) []string {
	both := []string{
		"allow-loopback", "ipv4", "ipv6", "dns", "connect-to", "helo", "from", "port", "timeout", "connect-timeout",
		"jobs", "per-host", "per-provider", "provider-rate", "host-rate", "address-rate", "only", "verbose",
	}
	if command == checkName {
		return append(both, "skip", "severity", "selector", "dnsbl", "dnsbl-names", "self", "submission", "tls-versions", "quick")
	}
	return append(both, "skip-host", "to", "var", "tls", "insecure", "tag", "skip-tag", "name", "untrusted", "retry", "retry-wait",
		"require", "temporary", "control", "fail-on-skip")
}

func ownFlags(command string) []string {
	both := []string{"connect-to", "allow-loopback", "source", "ipv4", "ipv6", "dns", "helo", "from", "ca-file", "jobs", "exclude"}
	if command == checkName {
		return both
	}
	return append(both, "proxy", "proxy-protocol", "proxy-source", "client-cert", "client-key", "control", "untrusted")
}

// optionsOf returns the flags of a command of which others may send some.
func optionsOf(command string) []option {
	if command == checkName {
		return newCheckSettings().options()
	}
	return newSettings().options()
}

// SentFlag says what is wrong with the name of a flag that is to be sent.
func SentFlag(command, name string) error {
	o := find(optionsOf(command), name)
	switch {
	case o != nil && o.name == name && slices.Contains(sentFlags(command), name):
		return nil
	case o != nil && o.name == name:
		return usagef("%s is no flag of a job: it is about one machine, or one report", name)
	case o != nil:
		return usagef("unknown flag %s (did you mean %q?)", shown(name), o.name)
	}
	return usagef("%s has no flag %s%s", command, shown(name), spelling.DidYouMean(name, sentFlags(command)))
}

// SentValue says what is wrong with the value of such a flag.
func SentValue(command, name, value string) error {
	o := find(optionsOf(command), name)
	switch {
	case o == nil:
		return SentFlag(command, name)
	case name == "to" && strings.HasPrefix(value, "@"):
		return errors.New("a list of recipients in a file is not sent; name them one by one")
	}
	return o.set(value)
}

// OwnFlags returns the flags of run with which a machine that plays for others
// says how it reaches servers. They are collected as Sent.Own has them; those that
// check does not have are left out there.
func OwnFlags(dst *[]string) []Flag {
	var all []Flag
	for _, o := range newSettings().options() {
		if !slices.Contains(ownFlags(runName), o.name) {
			continue
		}
		f, check := flagOf(&o), o.set
		f.Env = "" // it is looked at where the call is prepared
		f.Set = func(value string) error {
			if err := check(value); err != nil {
				return err
			}
			*dst = append(*dst, "--"+f.Name+"="+value)
			return nil
		}
		all = append(all, f)
	}
	return all
}

// words returns what is given to a command: the own flags last, which win where
// a flag can be given once.
func (c *Sent) words() []string {
	own := map[string]bool{}
	var words []string
	for _, flag := range c.Own {
		if name := nameOf(flag); slices.Contains(ownFlags(c.Command), name) {
			own[name] = true
			words = append(words, flag)
		}
	}
	for _, flag := range c.Flags {
		if !own[nameOf(flag)] {
			words = append(words, flag)
		}
	}
	for i := range c.Files {
		words = append(words, c.Files[i].Name)
	}
	return words
}

func nameOf(flag string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
	return name
}

// parseSent parses a call that was sent and does something with its settings,
// which are those of check too if that is what was called. Flags that may not be
// sent are unknown.
func (p *Program) parseSent(c *Sent, do func(s *settings, check *checkSettings) error) error {
	for _, flag := range c.Flags {
		if err := SentFlag(c.Command, nameOf(flag)); err != nil {
			return err
		}
	}
	var s *settings
	var check *checkSettings
	var options []option
	if c.Command == checkName {
		check = newCheckSettings()
		s, options = check.settings, check.options()
	} else {
		s = newSettings()
		options = s.options()
	}
	options = slices.DeleteFunc(options, func(o option) bool {
		return !slices.Contains(sentFlags(c.Command), o.name) && !slices.Contains(ownFlags(c.Command), o.name)
	})
	given, err := arrange(c.words(), options)
	if err != nil {
		return err
	}
	s.domains = []string{"-"}
	_, err = p.parse(commandNamed(c.Command), options, func([]string) (int, error) { return 0, do(s, check) }, given)
	return err
}

// Work is a call that was sent, prepared to be played.
type Work struct {
	session *session
	ready   *ready
	context context.Context
	stop    context.CancelFunc
	wait    func()
}

// Prepare reads a call that was sent and finds every mistake that can be found
// before the first domain: in its flags, in its scenarios, and secrets that this
// machine does not have. The caller has to call Close.
func (p *Program) Prepare(ctx context.Context, c *Sent) (*Work, error) {
	own := *p
	own.sent = map[string][]byte{}
	for _, f := range c.Files {
		own.sent[f.Name] = f.Text
	}
	w := &Work{wait: func() {}}
	w.context, w.stop = context.WithCancel(ctx)
	err := own.parseSent(c, func(s *settings, check *checkSettings) error { return w.prepare(&own, c, s, check) })
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

func (w *Work) prepare(p *Program, c *Sent, s *settings, check *checkSettings) (err error) {
	ctx := w.context
	r := &session{Program: p, settings: s, runID: strings.ToLower(rand.Text()[:12])}
	w.session = r
	if check == nil {
		if err := s.contradiction(); err != nil {
			return err
		}
		names := make([]string, len(c.Files))
		for i := range c.Files {
			names[i] = c.Files[i].Name
		}
		err = r.prepare(ctx, names)
	} else if err = check.wrong(p); err == nil {
		err = s.manners.readExclusions(ctx)
	}
	if err != nil {
		return err
	}
	r.domains = &domainList{specs: []string{"-"}, listed: c.Domains}
	if err := s.tls.load(ctx, p); err != nil {
		return err
	}
	if err := r.network(); err != nil {
		return err
	}
	if check != nil {
		ready, audit, err := r.auditor(ctx, check)
		if err != nil {
			return err
		}
		w.ready, w.wait = ready, audit.Wait
	} else if w.ready, err = r.ready(ctx); err != nil {
		return err
	}
	if len(w.ready.plan.targeted) > 0 {
		d := w.ready.plan.targeted[0].dialogue
		return usagef("%s: %q names a server of its own (target:), and a job speaks with the servers of its domains; mxprobe run plays it", d.Scenario().File, d.Name())
	}
	if check == nil {
		w.ready.plan.judge = r.tellWay
	}
	r.mindManners(w.ready.runner)
	return r.honest(ctx, w.ready.helo)
}

// Runner is who plays; its watcher and what it shares with others may be set
// before Play.
func (w *Work) Runner() *probe.Runner { return w.ready.runner }

// Window is how many domains are worked on, or wait for others, at once.
func (w *Work) Window() int {
	if w.ready.runner.Manners != nil {
		return 16 * w.ready.runner.Jobs // many wait for their provider
	}
	return 4 * w.ready.runner.Jobs
}

// Watch has alive called whenever something moves. To be called before Play.
func (w *Work) Watch(alive func()) { w.ready.runner.Watch = stirring(alive) }

// stirring is a watcher that wants to know no more than that something moves.
type stirring func()

func (s stirring) Routed(*result.Domain)                      { s() }
func (s stirring) Stepped(probe.Target, string, *result.Step) { s() }
func (s stirring) Checked(probe.Target, *result.Check)        { s() }

// Play plays for each domain and yields one result for each, in their order. When
// ctx ends, what is not done is yielded as such; see Interrupted. Results wait for
// those before them, so that domains must not wait for results. Play may be called
// again when it has returned.
func (w *Work) Play(ctx context.Context, domains iter.Seq[string]) iter.Seq[result.Domain] {
	plan := w.ready.plan
	plan.domains.sent = domains
	return func(yield func(result.Domain) bool) {
		for d := range plan.live(ctx, w.ready.runner, plan.requests()) {
			if plan.judge != nil {
				plan.judge(&d)
			}
			if !yield(d) {
				return
			}
		}
	}
}

// Interrupted reports whether the end of the run cut something of a domain short.
func Interrupted(d *result.Domain) bool { return interrupted(d) }

// Close ends what still goes on, and waits for it.
func (w *Work) Close() {
	w.stop()
	w.wait()
}

// Mistakes is the error of mistakes in files, which are told one by one.
func Mistakes(problems scenarios.Problems) error { return &badFiles{problems} }

// Look reads a call that is to be sent and finds every mistake that does not
// depend on the machine that will play it: secrets and the environment do.
func (p *Program) Look(ctx context.Context, c *Sent) error {
	own := *p
	own.sent = map[string][]byte{}
	for _, f := range c.Files {
		own.sent[f.Name] = f.Text
	}
	own.Environ = func() []string { return nil }
	own.LookupEnv = func(string) (string, bool) { return "", false }
	return own.parseSent(c, func(s *settings, check *checkSettings) error {
		if check != nil {
			return check.wrong(&own)
		}
		if err := s.contradiction(); err != nil {
			return err
		}
		return own.look(ctx, c, s)
	})
}

// look reads the scenarios of a call that is to be sent. What they take from the
// machine that plays them is not known here, and is told.
func (p *Program) look(ctx context.Context, c *Sent, s *settings) error {
	overrides, err := p.overrides(ctx, s)
	if err != nil {
		return err
	}
	loader := s.reach.loader()
	loader.Idle, loader.Sent = true, true
	names := make([]string, len(c.Files))
	for i := range c.Files {
		names[i] = c.Files[i].Name
	}
	l, err := p.load(ctx, loader, names)
	if err != nil {
		return err
	}
	if bad := l.check(ctx, nil, overrides); bad != nil {
		return bad
	}
	chosen, err := s.choose(l.scenarios, overrides)
	if err != nil {
		return err
	}
	if err := s.tls.withoutUse(chosen); err != nil {
		return err
	}
	var bad scenarios.Problems
	for _, sc := range chosen {
		bad, _ = addProblems(bad, s.mayTravel(sc))
	}
	if len(bad) > 0 {
		return &badFiles{bad}
	}
	warnDoubts(p.Stderr, chosen)
	for _, warning := range s.unused(l.sources) {
		warn(p.Stderr, "%s", warning)
	}
	for _, sc := range chosen {
		for _, problem := range sc.UndefinedIn(overrides, p.LookupEnv) {
			warn(p.Stderr, "%s:%d:%d: %s; every worker has to know it", problem.File, problem.Pos.Line, problem.Pos.Col, problem.Message)
		}
	}
	return nil
}

// mayTravel says what of a scenario must not be sent: a login that stands in it
// would be read by everybody who can reach the bus, and a server of its own is
// not for a list. The error is scenarios.Problems, nil if all is well.
func (s *settings) mayTravel(sc *scenarios.Scenario) error {
	var bad scenarios.Problems
	for _, d := range sc.TypedLogins() {
		bad = append(bad, sc.Problem(d.Pos, "this line holds a login, and a job carries no secret", "write auth: with password: ${name}, and name under secrets:"))
	}
	known := map[string]bool{}
	for i := range sc.Vars {
		known[sc.Vars[i].Name] = true
	}
	for _, assignment := range s.vars {
		name, _, _ := strings.Cut(assignment, "=")
		known[name] = true
	}
	for i := range sc.Secrets {
		if name := sc.Secrets[i].Name; known[name] {
			bad = append(bad, sc.Problem(sc.Secrets[i].Pos, name+" is a secret, and the job says what it is", "leave it out of the job: each worker has it in its environment"))
		}
	}
	for i := range sc.Steps {
		if typed := typedPassword(&sc.Steps[i], known); typed != "" {
			bad = append(bad, sc.Problem(sc.Steps[i].Pos, typed+" is a password that the job would carry", "write password: ${name}, and name under secrets:"))
		}
	}
	if !sc.Target.IsZero() {
		bad = append(bad, sc.Problem(sc.Pos, "target: names a server, and a job speaks with the servers of its domains", "play it with mxprobe run"))
	}
	if len(bad) == 0 {
		return nil
	}
	return bad
}

// typedPassword returns the password of a step as it is written, where what is
// sent tells it; nothing where it does not.
func typedPassword(step *scenarios.Step, known map[string]bool) string {
	text := ""
	switch {
	case step.Auth != nil:
		text = step.Auth.Password.String()
	case step.Mailbox != nil:
		text = step.Mailbox.Password.String()
	}
	name, isName := strings.CutPrefix(strings.TrimSuffix(text, "}"), "${")
	switch {
	case text == "":
		return ""
	case !strings.Contains(text, "${"):
		return "what is written there"
	case isName && known[name]:
		return text
	}
	return ""
}
