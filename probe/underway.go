package probe

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"mxprobe/probe/result"
)

// underWay is a request that is worked on, from its place in the window to its
// result.
type underWay struct {
	asked     *Request // what is asked of it and, as a rule, of all others; see request
	allowance *Allowance
	started   time.Time
	result    result.Domain  // complete once done
	done      sync.WaitGroup // a channel would take a quarter of the memory of this
	leave     leave
	parts     atomic.Int32 // goroutines that work on it
	stage     stage
	partial   bool // some host or address is not spoken to
	survey    *survey
}

// stage is how far a domain came before its lanes.
type stage uint8

const (
	untouched stage = iota // left out, or the run had ended
	unrouted               // its hosts are not known
	routed
)

// place is an address in a result. It is no pointer, because the slices still
// grow while planning.
type place struct{ host, address int }

// newUnderWay begins a request. It keeps no copy of what is asked where that is
// the same as of the one before.
func newUnderWay(req *Request, text *pool, before *underWay) *underWay {
	one := &underWay{
		allowance: text.domain(),
		result:    result.Domain{Domain: req.Domain, Server: req.Server, Hosts: []result.Host{}},
	}
	if before != nil && before.asked.asksAs(req) {
		one.asked = before.asked
	} else {
		asked := *req
		one.asked = &asked
	}
	one.done.Add(1)
	one.parts.Store(1) // begin
	return one
}

// request is what is asked of the domain.
func (one *underWay) request() Request {
	req := *one.asked
	req.Domain, req.Server, req.allowance = one.result.Domain, one.result.Server, one.allowance
	return req
}

// asksAs reports whether the same lists are asked of two domains.
func (r *Request) asksAs(s *Request) bool {
	return same(r.Ports, s.Ports) && same(r.Checks, s.Checks) && same(r.DomainChecks, s.DomainChecks) && same(r.HostChecks, s.HostChecks)
}

// same reports whether two lists are one.
func same[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// address is the address at a place.
func (one *underWay) address(at place) *result.Address {
	return &one.result.Hosts[at.host].Addresses[at.address]
}

// left is what a goroutine does last that works on a domain; the last of all
// finishes it.
func (r *run) left(ctx context.Context, one *underWay) {
	if one.parts.Add(-1) == 0 {
		r.finish(ctx, one)
	}
}
