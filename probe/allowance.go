package probe

import "sync"

// How much text of servers the results may hold: of one domain, and of all that
// were read and not yet handed on.
const (
	domainText = 1 << 20
	runText    = 64 << 20
)

// Allowance is what the result of one domain may still hold of what servers say.
// Checks ask before they keep something, and tell of what they drop; a nil one
// allows everything. It is used by many goroutines at once.
type Allowance struct {
	pool  *pool
	left  int // of domainText
	taken int // of the pool
}

// pool is what all domains of a run share.
type pool struct {
	mu   sync.Mutex
	left int
}

func newPool() *pool { return &pool{left: runText} }

// domain returns the allowance of one domain.
func (p *pool) domain() *Allowance { return &Allowance{pool: p, left: domainText} }

// Take reports whether so many bytes may be kept, and counts them.
func (a *Allowance) Take(bytes int) bool {
	if a == nil {
		return true
	}
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	if bytes > a.left || bytes > a.pool.left {
		return false
	}
	a.left -= bytes
	a.take(bytes)
	return true
}

// TakeLittle is Take of a little that each part of a result may have beyond what
// the domain may hold, as long as the run may hold it.
func (a *Allowance) TakeLittle(bytes int) bool {
	if a == nil {
		return true
	}
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	if bytes > a.pool.left {
		return false
	}
	a.take(bytes)
	return true
}

func (a *Allowance) take(bytes int) {
	a.pool.left -= bytes
	a.taken += bytes
}

// release gives back what a result held that was handed on.
func (a *Allowance) release() {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	a.pool.left += a.taken
	a.taken = 0
}
