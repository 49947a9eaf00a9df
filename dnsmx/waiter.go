package dnsmx

import "time"

// waiter is a query under way over UDP. It is used again when its answer was
// taken; its fields but packed are guarded by the mutex of all sockets while it
// stands among those that a socket waits for.
type waiter struct {
	id     uint32 // of 16 bits
	asked  question
	plain  bool // the answer need not be whole if it is plain
	until  time.Time
	strays int   // on the socket, when the query was sent
	broken error // why an answer could not be read
	// serial is another each time that the waiter is used.
	serial uint64
	answer chan answered
	packed [300]byte // the longest name has 255 octets
}

// answered is an answer, or the error that ended the waiting.
type answered struct {
	received
	err error
}

// newWaiter returns a waiter for a query that is to be answered until a time.
func (s *sockets) newWaiter(q query, until time.Time) *waiter {
	w, _ := s.waiters.Get().(*waiter)
	if w == nil {
		w = &waiter{answer: make(chan answered, 1)}
	}
	w.asked, w.plain, w.until, w.broken = q.question, !q.direct && !q.cd, until, nil
	return w
}

// silence is what to say of a query whose time is up, when so many stray
// messages came over its socket.
func (w *waiter) silence(strays int) error {
	if w.broken != nil {
		return &malformedError{w.broken}
	}
	return timeoutError{strays - w.strays}
}
