package scenarios

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// maxSecret is how long a secret may be, in bytes.
	maxSecret = 64 << 10
	// secretWait is how long a command may take to print a secret.
	secretWait = 30 * time.Second
)

// LoadSecrets fetches the scenario's secrets from where it says they are.
// The error is Problems: every secret that is unavailable, or is empty.
// What a secret holds is never in the error.
func (s *Scenario) LoadSecrets(getenv func(string) (string, bool)) (map[string]string, error) {
	if len(s.Secrets) == 0 {
		return nil, nil
	}
	values := make(map[string]string, len(s.Secrets))
	var problems Problems
	for i := range s.Secrets {
		secret := &s.Secrets[i]
		value, err := s.load(secret, getenv)
		if err == nil && value == "" {
			err = fmt.Errorf("%s is empty", secret.origin())
		}
		if err != nil {
			problems = append(problems, s.Problem(secret.Pos, fmt.Sprintf("secret %q: %v", secret.Name, err), ""))
			continue
		}
		values[secret.Name] = value
	}
	if problems != nil {
		return nil, problems.sorted(s.File)
	}
	return values, nil
}

// origin says where a secret comes from.
func (s *Secret) origin() string {
	switch {
	case s.Env != "":
		return fmt.Sprintf("environment variable %q", s.Env)
	case s.Path != "":
		return fmt.Sprintf("file %q", s.Path)
	default:
		return fmt.Sprintf("output of %q", s.Command[0])
	}
}

func (s *Scenario) load(secret *Secret, getenv func(string) (string, bool)) (string, error) {
	switch {
	case secret.Env != "":
		value, ok := getenv(secret.Env)
		if !ok {
			return "", fmt.Errorf("%s is not set", secret.origin())
		}
		return value, nil
	case secret.Path != "":
		b, err := readFile(beside(filepath.Dir(s.File), secret.Path), maxSecret)
		if err != nil {
			return "", err
		}
		return cutLineEnd(string(b)), nil
	default:
		return s.outputs.get(secret)
	}
}

// outputs are what the commands of a document printed, so that each runs
// once, however many rows there are.
type outputs struct {
	mu    sync.Mutex
	known map[string]string // by the secret's name
}

func (o *outputs) get(secret *Secret) (string, error) {
	if o == nil { // a scenario that Parse did not make
		return secret.run()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if value, ok := o.known[secret.Name]; ok {
		return value, nil
	}
	value, err := secret.run()
	if err == nil {
		if o.known == nil {
			o.known = map[string]string{}
		}
		o.known[secret.Name] = value
	}
	return value, err
}

// run runs the secret's command and returns what it prints.
func (s *Secret) run() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), secretWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
	// A child that keeps the pipe open must not keep us.
	cmd.WaitDelay = time.Second
	out, complaint := upTo{limit: maxSecret}, upTo{limit: maxComplaint, drops: true}
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	switch {
	case out.over:
		return "", fmt.Errorf("output of %q is longer than %d bytes", s.Command[0], maxSecret)
	case ctx.Err() != nil:
		return "", fmt.Errorf("command %q did not end within %v", s.Command[0], secretWait)
	case err != nil:
		return "", fmt.Errorf("running %q: %w%s", s.Command[0], err, firstLine(complaint.b))
	}
	return cutLineEnd(string(out.b)), nil
}

// maxComplaint is how much is kept of what a program writes as its error.
const maxComplaint = 4 << 10

// upTo keeps what a program writes up to a limit. What is beyond is dropped, or
// writing fails, which ends a program that never stops.
type upTo struct {
	b     []byte
	limit int
	drops bool
	over  bool
}

func (u *upTo) Write(p []byte) (int, error) {
	if len(u.b)+len(p) > u.limit {
		if u.over = true; u.drops {
			return len(p), nil
		}
		return 0, fmt.Errorf("more than %d bytes", u.limit)
	}
	u.b = append(u.b, p...)
	return len(p), nil
}

// firstLine returns the first line that a program wrote as its error.
func firstLine(b []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if line == "" {
		return ""
	}
	return ": " + shown(line, 0)
}

// cutLineEnd cuts one line end off.
func cutLineEnd(text string) string {
	text, cut := strings.CutSuffix(text, "\n")
	if cut {
		text = strings.TrimSuffix(text, "\r")
	}
	return text
}
