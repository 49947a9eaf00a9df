package probe

import (
	"context"
	"sync/atomic"
	"time"

	"mxprobe/probe/result"
)

// underWay is a request that is worked on, from its place in the window to its
// result.
type underWay struct {
	request Request
	started time.Time
	result  result.Domain // complete once done is closed
	done    chan struct{}
	leave   leave
	parts   atomic.Int32 // goroutines that work on it
	stage   stage
	survey  *survey
	partial bool // some host or address is not spoken to
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

func newUnderWay(req Request, text *pool) *underWay {
	one := &underWay{
		request: req,
		result:  result.Domain{Domain: req.Domain, Server: req.Server, Hosts: []result.Host{}},
		done:    make(chan struct{}),
	}
	one.request.allowance = text.domain()
	one.parts.Store(1) // begin
	return one
}

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
