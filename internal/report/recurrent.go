package report

import "strings"

const (
	// inFull is how often the same is said in full before it is only referred
	// to.
	inFull = 3
	// maxRecurrent is how many things are counted; others are always said in
	// full.
	maxRecurrent = 1000
)

// recurrent counts what is said again and again in the report on a list.
type recurrent struct{ counts map[string]int }

// said reports whether the same has been said in full often enough, and
// counts. A nil recurrent has everything said.
func (r *recurrent) said(what ...string) bool {
	if r == nil {
		return false
	}
	key := strings.Join(what, "\x00")
	if r.counts == nil {
		r.counts = make(map[string]int)
	}
	n, known := r.counts[key]
	if !known && len(r.counts) >= maxRecurrent {
		return false
	}
	r.counts[key] = n + 1
	return n >= inFull
}
