package probe

import (
	"time"

	"mxprobe/probe/result"
)

// Sharer is a Check of which one trial may stand for every domain that has the
// address.
type Sharer interface {
	// SharedBy returns all that a trial with a target hangs on, as a value that can
	// be a key of a map: trials with the same are the same. It is nil where the
	// domain is part of it, or each domain needs a trial of its own.
	SharedBy(t Target) any
}

// share is what a trial has to do with those of other domains.
type share struct {
	key     any // nil where it is for its own domain alone
	stepped func(*result.Step)
	begun   bool          // it has an attempt of its own
	given   *result.Check // by a trial of another domain
}

func (r *run) share(c Check, t Target, stepped func(*result.Step)) share {
	sharer, ok := c.(Sharer)
	if !ok || r.shared == nil {
		return share{}
	}
	return share{key: sharer.SharedBy(t), stepped: stepped}
}

// known gives a trial the result that was played for another domain, if there is
// one. Whoever watches sees it as if it were played now.
func (l *lane) known(q *queued) bool {
	if q.share.begun {
		return false
	}
	c, ok := l.run.shared.Of(q.share.key, time.Now())
	if !ok {
		return false
	}
	given := c // on the heap only where there is one
	q.share.given = &given
	if q.share.stepped != nil {
		for i := range c.Steps {
			q.share.stepped(&c.Steps[i])
		}
	}
	l.finish(q)
	return true
}

// played offers a result to the other domains, once it is complete.
func (l *lane) played(q *queued, again bool) {
	if q.share.begun = true; again || q.share.key == nil {
		return
	}
	c := q.trial.Result()
	l.run.shared.Seen(q.share.key, l.target.Domain, time.Now(), &c)
}

// result is what was seen so far, by the trial or in its place.
func (q *queued) result() result.Check {
	if q.share.given != nil {
		return *q.share.given
	}
	return q.trial.Result()
}
