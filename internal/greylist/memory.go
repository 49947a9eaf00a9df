package greylist

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// Memory is what earlier runs saw and what this one sees. One goroutine at a
// time may use it.
type Memory struct {
	runID   string
	longest time.Duration
	known   map[key]Entry
	refused map[key]Entry
	taken   map[key]bool
}

// New returns a memory of the entries of earlier runs, those that have
// expired left out. A refusal that lasts longer than longest is no longer
// called greylisting. runID is that of this run: a sender that holds it is
// new in every run.
func New(entries []Entry, runID string, longest time.Duration, now time.Time) *Memory {
	m := &Memory{
		runID: runID, longest: longest,
		known: map[key]Entry{}, refused: map[key]Entry{}, taken: map[key]bool{},
	}
	for _, e := range entries {
		if e.fresh(now) {
			m.known[e.key()] = e
		}
	}
	return m
}

// Merge returns the entries of a file with what this run saw: other runs may
// have written to it meanwhile.
func (m *Memory) Merge(entries []Entry, now time.Time) []Entry {
	all := map[key]Entry{}
	for _, e := range entries {
		if e.fresh(now) {
			all[e.key()] = e
		}
	}
	for k := range m.taken {
		delete(all, k)
	}
	for k, e := range m.refused {
		if other, ok := all[k]; ok && other.First.Before(e.First) {
			e.First, e.Reply = other.First, other.Reply
		}
		all[k] = e
	}
	out := make([]Entry, 0, len(all))
	for _, e := range all {
		out = append(out, e)
	}
	return sorted(out)
}

// Observe takes up what the dialogues with a domain saw. Where a sender is
// taken now whom an earlier run saw refused, the dialogue gets the delay and
// a note; where the refusal lasts too long for greylisting, or greylisting
// can never end because the sender changes, it gets a note that says so.
func (m *Memory) Observe(d *result.Domain, now time.Time) {
	now = now.UTC().Truncate(time.Second)
	for p := range d.Played() {
		for _, t := range triples(p.Check) {
			m.observe(p.Check, &t, Entry{From: t.from, To: t.to, IP: p.Address.IP, Host: p.Host.Name, Scenario: p.Check.Scenario}, now)
		}
	}
}

func (m *Memory) observe(c *result.Check, t *triple, e Entry, now time.Time) {
	k := e.key()
	before, known := m.known[k]
	if !t.refused {
		delete(m.refused, k)
		m.taken[k] = true
		if known {
			taken(c, &before, now)
		}
		return
	}
	delete(m.taken, k)
	e.First, e.Reply = now, t.reply
	if known {
		e.First, e.Reply = before.First, before.Reply
	}
	e.Last, e.Greylisting = now, t.greylisting || before.Greylisting
	m.refused[k] = e
	if c.Reason != result.Temporary {
		return // the scenario has it so
	}
	switch waited := now.Sub(e.First); {
	case waited > m.longest:
		c.Notes = append(c.Notes, fmt.Sprintf("refused for now since %s, %s ago: longer than greylisting lasts", clock(e.First), age(waited)))
		c.Hint = "a temporary answer that stays is no greylisting, and senders give up after some days: the server's log says what is wrong, unless runs are further apart than the server remembers (often 4 to 48 hours)"
	case known:
		c.Notes = append(c.Notes, fmt.Sprintf("refused for now since %s, %s ago", clock(e.First), age(waited)))
		fallthrough
	case t.greylisting:
		m.patience(c, &e, known)
	}
}

// patience says what to do about greylisting where runs remember it.
func (m *Memory) patience(c *result.Check, e *Entry, known bool) {
	if e.Greylisting {
		c.Hint = "this looks like greylisting: run it again after some minutes, with the same --state, sender and recipient"
	}
	if m.runID != "" && (strings.Contains(e.From, m.runID) || strings.Contains(e.To, m.runID)) {
		c.Notes = append(c.Notes, "the sender or the recipient holds ${run_id}, which is new in every run: greylisting begins anew each time")
		return
	}
	if known {
		return
	}
	for k, other := range m.known {
		if _, again := m.refused[k]; k.ip == e.IP && other.Host == e.Host && other.Scenario == e.Scenario && !again && !m.taken[k] && (other.From == e.From || other.To == e.To) {
			c.Notes = append(c.Notes, fmt.Sprintf("the last run was refused as <%s> to <%s>: to greylisting another sender or recipient begins anew", other.From, other.To))
			return
		}
	}
}

// taken says how long it took until a sender was taken.
func taken(c *result.Check, before *Entry, now time.Time) {
	waited := now.Sub(before.First)
	if waited <= 0 {
		return
	}
	c.DelayMillis = result.Millis(waited)
	what := "refused for now (" + before.Reply + ")"
	if before.Greylisting {
		what = "greylisted"
	}
	c.Notes = append(c.Notes, fmt.Sprintf("%s %s ago, at %s, and taken now", what, age(waited), clock(before.First)))
}

// triple is a sender and a recipient, and what became of them at an address.
type triple struct {
	from, to    string
	refused     bool
	greylisting bool
	reply       string
}

// triples returns what became of each recipient in the end, over all attempts
// of a dialogue. Those refused for good, or for a reason that is not the
// sender, are not in it.
func triples(c *result.Check) []triple {
	var all []triple
	from, open := "", 0 // the recipients of this transaction begin at open
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Code == 0 {
			continue
		}
		switch s.Verb {
		case "MAIL":
			from, open = path(s.Sent), len(all)
		case "RCPT":
			t := triple{from: from, to: path(s.Sent)}
			if t.to != "" && t.judge(s) {
				all = append(all, t)
			}
		case "DATA", "BDAT":
			// Some servers greylist when they have seen the message.
			for j := open; j < len(all); j++ {
				if !all[j].refused {
					_ = all[j].judge(s)
				}
			}
		}
	}
	return lastOfEach(all)
}

// lastOfEach leaves out what a later word on the same recipient has replaced.
func lastOfEach(all []triple) []triple {
	var out []triple
	for i, t := range all {
		same := func(other triple) bool { return other.from == t.from && other.to == t.to }
		if !slices.ContainsFunc(all[i+1:], same) {
			out = append(out, t)
		}
	}
	return out
}

// judge takes a reply for one of acceptance or of refusal for now, and
// reports whether it is one. 421 ends a session, 452 speaks of storage and
// 4.2.x of the mailbox, whoever the sender is.
func (t *triple) judge(s *result.Step) bool {
	class := s.Code / 100
	grey := s.Cause == result.CauseGreylisted
	switch {
	case class == 2 || class == 3:
		return true
	case class != 4 || s.Code == 421 || !grey && (s.Code == 452 || strings.HasPrefix(s.Enhanced, "4.2.")):
		return false
	}
	t.refused, t.greylisting = true, grey
	t.reply = strings.TrimSpace(fmt.Sprintf("%d %s", s.Code, s.Enhanced))
	return true
}

// path takes the address out of MAIL FROM:<...> or RCPT TO:<...>.
func path(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	address, _, ok := strings.Cut(rest, ">")
	if !ok {
		return ""
	}
	return address
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// age is a time in one unit, which reads well for one of it as for many.
func age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
