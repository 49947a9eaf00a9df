package probe

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// Reuser is a Trial that can go on over the connection of a trial for another
// domain, and leave its own open for the next.
type Reuser interface {
	// ReusedBy returns what the connection hangs on, as a value that can be a key of a
	// map; nil where the trial needs one of its own.
	ReusedBy() any
	// PlayOn is Play over an open connection, or a new one where open is nil. wanted
	// reports whether another trial waits for the address; only then a connection is
	// left open. What comes of an open connection counts where it is a pass, else
	// again is true and nothing of it is in the result. The same holds where a
	// connection turns out to be none that can be left open.
	PlayOn(ctx context.Context, open Connection, wanted func() bool) (left Connection, wait time.Duration, again bool)
}

// Connection is one that a Reuser has left open.
type Connection interface {
	// Quit ends it politely.
	Quit(ctx context.Context)
}

// kept are the connections that were left open, one for each address at most. Each
// keeps the places of the trial that opened it: it is a session still.
type kept struct {
	mu   sync.Mutex
	open map[netip.Addr]*keptOpen
}

type keptOpen struct {
	by      any
	conn    Connection
	release func()
}

// put keeps a connection; whoever holds the address may.
func (k *kept) put(ip netip.Addr, o *keptOpen) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.open == nil {
		k.open = make(map[netip.Addr]*keptOpen)
	}
	k.open[ip] = o
}

// take returns the connection with an address, which whoever holds the address has
// to use or to end; nil for none.
func (k *kept) take(ip netip.Addr) *keptOpen {
	k.mu.Lock()
	defer k.mu.Unlock()
	o := k.open[ip]
	delete(k.open, ip)
	return o
}

// quit ends what nobody came for: those who waited have left, at the end of a run.
func (k *kept) quit(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for ip, o := range k.open {
		delete(k.open, ip)
		o.end(ctx)
	}
}

func (o *keptOpen) end(ctx context.Context) {
	o.conn.Quit(ctx)
	o.release()
}

// takeOver goes on with the connection that was left open with the address of the
// lane, if the trial can. Another is ended first, unless the budget has none to
// follow it: then it stays for the next who waits.
func (l *lane) takeOver(ctx context.Context, next *queued) *keptOpen {
	o := l.run.kept.take(l.target.IP)
	if o == nil {
		return nil
	}
	if r, ok := next.trial.(Reuser); ok && ctx.Err() == nil && r.ReusedBy() == o.by && !next.alone {
		return o
	}
	if l.run.gate.broke() && l.run.addresses.waitedFor(l.target.IP) {
		l.run.kept.put(l.target.IP, o)
		return nil
	}
	o.end(ctx)
	return nil
}

// attempt plays a trial once, and keeps its connection open where the next one in
// the line for the address can use it.
func (l *lane) attempt(ctx context.Context, next *queued) (wait time.Duration, again bool) {
	if r, ok := next.trial.(Reuser); ok && l.run.Reuse {
		if by := r.ReusedBy(); by != nil {
			return l.attemptOn(ctx, next, r, by)
		}
	}
	began := time.Now()
	wait, again = next.trial.Play(ctx)
	l.run.gate.heard(&l.target, began, next.trial)
	return wait, again
}

// attemptOn is attempt of a trial whose connection may be another's before, or
// after it.
func (l *lane) attemptOn(ctx context.Context, next *queued, r Reuser, by any) (wait time.Duration, again bool) {
	began := time.Now()
	var open, left Connection
	if l.over != nil {
		open = l.over.conn
	}
	left, wait, again = r.PlayOn(ctx, open, func() bool { return l.run.addresses.waitedFor(l.target.IP) })
	if next.alone = again; !again || attempts(next.trial) > 0 { // else there is nothing that counts
		l.run.gate.heard(&l.target, began, next.trial)
	}
	if left != nil {
		l.run.kept.put(l.target.IP, &keptOpen{by, left, l.places()})
	}
	return wait, again
}

// attempts is how many attempts of a trial count. A result is large, and has no
// place on the stack of a session that waits.
//
//go:noinline
func attempts(t Trial) int { return t.Result().Attempts }

// places hands over all that a session holds but its address, and returns what
// gives it back.
func (l *lane) places() (release func()) {
	if l.over != nil {
		release = l.over.release
		l.over, l.away = nil, nil
		return release
	}
	r, away, host := l.run, l.away, l.target.Host
	l.away = nil
	return func() {
		<-r.jobs
		away()
		r.hosts.release(host)
	}
}
