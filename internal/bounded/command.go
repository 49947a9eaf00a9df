package bounded

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// maxComplaint is how much is kept of what a program writes as its error.
const maxComplaint = 4 << 10

// patience is how long a program that was killed may keep its output open, by a
// child that it left.
const patience = 500 * time.Millisecond

// CommandError says why a program gave no output. Complaint is the first line
// that it wrote as its error, as it came.
type CommandError struct {
	Complaint string
	cause     error
}

func (e *CommandError) Error() string { return e.cause.Error() }

// Unwrap returns the error of os/exec.
func (e *CommandError) Unwrap() error { return e.cause }

// Output runs a program and returns what it prints, at most so many bytes. When
// ctx ends it is killed, and what it started with it. The error is a *SizeError,
// a *LateError or a *CommandError.
func Output(ctx context.Context, argv []string, limit int) ([]byte, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	inGroup(cmd)
	return output(ctx, cmd, limit)
}

func output(ctx context.Context, cmd *exec.Cmd, limit int) ([]byte, error) {
	// A child that keeps the pipe open must not keep us.
	cmd.WaitDelay = patience
	out, complaint := upTo{limit: limit}, upTo{limit: maxComplaint, drops: true}
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	switch {
	case out.over:
		return nil, &SizeError{limit}
	case ctx.Err() != nil:
		return nil, &LateError{context.Cause(ctx)}
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		line, _, _ := strings.Cut(strings.TrimSpace(string(complaint.b)), "\n")
		return nil, &CommandError{line, err}
	case err != nil:
		return nil, &CommandError{cause: errors.New("it ended and left a program that keeps its output open")}
	}
	return out.b, nil
}

// upTo keeps what a program writes up to a limit. What is beyond is dropped, or
// writing fails, which ends a program that never stops.
type upTo struct {
	b     []byte
	limit int
	drops bool
	over  bool
}

func (u *upTo) Write(p []byte) (int, error) {
	room := u.limit - len(u.b)
	if len(p) <= room {
		u.b = append(u.b, p...)
		return len(p), nil
	}
	if u.over = true; u.drops {
		u.b = append(u.b, p[:room]...)
		return len(p), nil
	}
	return 0, fmt.Errorf("more than %d bytes", u.limit)
}
