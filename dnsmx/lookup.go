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

// flight is a question that is being asked. Others with the same question wait
// for it instead of asking as well.
type flight struct {
	done   chan struct{} // nil until somebody else waits
	answer *answer       // nil if the one who asked gave up
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
	return r.cache.get(q, time.Now())
}

// one answers the question from the cache, or waits for somebody who is asking
// it, or asks. Whoever asks does so under his own context; if he gives up, one
// of those who wait asks anew.
func (r *Resolver) one(ctx context.Context, q question) *answer {
	start := time.Now()
	for now := start; ; now = time.Now() {
		r.mu.Lock()
		if a := r.cache.get(q, now); a != nil {
			r.mu.Unlock()
			return a
		}
		f, ok := r.flights[q]
		if !ok {
			f = new(flight)
			r.flights[q] = f
			r.mu.Unlock()
			return r.fly(ctx, q, f, start)
		}
		if f.done == nil {
			f.done = make(chan struct{})
		}
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
func (r *Resolver) fly(ctx context.Context, q question, f *flight, start time.Time) *answer {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if f.answer != nil {
			r.cache.put(q, f.answer)
		}
		delete(r.flights, q)
		if f.done != nil {
			close(f.done)
		}
	}()
	a := r.ask(ctx, q, start)
	if !failed(a.err) || ended(ctx) == nil {
		f.answer = a
	}
	return a
}
