package fault

import (
	"context"
	"errors"
	"time"

	"mxprobe/probe/result"
)

// Over reports whether the time of ctx is up. A socket may notice that before
// ctx does, and the end of the run must not be taken for silence of a server.
func Over(ctx context.Context) bool {
	if until, ok := ctx.Deadline(); ok && !time.Now().Before(until) {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// StopReason tells why ctx ended, for what could not be done any more.
func StopReason(ctx context.Context) result.Reason {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return result.Deadline
	}
	return result.Interrupted
}

// StopMessage tells the same in words.
func StopMessage(ctx context.Context) string {
	cause := context.Cause(ctx)
	switch {
	case cause == nil, errors.Is(cause, context.Canceled):
		return "stopped"
	case errors.Is(cause, context.DeadlineExceeded):
		return "the time for the whole run was over"
	}
	return cause.Error()
}
