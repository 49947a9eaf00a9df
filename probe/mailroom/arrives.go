package mailroom

import (
	"errors"
	"fmt"

	"mxprobe/internal/timespan"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Arrives waits for the message itself, and looks at what has come.
func (w *Watch) Arrives() judge.Judgement {
	if w.Handed.ID == "" {
		return Unreadable(w.Ctx, errors.New("the message has no Message-ID to be recognised by"))
	}
	want, err := w.Step.Mailbox.Arrived.Resolve(w.Lookup)
	if err != nil {
		return judge.BadValue(err)
	}
	var there []sighting
	j, ok := w.until("Message-ID "+w.Handed.ID, func(seen []sighting) bool {
		there = there[:0]
		for i := range seen {
			if seen[i].MessageID == w.Handed.ID {
				there = append(there, seen[i])
			}
		}
		return len(there) > want.Copies
	})
	switch {
	case len(there) > 0 && (ok || j.Reason == result.Timeout):
	case j.Reason == result.Timeout:
		j.Message = fmt.Sprintf("accepted by the server, but not seen in the mailbox within %s", timespan.String(w.Limit))
		j.Hint = "a 250 is a promise only: look for " + result.Shown(w.Handed.ID) + " in the log and the queue of the server, and in other folders of the mailbox, such as that for spam"
		return j
	default:
		return j
	}
	w.Delivered = max(1, there[0].at.Sub(w.Handed.At))
	j = w.worst(append([]judge.Judgement{w.saw("the message", w.Handed.ID, &there[0]), w.copies(want, len(there))}, w.inspect(want, &there[0])...))
	for i := range there {
		j = w.remove(j, there[i].Message)
	}
	return j
}

// worst returns the judgement that decides, the first of its kind; what the
// others say are notes.
func (w *Watch) worst(all []judge.Judgement) judge.Judgement {
	decides := 0
	for i := range all {
		if all[i].Status > all[decides].Status {
			decides = i
		}
	}
	for i := range all {
		if i != decides && all[i].Status != result.Pass {
			w.St.Note("also: %s", all[i].Message)
		}
	}
	return all[decides]
}

// copies judges how often the message came.
func (w *Watch) copies(want *scenarios.Arrived, n int) judge.Judgement {
	switch {
	case want.Copies == 0 && n > 1:
		w.St.Note("it came %d times", n)
	case want.Copies != 0 && n != want.Copies:
		j := judge.Failed(want.CopiesPos, "expected %s, got %d", times(want.Copies), n)
		if n > want.Copies {
			j.Hint = "something on the way makes copies: an alias that leads to the mailbox twice, a filter that keeps one and forwards one, or a server that sent again because the answer to its message came too late"
		}
		return j
	}
	return judge.Met()
}

func times(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return fmt.Sprintf("%d copies", n)
}
