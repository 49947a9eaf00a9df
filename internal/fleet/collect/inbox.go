package collect

import (
	"context"
	"slices"
	"sync"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
)

// inbox keeps results that came before their turn, as far as there is room.
type inbox struct {
	vantages []string
	domains  int

	mu sync.Mutex
	// came has a bit for each result that came, by vantage.
	came [][]uint64
	kept map[place][]byte
	size int
	// room is how many bytes are kept.
	room int
	// seen counts the messages that came; total is how many there will be, -1
	// while nobody knows.
	seen, total int
	ended       error
	isEnded     bool
	more        chan struct{} // closed when something comes
}

// place is where a result belongs.
type place struct{ vantage, index int }

func newInbox(j *job.Job, room int) *inbox {
	b := &inbox{vantages: j.Vantages.All(), domains: j.Domains, kept: map[place][]byte{}, room: room, total: -1, more: make(chan struct{})}
	for range b.vantages {
		b.came = append(b.came, make([]uint64, (j.Domains+63)/64))
	}
	return b
}

// put takes a result in. It reports whether more are wanted.
func (b *inbox) put(r *bus.Result) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen++
	defer b.wake()
	at := place{slices.Index(b.vantages, r.Vantage), r.Index}
	if at.vantage < 0 || at.index < 0 || at.index >= b.domains || b.has(at) {
		return true
	}
	b.came[at.vantage][at.index/64] |= 1 << (at.index % 64)
	if b.size+len(r.Data) <= b.room {
		b.kept[at] = r.Data
		b.size += len(r.Data)
	}
	return true
}

func (b *inbox) has(at place) bool { return b.came[at.vantage][at.index/64]&(1<<(at.index%64)) != 0 }

func (b *inbox) wake() {
	close(b.more)
	b.more = make(chan struct{})
}

// last says how many messages there are, and that no more will come.
func (b *inbox) last(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total = n
	b.wake()
}

// end says that nothing comes any more, for a reason.
func (b *inbox) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended, b.isEnded = err, true
	b.wake()
}

// take waits for a result and hands it out; nil if there will be none. dropped is
// true where there was no room for it.
func (b *inbox) take(ctx context.Context, vantage string, index int) (data []byte, dropped bool, err error) {
	at := place{slices.Index(b.vantages, vantage), index}
	for {
		b.mu.Lock()
		if b.has(at) {
			data, kept := b.kept[at]
			delete(b.kept, at)
			b.size -= len(data)
			b.mu.Unlock()
			return data, !kept, nil
		}
		over, more := b.total >= 0 && b.seen >= b.total, b.more
		ended, isEnded := b.ended, b.isEnded
		b.mu.Unlock()
		switch {
		case over:
			return nil, false, nil
		case isEnded:
			return nil, false, ended
		}
		select {
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		case <-more:
		}
	}
}
