package gather

import (
	"context"
	"embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

//go:embed dialogues/*.yaml
var dialogues embed.FS

// The names of the scenarios, as the report has them.
const (
	mainName      = "service"
	mannersName   = "manners"
	rsaName       = "certificate with an RSA key"
	ecdsaName     = "certificate with an ECDSA key"
	versionPrefix = "TLS "
	portPrefix    = "submission on port "
)

// Depth says how many sessions are made with each address.
type Depth struct {
	// None makes no session at all.
	None bool
	// Quick makes one session and no more.
	Quick bool
	// Versions tries each version of TLS, Submission the ports for mail
	// programs.
	Versions, Submission bool
}

// files are the scenarios of a depth, in the order they are played.
func (p Depth) files() []string {
	if p.Quick || p.None {
		return []string{"main"}
	}
	files := []string{"main", "manners", "certificate-rsa", "certificate-ecdsa"}
	if p.Versions {
		files = append(files, "tls-1.0", "tls-1.1", "tls-1.2", "tls-1.3")
	}
	if p.Submission {
		files = append(files, "submission-465", "submission-587", "submission-2525")
	}
	return files
}

// Source returns the scenarios of a depth as they are played, each a YAML
// document.
func (p Depth) Source() []byte {
	var all []byte
	for i, name := range p.files() {
		if i > 0 {
			all = append(all, "---\n"...)
		}
		all = append(all, read(name)...)
	}
	return all
}

func read(name string) []byte {
	src, _ := dialogues.ReadFile("dialogues/" + name + ".yaml") // part of the program
	return src
}

// Checks makes the checks that play the sessions with each address, one after
// the other. What the first session shows decides whether the others are
// needed: a dead address is not tried again.
func (p Depth) Checks(set *dialogue.Settings) ([]probe.Check, error) {
	run := dialogue.NewRun(set)
	var checks []probe.Check
	files := p.files()
	s := &sights{of: map[probe.Target]*sight{}, sessions: len(files)}
	for i, name := range files {
		parsed, err := scenarios.Parse("@check-"+name, read(name))
		if err != nil {
			return nil, err
		}
		for _, sc := range parsed {
			d, err := dialogue.New(context.Background(), sc, run) // part of the program: there is nothing to wait for
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			checks = append(checks, &session{Dialogue: d, sights: s, first: i == 0, none: p.None})
		}
	}
	return checks, nil
}

// sights are what the first sessions showed, for those that follow.
type sights struct {
	mu       sync.Mutex
	of       map[probe.Target]*sight
	sessions int // that there are with each address
}

// sight is what the first session with an address showed.
type sight struct {
	up      bool
	version string // of TLS; empty without
	key     string // the kind of key of the certificate
	left    int    // sessions that are still to come
}

// key is a target without its port, as the sessions at other ports follow the
// one at the usual port.
func key(t probe.Target) probe.Target {
	t.Port = 0
	return t
}

func (s *sights) get(t probe.Target) sight {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.at(t)
}

// at is the sight of a target.
func (s *sights) at(t probe.Target) *sight {
	if s.of[key(t)] == nil {
		s.of[key(t)] = &sight{left: s.sessions}
	}
	return s.of[key(t)]
}

func (s *sights) put(t probe.Target, c *result.Check) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.at(t)
	seen.up = Answered(c)
	if c.TLS != nil {
		seen.version = c.TLS.Version
		if certificate := leaf(c.TLS); certificate != nil {
			seen.key, _ = keyOf(certificate)
		}
	}
}

// played counts a session that is over. After the last one, at whatever port, the
// sight is forgotten: ports take their turns in no order.
func (s *sights) played(t probe.Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seen := s.at(t); seen.left > 1 {
		seen.left--
		return
	}
	delete(s.of, key(t))
}

// session is a dialogue that is played only where the first one showed a need.
type session struct {
	*dialogue.Dialogue
	sights *sights
	first  bool
	none   bool // there are no sessions
}

// noSession is why a session is left out that nothing depends on.
const noSession = "nothing that is looked at depends on it"

// Start implements probe.Check.
func (s *session) Start(t probe.Target, stepped func(*result.Step)) probe.Trial {
	return &trial{Trial: s.Dialogue.Start(t, stepped), session: s, target: t}
}

// needless says why the session is not needed with an address, or nothing.
func (s *session) needless(t probe.Target) string {
	seen := s.sights.get(t)
	name := s.Name()
	switch {
	case s.none:
		return noSession
	case s.first, strings.HasPrefix(name, portPrefix):
		return ""
	case !seen.up:
		return "the server does not answer"
	case name == mannersName:
		return ""
	case seen.version == "":
		return "there is no TLS"
	case name == rsaName && seen.key != "ECDSA", name == ecdsaName && seen.key != "RSA":
		return "its certificate was seen"
	case name == seen.version, name == "TLS 1.3" && seen.version < name:
		return "known from the first session"
	}
	return ""
}

// trial is one session with one address.
type trial struct {
	probe.Trial
	session  *session
	target   probe.Target
	needless string
}

// pause is between two sessions with the same address.
const pause = 20 * time.Millisecond

// Play implements probe.Trial. There is one attempt.
func (t *trial) Play(ctx context.Context) (time.Duration, bool) {
	s := t.session
	if t.needless = s.needless(t.target); t.needless == "" {
		if !s.first {
			probe.WaitUntil(ctx, time.Now().Add(pause))
		}
		t.Trial.Play(ctx)
	}
	if s.first {
		c := t.Trial.Result()
		s.sights.put(t.target, &c)
	}
	s.sights.played(t.target)
	return 0, false
}

// Abandon implements probe.Trial.
func (t *trial) Abandon(reason result.Reason) {
	t.Trial.Abandon(reason)
	t.session.sights.played(t.target)
}

// Result implements probe.Trial.
func (t *trial) Result() result.Check {
	c := t.Trial.Result()
	if t.needless != "" {
		c.Status, c.Reason, c.Message, c.Hint, c.FailedStep = result.Skip, result.Condition, t.needless, "", nil
	}
	return c
}
