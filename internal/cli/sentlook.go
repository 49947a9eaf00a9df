package cli

import (
	"context"
	"strings"

	"mxprobe/scenarios"
)

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
			warn(p.Stderr, "%s:%d:%d: %s; every worker has to have it in its environment, with MXPROBE_VAR_ before the name", problem.File, problem.Pos.Line, problem.Pos.Col, problem.Message)
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

// Mistakes is the error of mistakes in files, which are told one by one.
func Mistakes(problems scenarios.Problems) error { return &badFiles{problems} }
