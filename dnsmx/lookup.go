package dnsmx

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"mxprobe/internal/hostname"
)

// flight is the wait for a question that somebody else is asking.
type flight struct {
	done   chan struct{}
	answer *answer // nil if the one who asked gave up
}

// lookup answers the question, aliases followed. The answer belongs to all who
// asked; it must not be changed.
func (r *Resolver) lookup(ctx context.Context, q question) *answer {
	a := r.one(ctx, q)
	if !a.open {
		return a
	}
	whole := *a
	whole.aliases = slices.Clone(a.aliases)
	for a.open {
		a = r.one(ctx, question{whole.last(q), q.typ})
		if kind, err := whole.add(q, a); err != nil {
			whole.fail(q, kind, err)
			return &whole
		}
	}
	if a.err != nil {
		whole.blame(q, a.err)
	}
	return &whole
}

// add appends the answer about the last alias, unless the aliases together are
// not in order.
func (a *answer) add(q question, next *answer) (Kind, error) {
	for _, alias := range next.aliases {
		a.aliases = append(a.aliases, alias)
		if kind, err := checkAliases(q, a.aliases); err != nil {
			return kind, err
		}
	}
	a.found, a.told = next.found, next.told
	a.authentic = a.authentic && next.authentic
	if next.server.IsValid() {
		a.server = next.server
	}
	return 0, nil
}

// blame takes the error about an alias as the error about the name.
func (a *answer) blame(q question, err *Error) {
	e := *err
	e.Name = q.name
	if e.Alias == "" && e.Kind != Loop {
		e.Alias = err.Name
	}
	a.err = &e
}

// checkAliases says why the last of the aliases of a name must not be followed;
// those before it are in order.
func checkAliases(q question, aliases []string) (Kind, error) {
	before, last := aliases[:len(aliases)-1], aliases[len(aliases)-1]
	switch {
	case len(before) >= maxAliases:
		return Loop, fmt.Errorf("more than %d aliases (CNAME) in a row, the last is %q", maxAliases, last)
	case last == q.name || slices.Contains(before, last):
		return Loop, fmt.Errorf("the aliases (CNAME) turn in a circle: %s", strings.Join(aliases, ", "))
	case q.typ == dns.TypePTR: // RFC 2317 has names such as 0/25.2.0.192.in-addr.arpa
	case hostname.Check(last) != nil:
		return BadName, fmt.Errorf("it is an alias (CNAME) for %q, which is not the name of a host", shown(last))
	}
	return 0, nil
}

// cached returns the answer if it is in the cache.
func (r *Resolver) cached(q question) *answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.cache.find(q, time.Now()); e != nil {
		return e.a
	}
	return nil
}

// one answers the question from the cache, or waits for somebody who is asking
// it, or asks. Whoever asks does so under his own context; if he gives up, one
// of those who wait asks anew.
func (r *Resolver) one(ctx context.Context, q question) *answer {
	start := time.Now()
	for now := start; ; now = time.Now() {
		r.mu.Lock()
		e := r.cache.find(q, now)
		if e == nil {
			e = r.cache.begin(q)
			r.mu.Unlock()
			return r.fly(ctx, q, e, start)
		}
		if a := e.a; a != nil {
			r.mu.Unlock()
			return a
		}
		if e.flight == nil {
			e.flight = &flight{done: make(chan struct{})}
		}
		f := e.flight
		r.mu.Unlock()
		select {
		case <-f.done:
			if f.answer != nil {
				return f.answer
			}
		case <-ctx.Done():
			return r.gaveUp(ctx, q, start)
		}
	}
}

// fly asks, for all who wait.
func (r *Resolver) fly(ctx context.Context, q question, e *entry, start time.Time) *answer {
	var kept *answer
	defer func() { r.land(e, kept, start) }()
	a := r.ask(ctx, q, start)
	if !failed(a.err) || ended(ctx) == nil {
		kept = a
	}
	return a
}

// land keeps what was asked for, nil if the one who asked gave up, and tells
// those who wait. An answer is good from when it was asked for: that is not too
// long. A failure is new.
func (r *Resolver) land(e *entry, a *answer, start time.Time) {
	if a != nil && failed(a.err) {
		start = time.Now()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f := e.flight
	r.cache.settle(e, a, start)
	if f != nil {
		f.answer = a
		close(f.done)
	}
}
