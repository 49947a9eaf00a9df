package cli

import (
	"io"
	"sync"
	"time"

	"golang.org/x/term"

	"mxprobe/probe"
	"mxprobe/probe/result"
)

const (
	// quickWork is how long a run may take before anybody wonders.
	quickWork = 2 * time.Second
	// rewrite is the shortest time between two states of the line.
	rewrite = 250 * time.Millisecond
)

// progress keeps one line on a terminal that says how far a run has come, how
// fast it is and what became of it so far. It shows nothing of a run that ends
// quickly.
type progress struct {
	w io.Writer
	// width is how many columns the terminal has at the moment, 0 where nobody
	// knows.
	width func() int

	mu      sync.Mutex
	done    int // dialogues
	planned int // dialogues that were begun, or are done
	// verdicts are those of the dialogues; ended those of the domains.
	verdicts, ended result.Counts
	// replayed counts the domains that were done in an earlier run.
	replayed int
	// list is set where there are several domains; size is how many, 0 where
	// that is not known.
	list    bool
	size    int
	waiting []wait // in the order in which they were begun
	pace    pace
	moved   reading // when more was done for the last time
	shown   bool
	begun   time.Time

	quit    chan struct{}
	drawing sync.WaitGroup
}

const clearLine = "\r\x1b[K"

// wait is a host and how many of its dialogues are not over.
type wait struct {
	host string
	left int
}

// startProgress begins the line of a run.
func startProgress(w io.Writer, width func() int, list bool, size int) *progress {
	p := &progress{w: w, width: width, list: list, size: size, begun: time.Now(), quit: make(chan struct{})}
	p.drawing.Go(p.redraw)
	return p
}

// progress begins the line of a run over domains, nil where standard error is no terminal
// that can take a line away, or is to be quiet.
func (p *Program) progress(o *output, domains *domainList) *progress {
	fd, ok := terminal(p.Stderr)
	if dumb, _ := p.LookupEnv("TERM"); !ok || o.quiet || dumb == "dumb" {
		return nil
	}
	width := func() int {
		columns, _, err := term.GetSize(fd)
		if err != nil {
			return 0
		}
		return columns
	}
	return startProgress(p.Stderr, width, domains.isList(), domains.size())
}

// stop takes the line away for good. A nil progress has none.
func (p *progress) stop() {
	if p == nil {
		return
	}
	close(p.quit)
	p.drawing.Wait()
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
func (p *progress) over(w io.Writer) io.Writer {
	if p == nil {
		return w
	}
	return &overwriter{p, w}
}

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

// watchers is the line as what sees a run go on, none where there is no line.
func (p *progress) watchers() []probe.Watcher {
	if p == nil {
		return nil
	}
	return []probe.Watcher{p}
}

// Routed is part of probe.Watcher.
func (p *progress) Routed(*result.Domain) {}

// Stepped is part of probe.Watcher.
func (p *progress) Stepped(*probe.Target, string, *result.Step) {}

// Checked is part of probe.Watcher.
func (p *progress) Checked(t *probe.Target, c *result.Check) {
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

// Domain counts a domain that is done, perhaps in an earlier run. A nil progress
// counts nothing.
func (p *progress) Domain(d *result.Domain, replayed bool) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended.Add(d.Status)
	if replayed {
		p.replayed++
	}
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
