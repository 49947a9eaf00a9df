package cli

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

const (
	// quickWork is how long a run may take before anybody wonders.
	quickWork = 2 * time.Second
	// rewrite is the shortest time between two states of the line.
	rewrite = 250 * time.Millisecond
	// longestLine keeps the line within 80 columns.
	longestLine = 79
)

// progress keeps one line on a terminal that says how far a run has come, how
// fast it is and what of it went wrong. It shows nothing of a run that ends
// quickly.
type progress struct {
	w io.Writer

	mu       sync.Mutex
	verdicts result.Counts // of dialogues
	done     int           // dialogues
	planned  int           // dialogues that were begun, or are done
	domains  int           // done
	// list is how many domains the list has, 0 where that is not known or
	// there is no list.
	list    int
	waiting []wait // in the order in which they were begun
	pace    pace
	shown   bool
	begun   time.Time

	quit  chan struct{}
	ended sync.WaitGroup
}

const clearLine = "\r\x1b[K"

// wait is a host and how many of its dialogues are not over.
type wait struct {
	host string
	left int
}

// startProgress begins the line of a run over a list of so many domains; 0
// where that is not known, or there is no list.
func startProgress(w io.Writer, list int) *progress {
	p := &progress{w: w, list: list, begun: time.Now(), quit: make(chan struct{})}
	p.ended.Go(p.redraw)
	return p
}

// stop takes the line away for good.
func (p *progress) stop() {
	close(p.quit)
	p.ended.Wait()
	p.clear()
}

func (p *progress) redraw() {
	ticks := time.NewTicker(rewrite)
	defer ticks.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-ticks.C:
			p.draw()
		}
	}
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.begun) < quickWork {
		return
	}
	_, _ = io.WriteString(p.w, "\r"+p.text(time.Now())+"\x1b[K")
	p.shown = true
}

// text is the line. What it says first matters most; of the rest it has as
// much as there is room for.
func (p *progress) text(now time.Time) string {
	done, all, what := p.done, p.planned, "dialogue"
	if p.list > 0 {
		done, all, what = p.domains, max(p.list, p.domains), "domain"
	}
	p.pace.add(now, done)
	line := fmt.Sprintf("%d of %s", done, count(all, what))
	if p.list > 0 {
		line += fmt.Sprintf(", %d%%", 100*done/all)
	}
	for _, more := range []string{
		some(p.verdicts.Fail, " failed"), some(p.verdicts.Inconclusive, " inconclusive"),
		p.pace.speed(), p.timeLeft(all - done),
	} {
		if more != "" && len(line)+len(", ")+len(more) <= longestLine {
			line += ", " + more
		}
	}
	if len(p.waiting) > 0 {
		line += ", waiting for " + p.waiting[0].host
	}
	if len(line) > longestLine {
		line = line[:longestLine-3] + "..."
	}
	return line
}

// timeLeft guesses for a list alone: with one domain, what is still to come
// are greylists and time-outs, and no guess is worth showing.
func (p *progress) timeLeft(todo int) string {
	if p.list == 0 {
		return ""
	}
	left, ok := p.pace.left(todo)
	if !ok {
		return ""
	}
	return report.Duration(left) + " left"
}

func some(n int, what string) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n) + what
}

// clear makes room for other output.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearLocked()
}

func (p *progress) clearLocked() {
	if p.shown {
		_, _ = io.WriteString(p.w, clearLine)
		p.shown = false
	}
}

// over returns a writer to w that takes the line away before each write.
func (p *progress) over(w io.Writer) io.Writer { return &overwriter{p, w} }

type overwriter struct {
	progress *progress
	w        io.Writer
}

func (o *overwriter) Write(b []byte) (int, error) {
	o.progress.mu.Lock()
	defer o.progress.mu.Unlock()
	o.progress.clearLocked()
	return o.w.Write(b)
}

// began takes the place of Check.Start for the count: a dialogue with a host
// is to come.
func (p *progress) began(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planned++
	for i := range p.waiting {
		if p.waiting[i].host == host {
			p.waiting[i].left++
			return
		}
	}
	p.waiting = append(p.waiting, wait{host, 1})
}

// Routed is part of probe.Watcher.
func (p *progress) Routed(*result.Domain) {}

// Stepped is part of probe.Watcher.
func (p *progress) Stepped(probe.Target, string, *result.Step) {}

// Checked is part of probe.Watcher.
func (p *progress) Checked(t probe.Target, c *result.Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.verdicts.Add(c.Status)
	for i := range p.waiting {
		if p.waiting[i].host != t.Host {
			continue
		}
		if p.waiting[i].left--; p.waiting[i].left == 0 {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
		}
		return
	}
}

// Domain counts a domain that is done. A nil progress counts nothing.
func (p *progress) Domain() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.domains++
}

// counted is a check whose beginnings are counted.
type counted struct {
	probe.Check
	progress *progress
}

// Excuse is part of probe.Excuser.
func (c counted) Excuse(host string, preference uint16) (skip, mayFail string) {
	if e, ok := c.Check.(probe.Excuser); ok {
		return e.Excuse(host, preference)
	}
	return "", ""
}

// SharedBy is part of probe.Sharer.
func (c counted) SharedBy(t probe.Target) any {
	if s, ok := c.Check.(probe.Sharer); ok {
		return s.SharedBy(t)
	}
	return nil
}

// Start is part of probe.Check.
func (c counted) Start(t probe.Target, stepped func(*result.Step)) probe.Trial {
	c.progress.began(t.Host)
	return c.Check.Start(t, stepped)
}
