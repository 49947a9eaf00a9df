package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// maxLoggedLines is how many lines of a message are shown.
const maxLoggedLines = 20

// sandboxLog writes what is said in the sessions of a sandbox, a line each.
type sandboxLog struct {
	w  io.Writer
	mu sync.Mutex
	// lines counts, for each session, the lines of the message it is in.
	lines map[int]int
}

func newSandboxLog(w io.Writer) *sandboxLog { return &sandboxLog{w: w, lines: make(map[int]int)} }

// add writes one event. What clients say is foreign text.
func (l *sandboxLog) add(e sandbox.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Message {
		if l.lines[e.Session]++; l.lines[e.Session] > maxLoggedLines {
			return
		}
	} else if n := l.lines[e.Session]; n > 0 {
		delete(l.lines, e.Session)
		if n > maxLoggedLines {
			l.line(e, "--", fmt.Sprintf("%d more lines of the client", n-maxLoggedLines))
		}
	}
	speaker := string(e.From) + ":"
	if e.From == '-' {
		speaker = "--"
	}
	l.line(e, speaker, e.Text)
}

func (l *sandboxLog) line(e sandbox.Event, speaker, text string) {
	// Whoever reads it may be gone; the world goes on.
	_, _ = fmt.Fprintf(l.w, "%s #%d %s %s %s\n", time.Now().Format("15:04:05.000"), e.Session,
		result.PrintableString(e.Server), speaker, result.PrintableString(text))
}
