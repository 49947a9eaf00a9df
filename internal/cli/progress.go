package cli

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"mxprobe/probe"
	"mxprobe/probe/result"
)

const (
	// quickWork is how long a run may take before anybody wonders.
	quickWork = 2 * time.Second
	// rewrite is the shortest time between two states of the line.
	rewrite = 250 * time.Millisecond
	// longestText keeps the line within 80 columns, behind a bar, two numbers
	// of six digits and the time.
	longestText = 35
)

// progress keeps one line on a terminal that says how far a run has come. It
// shows nothing of a run that ends quickly.
type progress struct {
	w io.Writer

	mu      sync.Mutex
	done    int
	failed  int
	total   int
	waiting []wait // in the order in which they were begun
	shown   bool
	begun   time.Time
	bar     *progressbar.ProgressBar
	frame   bytes.Buffer // what the bar draws

	quit  chan struct{}
	ended sync.WaitGroup
}

const clearLine = "\r\x1b[K"

// wait is a host and how many of its dialogues are not over.
type wait struct {
	host string
	left int
}

// startProgress begins the line. The checks of a request are counted with
// each address.
func startProgress(w io.Writer) *progress {
	p := &progress{w: w, begun: time.Now(), quit: make(chan struct{})}
	p.bar = progressbar.NewOptions(1,
		progressbar.OptionSetWriter(&p.frame), progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetTheme(progressbar.ThemeASCII), progressbar.OptionSetWidth(12),
		// What is still to come are greylists and time-outs: no guess is worth showing.
		progressbar.OptionSetPredictTime(false), progressbar.OptionShowCount(),
		progressbar.OptionShowDescriptionAtLineEnd())
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
	text := fmt.Sprintf("%d failed", p.failed)
	if len(p.waiting) > 0 {
		text += ", waiting for " + p.waiting[0].host
	}
	if len(text) > longestText {
		text = text[:longestText-3] + "..."
	}
	// A full bar is over for good, and a list may still go on.
	p.bar.ChangeMax(max(p.total, p.done+1))
	_ = p.bar.Set(p.done)
	p.frame.Reset()
	p.bar.Describe(text)
	_, _ = p.w.Write(p.frame.Bytes())
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

// planned takes the place of Check.Start for the count: a dialogue with a
// host is to come.
func (p *progress) planned(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total++
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
	if c.Status == result.Fail {
		p.failed++
	}
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

// counted is a check whose beginnings are counted.
type counted struct {
	probe.Check
	progress *progress
}

// Start is part of probe.Check.
func (c counted) Start(t probe.Target, stepped func(*result.Step)) probe.Trial {
	c.progress.planned(t.Host)
	return c.Check.Start(t, stepped)
}
