package dialogue

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/line"
	"mxprobe/probe/peer"
	"mxprobe/probe/result"
)

// Bounds of a connection that is used for several domains: servers that send mail
// keep one for 300 seconds at most, and servers that take it allow a hundred
// transactions and more.
const (
	maxDialogues  = 100
	maxConnection = 300 * time.Second
	// resetTimeout is the wait for the answer to RSET, which asks nothing of a server.
	resetTimeout = 10 * time.Second
)

// opened is a connection on which a dialogue has passed, and what is known of the
// server from it.
type opened struct {
	domain string // it was opened for
	since  time.Time
	played int // dialogues so far
	line   line.Line
	peer   peer.Peer
	// steps are those that opened it.
	steps []result.Step
	// reset is how the server answers RSET, and nothing else; see sign.
	reset    string
	triedTLS bool
}

// Quit ends the connection politely.
func (o *opened) Quit(ctx context.Context) {
	wait := quitTimeout
	if ctx.Err() != nil {
		wait = farewell
	}
	_ = o.line.Conn.SetDeadline(time.Now().Add(wait))
	if o.line.Conn.WriteLine([]byte("QUIT")) == nil && ctx.Err() == nil {
		_, _ = o.line.Conn.ReadReply() // whatever it says, the connection ends
	}
	o.line.Close()
}

// ReusedBy implements probe.Reuser: what the opening of the dialogue hangs on.
func (t *trial) ReusedBy() any {
	d := t.dialogue
	if !d.scenario.Reuse || !t.target.IP.IsValid() || t.account.Tries() > 0 || d.lean().ownOpening || d.run.dislikes.tooMany(t.reusedBy()) {
		return nil
	}
	return t.reusedBy()
}

func (t *trial) reusedBy() reusedBy { return reusedBy(t.dialogue.sharedWith(t.target)) }

// reusedBy is sharedBy of the steps that open a connection.
type reusedBy sharedBy

// PlayOn implements probe.Reuser.
func (t *trial) PlayOn(ctx context.Context, open probe.Connection, wanted func() bool) (left probe.Connection, wait time.Duration, again bool) {
	if t.spoilt {
		wait, again = t.Play(ctx)
		if c := t.account.Result(); c.Status != result.Pass {
			t.dialogue.run.dislikes.takeBack(t.reusedBy()) // it was the domain, and not the connection
		}
		return nil, wait, again
	}
	t.wanted = wanted
	if open != nil {
		t.spoilt = !t.goOn(ctx, open.(*opened))
		again = t.spoilt
	} else {
		wait, again = t.playFirst(ctx)
	}
	if t.spoilt {
		t.dialogue.run.dislikes.add(t.reusedBy())
	}
	if t.wanted = nil; t.left != nil {
		left, t.left = t.left, nil
	}
	return left, wait, again
}

// playFirst is Play over a new connection that may be left open. Where RSET showed
// that the server loses its place, nothing of it counts.
func (t *trial) playFirst(ctx context.Context) (wait time.Duration, again bool) {
	settle := t.account.Draft()
	wait, again = t.Play(ctx)
	if settle(!t.spoilt); t.spoilt {
		return 0, true
	}
	return wait, again
}

// goOn plays the rest of the dialogue over an open connection, and reports whether
// that counts. Only a pass does, in which the server has said yes to everything: any
// other answer may be meant for the connection, and nothing of it is told.
func (t *trial) goOn(ctx context.Context, o *opened) bool {
	t.started = time.Now()
	settle := t.account.Draft()
	s := newSession(ctx, t)
	counts := s.playOn(o)
	defer s.release()
	t.account.Take(&s.ledger)
	t.account.Took(time.Since(t.started))
	t.account.Reuse(result.Reused{Domain: o.domain, Nth: o.played + 1})
	if settle(counts); counts {
		t.dialogue.run.dislikes.forget(t.reusedBy())
		t.end()
	}
	return counts
}

// playOn plays the steps behind the opening and reports whether they count.
func (s *session) playOn(o *opened) bool {
	s.line, s.peer = o.line.Next(s.record), o.peer
	s.line.TLS.State = ownState(s.line.TLS.State)
	s.triedTLS, s.judgedIf = o.triedTLS, true
	s.ledger.Inherit(o.steps)
	defer func() { s.line.Close() }()
	for steps := s.scenario.Steps[s.scenario.Opening():]; len(steps) > 0; {
		steps = steps[s.playNext(steps):]
	}
	// RSET clears the way for the next domain. Its answer also shows that none came
	// too many: then each line had the reply to the one before.
	counts := s.saidYes(len(o.steps)) && s.line.Settles() && s.reset() == o.reset && s.tells(o.reset, len(o.steps))
	if counts && s.keeps(o.since, o.played+1) {
		s.keep(&opened{domain: o.domain, since: o.since, played: o.played + 1, steps: o.steps, reset: o.reset})
		return true
	}
	s.quit()
	status, _ := s.ledger.Status()
	s.finish()
	return counts && status <= result.Pass
}

