package smtpwire

import (
	"iter"
	"slices"
	"time"
)

// DefaultRecord is how many bytes a Recorder keeps that was given no limit.
const DefaultRecord = 64 << 10

// markCost is what an entry counts beside its bytes, so that a server that
// sends many tiny lines cannot make the marks grow without end.
const markCost = 24

// Recorder keeps what went over a connection, in order and with times,
// within a limit. Its memory is used again after Reset. One goroutine uses
// it at a time.
type Recorder struct {
	start time.Time
	most  int
	arena []byte
	marks []mark
	left  int
}

type mark struct {
	from byte
	at   time.Duration
	end  int // in arena; the entry begins where the one before ends
}

// Entry is a piece of a Recorder: bytes that went one way without a break.
type Entry struct {
	From  byte          // 'C' was sent, 'S' was received, '-' is a remark
	At    time.Duration // of the first byte, from the Recorder's start
	Bytes []byte        // valid until Reset
}

// NewRecorder returns a Recorder that keeps at most limit bytes (a value
// below 1 stands for DefaultRecord). Its clock starts now.
func NewRecorder(limit int) *Recorder {
	if limit < 1 {
		limit = DefaultRecord
	}
	return &Recorder{start: time.Now(), most: limit}
}

// Reset forgets everything and starts the clock again.
func (r *Recorder) Reset() {
	clear(r.arena)
	r.start = time.Now()
	r.arena, r.marks, r.left = r.arena[:0], r.marks[:0], 0
}

// Remark adds a remark on what happened.
func (r *Recorder) Remark(text string) {
	r.marks = append(r.marks, mark{from: '-', at: time.Since(r.start), end: len(r.arena)})
	r.extend([]byte(text))
}

// Left returns how many bytes were left out because of the limit.
func (r *Recorder) Left() int { return r.left }

// Len returns the number of entries.
func (r *Recorder) Len() int { return len(r.marks) }

// Entries yields the entries from number first on, in order. The number of
// the first is 0; Len before a step is the number where the step begins.
func (r *Recorder) Entries(first int) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for i := max(first, 0); i < len(r.marks); i++ {
			m, begin := r.marks[i], 0
			if i > 0 {
				begin = r.marks[i-1].end
			}
			if !yield(Entry{From: m.from, At: m.at, Bytes: r.arena[begin:m.end:m.end]}) {
				return
			}
		}
	}
}

// add records bytes. A line that arrived in pieces stays in one entry.
func (r *Recorder) add(from byte, b []byte) {
	if !r.continues(from) {
		if r.room() <= markCost {
			r.left += len(b)
			return
		}
		r.marks = append(r.marks, mark{from: from, at: time.Since(r.start), end: len(r.arena)})
	}
	r.extend(b)
}

func (r *Recorder) continues(from byte) bool {
	n := len(r.marks)
	return n > 0 && r.marks[n-1].from == from && len(r.arena) > 0 && r.arena[len(r.arena)-1] != '\n'
}

func (r *Recorder) room() int { return r.most - len(r.arena) - markCost*len(r.marks) }

func (r *Recorder) extend(b []byte) {
	n := min(len(b), max(r.room(), 0))
	r.left += len(b) - n
	r.arena = append(slices.Grow(r.arena, n), b[:n]...)
	r.marks[len(r.marks)-1].end = len(r.arena)
}
