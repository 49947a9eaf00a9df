package report

import (
	"io"
	"sync"

	"mxprobe/probe/result"
)

// JSONL writes events as they happen, one JSON object on a line and each
// line in one Write. Its methods may be called by several goroutines. After
// an error of the writer below, every call returns that error. A writer with a
// method Flush, as Gather has it, is flushed at the end.
type JSONL struct {
	mu  sync.Mutex
	out sink
	// enc is used again for every event: an event costs no allocation.
	enc encoder
}

// NewJSONL returns a writer of events to w.
func NewJSONL(w io.Writer) *JSONL { return &JSONL{out: sink{w: w}} }

// Routed writes the event mx: the hosts of a domain in the order of their
// preference with their addresses, or why there are none.
func (j *JSONL) Routed(d *result.Domain) error {
	j.begin("mx")
	e := &j.enc
	e.str("domain", d.Domain)
	e.strSome("server", d.Server)
	e.strSome("origin", d.Origin)
	e.trueSome("authentic", d.Authentic)
	e.why(d.Reason, d.Message, d.Hint)
	e.trueSome("temporary", d.Temporary)
	e.strsSome("notes", d.Notes)
	e.millis("ms", d.DNSMillis)
	e.intSome("unchosen", d.Unchosen)
	e.list("hosts")
	for i := range d.Hosts {
		e.route(&d.Hosts[i])
	}
	e.endList()
	return j.finish()
}

func (e *encoder) route(h *result.Host) {
	e.open()
	e.int("pref", int(h.Preference))
	e.str("name", h.Name)
	e.list("ips")
	for i := range h.Addresses {
		e.comma()
		e.b = appendString(e.b, h.Addresses[i].IP)
	}
	e.endList()
	e.why(h.Reason, h.Message, h.Hint)
	e.trueSome("temporary", h.Temporary)
	e.strsSome("notes", h.Notes)
	e.close()
}

// Stepped writes the event step. What the step was about, its excerpt and
// its transcript, is written where the step did not pass.
func (j *JSONL) Stepped(at Place, check string, s *result.Step) error {
	j.begin("step")
	j.enc.place(&at, check)
	j.enc.step(s)
	switch s.Status {
	case result.Warn, result.Inconclusive, result.Fail:
		j.enc.evidence(s)
	}
	return j.finish()
}

// Checked writes the event check: one check of one address is complete.
func (j *JSONL) Checked(at Place, c *result.Check) error {
	j.begin("check")
	j.enc.place(&at, c.Scenario)
	j.enc.int("pref", int(at.Preference))
	j.enc.outcome(c)
	j.enc.millis("ms", c.Millis)
	return j.finish()
}

// Domain writes the event domain: the verdicts of a domain, its hosts
// and its addresses. The checks are left out, as their events went before.
func (j *JSONL) Domain(d *result.Domain) error {
	j.begin("domain")
	j.enc.domain(d, false)
	return j.finish()
}

// End writes the last event.
func (j *JSONL) End(end *result.End) error {
	j.mu.Lock()
	j.enc.open()
	j.enc.end(end)
	if err := j.finish(); err != nil {
		return err
	}
	if gathered, ok := j.out.w.(interface{ Flush() error }); ok {
		return gathered.Flush()
	}
	return nil
}

func (e *encoder) place(at *Place, check string) {
	e.str("scenario", check)
	e.str("domain", at.Domain)
	e.str("mx", at.Host)
	e.address("ip", at.IP)
	e.int("port", int(at.Port))
	e.strSome("vantage", at.Vantage)
}

// begin takes the lock that finish returns.
func (j *JSONL) begin(event string) {
	j.mu.Lock()
	j.enc.open()
	j.enc.int("v", result.Version)
	j.enc.word("type", event)
}

func (j *JSONL) finish() error {
	defer j.mu.Unlock()
	j.enc.close()
	j.enc.b = append(j.enc.b, '\n')
	err := j.out.write(j.enc.b)
	j.enc.b = j.enc.b[:0]
	return err
}