// offer leaves the connection of a session that opened it to the next domain, if
// somebody waits for it and the server is one whose answers can be told apart.
func (s *session) offer(since time.Time) bool {
	if !s.keeps(since, 1) {
		return false
	}
	steps := s.opening()
	reset := s.reset()
	// The second one has the answer to the first if a reply came too many.
	if reset == "" || s.reset() != reset || !s.tells(reset, len(steps)) {
		s.trial.spoilt = true
		return false
	}
	s.keep(&opened{domain: s.trial.target.Domain, since: since, played: 1, steps: steps, reset: reset})
	return true
}

// reset says RSET and returns the sign of the answer, empty if it is no yes. A reply
// that nobody asked for ends the session as it would before QUIT.
func (s *session) reset() string {
	if j := s.settled(); j != nil {
		st := s.beginQuit()
		st.Unsent()
		s.closeBy(st, j)
		s.line.HangUp()
		return ""
	}
	if s.line.Write("RSET", []byte("RSET\r\n"), resetTimeout) != nil {
		return ""
	}
	seen := s.line.Read(resetTimeout)
	s.ledger.Extend() // it has no step of its own
	if seen.Reply == nil {
		s.line.HangUp()
		return ""
	}
	s.peer.Learn("RSET", seen.Reply)
	if seen.Reply.Class() != 2 {
		return ""
	}
	return sign(seen.Reply.Code, []string{seen.Reply.FirstText()})
}

// sign is what tells the answer to one command from that to another: its code and
// its first words. The rest may be new each time.
func sign(code int, text []string) string {
	words := []string{strconv.Itoa(code)}
	if len(text) > 0 {
		words = append(words, strings.Fields(result.PrintableString(text[0]))...)
	}
	return strings.Join(words[:min(len(words), 3)], " ")
}

// tells reports whether, in the steps from one on, RSET was answered in this way and
// nothing else was.
func (s *session) tells(reset string, from int) bool {
	return !slices.ContainsFunc(s.ledger.Steps()[from:], func(st result.Step) bool {
		return st.Code != 0 && (sign(st.Code, st.Text) == reset) != (st.Verb == "RSET")
	})
}

// saidYes reports whether all steps from one on were played, and answered with 2xx,
// or left out by a condition.
func (s *session) saidYes(from int) bool {
	if status, _ := s.ledger.Status(); status > result.Pass || s.over {
		return false
	}
	return !slices.ContainsFunc(s.ledger.Steps()[from:], func(st result.Step) bool {
		yes := st.Status == result.Pass && st.Code/100 == 2
		return !yes && st.Status != result.Skip && st.Number <= s.trial.dialogue.steps
	})
}

// mayLeave reports whether the connection may be left open to another domain: then
// QUIT is in no group, since RSET has to go before it.
func (s *session) mayLeave() bool {
	return s.scenario.Reuse && s.trial.wanted != nil && !s.trial.serial
}

// keeps reports whether the connection is left open for the next domain.
func (s *session) keeps(since time.Time, played int) bool {
	status, _ := s.ledger.Status()
	return s.mayLeave() && s.trial.wanted() && status <= result.Pass && !s.over && s.line.Settles() && played < maxDialogues && time.Since(since) < maxConnection
}

// keep leaves the connection open, and ends the attempt.
func (s *session) keep(o *opened) {
	s.ledger.Note("QUIT was not said: another domain's dialogue goes on over the connection")
	s.line.Conn.RecordTo(nil)
	o.line, o.peer, o.triedTLS = s.line, s.peer, s.triedTLS
	s.trial.left = o
	s.finish()
	s.line = line.Line{}
}

// opening are the steps so far that opened the connection, to be shown for others.
func (s *session) opening() []result.Step {
	last := 0
	if n := s.scenario.Opening(); n > 0 {
		last = s.scenario.Steps[n-1].Number
	}
	all := s.ledger.Steps()
	if i := slices.IndexFunc(all, func(st result.Step) bool { return st.Number > last }); i >= 0 {
		all = all[:i]
	}
	return slices.Clone(all)
}

// ownState is a copy of what is known of a handshake, nil of none: each result has
// its own.
func ownState(t *result.TLSState) *result.TLSState {
	if t == nil {
		return nil
	}
	own := *t
	own.Chain = slices.Clone(t.Chain)
	for i := range own.Chain {
		own.Chain[i].Names = slices.Clone(own.Chain[i].Names)
	}
	return &own
}

// dislikes counts how often in a row a server did not take on a connection that was
// used before what it takes on a new one. Until that is known it is supposed so.
type dislikes struct {
	mu    sync.Mutex
	times map[any]int
}

// Bounds of dislikes: after so many a server gets a connection for each domain, and
// so many servers are remembered.
const (
	maxDislikes = 3
	maxDisliked = 4096
)

func (d *dislikes) add(by any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.times == nil || len(d.times) >= maxDisliked {
		d.times = make(map[any]int)
	}
	d.times[by]++
}

func (d *dislikes) takeBack(by any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.times[by] > 0 {
		d.times[by]--
	}
}

func (d *dislikes) forget(by any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.times, by)
}

func (d *dislikes) tooMany(by any) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.times[by] >= maxDislikes
}
