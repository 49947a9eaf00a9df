package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mxprobe/internal/bounded"
)

const (
	// maxSecret is how long a secret may be, in bytes.
	maxSecret = 64 << 10
	// secretWait is how long a command may take to print a secret.
	secretWait = 30 * time.Second
)

// LoadSecrets fetches the scenario's secrets from where it says they are, as
// long as ctx lasts. The error is Problems: every secret that is unavailable, is
// empty, or lies in a file that others may write. What a secret holds is never
// in the error.
func (s *Scenario) LoadSecrets(ctx context.Context, getenv func(string) (string, bool)) (map[string]string, error) {
	if len(s.Secrets) == 0 {
		return nil, nil
	}
	values := make(map[string]string, len(s.Secrets))
	var problems Problems
	for i := range s.Secrets {
		secret := &s.Secrets[i]
		value, err := s.load(ctx, secret, getenv)
		if err == nil && value == "" {
			err = fmt.Errorf("%s is empty", secret.origin())
		}
		if err != nil {
			problems = append(problems, s.Problem(secret.Pos, fmt.Sprintf("secret %q: %v", secret.Name, err), FileHint(err, "")))
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

func (s *Scenario) load(ctx context.Context, secret *Secret, getenv func(string) (string, bool)) (string, error) {
	switch {
	case secret.Env != "":
		value, ok := getenv(secret.Env)
		if !ok {
			return "", fmt.Errorf("%s is not set", secret.origin())
		}
		return value, nil
	case secret.Path != "":
		b, err := s.files().readSecret(ctx, secret.Path, maxSecret)
		if err != nil {
			return "", err
		}
		return cutLineEnd(string(b)), nil
	case s.files().Idle:
		return "<" + secret.Name + ">", nil
	default:
		return s.outputs.get(ctx, secret)
	}
}

// outputs are what the commands of a document printed, so that each runs
// once, however many rows there are.
type outputs struct {
	mu    sync.Mutex
	known map[string]string // by the secret's name
}

func (o *outputs) get(ctx context.Context, secret *Secret) (string, error) {
	if o == nil { // a scenario that Parse did not make
		return secret.run(ctx)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if value, ok := o.known[secret.Name]; ok {
		return value, nil
	}
	value, err := secret.run(ctx)
	if err == nil {
		if o.known == nil {
			o.known = map[string]string{}
		}
		o.known[secret.Name] = value
	}
	return value, err
}

// run runs the secret's command and returns what it prints.
func (s *Secret) run(ctx context.Context) (string, error) {
	each, cancel := context.WithTimeout(ctx, secretWait)
	defer cancel()
	out, err := bounded.Output(each, s.Command, maxSecret)
	if larger, ok := errors.AsType[*bounded.SizeError](err); ok {
		return "", fmt.Errorf("%s is longer than %d bytes", s.origin(), larger.Limit)
	}
	if _, ok := errors.AsType[*bounded.LateError](err); ok {
		if ctx.Err() == nil {
			return "", fmt.Errorf("command %q did not end within %v", s.Command[0], secretWait)
		}
		return "", fmt.Errorf("command %q did not end before the run did: %w", s.Command[0], context.Cause(ctx))
	}
	if failed, ok := errors.AsType[*bounded.CommandError](err); ok {
		complaint := ""
		if failed.Complaint != "" {
			complaint = ": " + shown(failed.Complaint, 0)
		}
		return "", fmt.Errorf("running %q: %w%s", s.Command[0], err, complaint)
	}
	return cutLineEnd(string(out)), err
}

// cutLineEnd cuts one line end off.
func cutLineEnd(text string) string {
	text, cut := strings.CutSuffix(text, "\n")
	if cut {
		text = strings.TrimSuffix(text, "\r")
	}
	return text
}
