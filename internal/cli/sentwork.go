package cli

import (
	"context"
	"crypto/rand"
	"iter"
	"strings"

	"mxprobe/probe"
	"mxprobe/probe/result"
)

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
func (w *Work) Window() int { return w.ready.runner.Window() }

// Watch has alive called whenever something moves. To be called before Play.
func (w *Work) Watch(alive func()) { w.ready.runner.Watch = stirring(alive) }

// stirring is a watcher that wants to know no more than that something moves.
type stirring func()

func (s stirring) Routed(*result.Domain)                       { s() }
func (s stirring) Stepped(*probe.Target, string, *result.Step) { s() }
func (s stirring) Checked(*probe.Target, *result.Check)        { s() }

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
