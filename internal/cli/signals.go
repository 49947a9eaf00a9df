package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// stopped is the cause of a context that a signal ended.
type stopped struct{ signal os.Signal }

func (s *stopped) Error() string {
	if s.signal == syscall.SIGTERM {
		return "stopped by SIGTERM"
	}
	return "stopped by SIGINT"
}

// untilSignal returns a context that ends at the first SIGINT or SIGTERM with
// a *stopped as its cause. A second signal ends the process at once, as if
// nobody were listening. The caller has to call stop.
func untilSignal() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(&stopped{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// UntilSignal returns a context that ends at the first SIGINT or SIGTERM; StoppedBy
// says at which. The caller has to call stop.
func UntilSignal() (ctx context.Context, stop func()) { return untilSignal() }

// StoppedBy is the exit status of a command whose context a signal ended, ExitOK if
// none did.
func StoppedBy(ctx context.Context) int {
	if s := stoppedBy(ctx); s != nil {
		return outcome{signal: s}.status()
	}
	return ExitOK
}

// outliveReader has the program go on where the reader of standard output or
// standard error goes away, which would end it by SIGPIPE: files are still to
// be written. Writing then fails with syscall.EPIPE.
func outliveReader() {
	// Not signal.Ignore: programs that this one starts would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

// stoppedBy returns the signal that ended ctx, nil if none did.
func stoppedBy(ctx context.Context) os.Signal {
	if s, ok := errors.AsType[*stopped](context.Cause(ctx)); ok {
		return s.signal
	}
	return nil
}
