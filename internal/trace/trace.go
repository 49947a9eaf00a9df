// Package trace reads what a message says of its way: the servers that had it
// (RFC 5321 section 4.4), the checks that they made of it (RFC 8601), and what
// filters wrote into it.
//
// A server that handled a message may have written anything, and everybody
// before it may have forged what it shows: what is read here is what the
// message says, and is bounded.
package trace

import (
	"strings"
	"time"

	"mxprobe/internal/letter"
)

// Limits on what is kept.
const (
	maxHops    = 100
	maxChecks  = 100
	maxResults = 50
	maxValue   = 500 // bytes of a value
)

// Trace is what a message says of its way.
type Trace struct {
	// Hops are the servers in the order in which the message came to them.
	Hops []Hop
	// Slowest is the place of the hop that took longest, -1 if none is known
	// to have taken a second.
	Slowest int
	// Took is from the first time to the last, 0 where there are not two.
	Took time.Duration
	// Loops says where the message came by again.
	Loops []string
	// Checks are the Authentication-Results, the uppermost first.
	Checks []Check
	// Seals are the sets of ARC (RFC 8617), the first instance first.
	Seals []Seal
	// Signatures are the DKIM signatures, unverified.
	Signatures []Signature
	// Unsubscribe is List-Unsubscribe.
	Unsubscribe Unsubscribe
	// Filters are what spam filters wrote.
	Filters []Filter
}

// Read returns what a header says of the way of its message.
func Read(h letter.Header) *Trace {
	t := &Trace{Slowest: -1}
	t.readHops(h)
	t.readChecks(h)
	t.readSeals(h)
	t.readSignatures(h)
	t.readUnsubscribe(h)
	t.readFilters(h)
	return t
}

// readHops turns the order of the fields round: each server writes its own on
// top.
func (t *Trace) readHops(h letter.Header) {
	for value := range h.All("Received") {
		if len(t.Hops) < maxHops {
			t.Hops = append(t.Hops, ReadHop(value))
		}
	}
	for i, j := 0, len(t.Hops)-1; i < j; i, j = i+1, j-1 {
		t.Hops[i], t.Hops[j] = t.Hops[j], t.Hops[i]
	}
	var before, first time.Time
	longest := time.Second - 1
	for i := range t.Hops {
		hop := &t.Hops[i]
		if hop.At.IsZero() {
			continue
		}
		if before.IsZero() {
			first = hop.At
		} else {
			hop.Timed, hop.Delay = true, hop.At.Sub(before)
			t.Took = hop.At.Sub(first)
		}
		if hop.Delay > longest {
			longest, t.Slowest = hop.Delay, i
		}
		before = hop.At
	}
	t.findLoops(h)
}

// cut returns as much of a value as is kept.
func cut(value string) string { return value[:min(len(value), maxValue)] }

// hasAny reports whether a text has one of some words.
func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
