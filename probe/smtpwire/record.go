package smtpwire

import (
	"iter"
	"math"
	"sync"
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
	// A server that lets its clients wait mostly does so at the beginning: there is
	// room here for that. The rest is written on a page, which comes from records
	// where the Recorder does, so that those who wait need none.
	records    *Records
	page       *page
	firstMarks [4]mark
	first      [96]byte
}

// page has room for what goes over the line in most dialogues.
type page struct {
	bytes [1 << 10]byte
	marks [32]mark
}

type mark struct {
	at   time.Duration
	end  uint32 // in arena; the entry begins where the one before ends
	from byte
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
	r := &Recorder{start: time.Now(), most: min(limit, math.MaxInt32)}
	r.arena, r.marks = r.first[:0], r.firstMarks[:0]
	return r
}

// Reset forgets everything and starts the clock again.
func (r *Recorder) Reset() {
	r.forget()
	r.start = time.Now()
	if r.page != nil {
		r.arena, r.marks = r.page.bytes[:0], r.page.marks[:0]
	}
}

// forget clears all that was recorded, and is back where no page was needed.
func (r *Recorder) forget() {
	clear(r.arena)
	clear(r.first[:])
	if r.page != nil && len(r.arena) > len(r.page.bytes) {
		clear(r.page.bytes[:])
	}
	r.arena, r.marks, r.left = r.first[:0], r.firstMarks[:0], 0
}

// Records are Recorders without a limit of their own, and their memory, for many
// goroutines at once. The zero Records has none yet.
type Records struct{ recorders, pages sync.Pool }

// Get returns an empty Recorder. Its clock starts now.
func (s *Records) Get() *Recorder {
	r, again := s.recorders.Get().(*Recorder)
	if !again {
		r = NewRecorder(0)
		r.records = s
		return r
	}
	r.start = time.Now()
	return r
}

// Put takes a Recorder that is used no more.
func (s *Records) Put(r *Recorder) {
	r.forget()
	if r.page != nil {
		s.pages.Put(r.page)
		r.page = nil
	}
	s.recorders.Put(r)
}

// Remark adds a remark on what happened.
func (r *Recorder) Remark(text string) {
	r.mark('-')
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
			m, begin := r.marks[i], uint32(0)
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
		r.mark(from)
	}
	r.extend(b)
}

func (r *Recorder) continues(from byte) bool {
	n := len(r.marks)
	return n > 0 && r.marks[n-1].from == from && len(r.arena) > 0 && r.arena[len(r.arena)-1] != '\n'
}

func (r *Recorder) room() int { return r.most - len(r.arena) - markCost*len(r.marks) }

// mark begins an entry.
func (r *Recorder) mark(from byte) {
	if len(r.marks) == len(r.firstMarks) {
		r.turnPage()
	}
	r.marks = append(r.marks, mark{from: from, at: time.Since(r.start), end: uint32(len(r.arena))})
}

func (r *Recorder) extend(b []byte) {
	n := min(len(b), max(r.room(), 0))
	r.left += len(b) - n
	if len(r.arena)+n > len(r.first) {
		r.turnPage()
	}
	r.arena = append(r.arena, b[:n]...)
	r.marks[len(r.marks)-1].end = uint32(len(r.arena))
}

// turnPage goes on on a page, if there is none yet.
func (r *Recorder) turnPage() {
	if r.page != nil {
		return
	}
	if r.records != nil {
		r.page, _ = r.records.pages.Get().(*page)
	}
	if r.page == nil {
		r.page = new(page)
	}
	r.arena = append(r.page.bytes[:0], r.arena...)
	r.marks = append(r.page.marks[:0], r.marks...)
}
