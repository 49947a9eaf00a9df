package mailroom

import (
	"fmt"
	"time"

	"mxprobe/internal/timespan"
	"mxprobe/internal/trace"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// clockStep is how exact the times of servers are (RFC 5322 section 3.3).
const clockStep = time.Second

// hops judges how long each server on the way had the message, by what the
// servers wrote down. Where their clocks do not agree nothing is sure, so that
// nothing fails.
func (w *Watch) hops(limit scenarios.Limit, hops []trace.Hop) []judge.Judgement {
	skewed, timed := false, 0
	for i := range hops {
		skewed = skewed || hops[i].Skewed()
		if hops[i].Timed {
			timed++
		}
	}
	if timed == 0 {
		w.St.Note("no two servers on the way wrote when they had it: there is no hop to time")
	}
	var out []judge.Judgement
	for i := range hops {
		h := &hops[i]
		j := judge.Judgement{Reason: result.Slow, Pos: limit.Pos}
		bound := limit.Fail
		switch {
		case !h.Timed:
			continue
		case limit.Fail > 0 && h.Delay-clockStep >= limit.Fail:
			j.Status = result.Fail
		case limit.Warn > 0 && h.Delay-clockStep >= limit.Warn:
			j.Status, bound = result.Warn, limit.Warn
		default:
			continue
		}
		j.Message = fmt.Sprintf("it took %v to %s, the limit is %s", h.Delay.Round(time.Second), result.Shown(h.By), timespan.String(bound))
		if skewed {
			j.Status = result.Warn
			j.Message += "; but the clocks on the way do not agree"
		}
		out = append(out, j)
	}
	return out
}
