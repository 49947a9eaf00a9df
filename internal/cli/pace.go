package cli

import (
	"fmt"
	"time"
)

const (
	// paceEvery is the time between two samples of a pace, and paceSpan how
	// many are kept: the pace is the one of the last half minute, since a list
	// may begin with hosts that never answer.
	paceEvery = time.Second
	paceSpan  = 30
	// paceLeast is how many have to be done before a guess is worth showing.
	paceLeast = 20
)

// pace is how fast something gets done, over the last half minute.
type pace struct {
	samples []reading // the oldest first
	last    reading
}

type reading struct {
	at   time.Time
	done int
}

// add says how much is done at a time.
func (p *pace) add(now time.Time, done int) {
	p.last = reading{now, done}
	if n := len(p.samples); n > 0 && now.Sub(p.samples[n-1].at) < paceEvery {
		return
	}
	if len(p.samples) > paceSpan {
		p.samples = p.samples[:copy(p.samples, p.samples[1:])]
	}
	p.samples = append(p.samples, p.last)
}

// rate is how many are done in a second; 0 where that is not known yet.
func (p *pace) rate() float64 {
	if len(p.samples) == 0 || p.last.done < paceLeast {
		return 0
	}
	took := p.last.at.Sub(p.samples[0].at)
	if took < paceEvery {
		return 0
	}
	return float64(p.last.done-p.samples[0].done) / took.Seconds()
}

// speed is the rate in words, or nothing.
func (p *pace) speed() string {
	switch r := p.rate(); {
	case r <= 0:
		return ""
	case r < 1:
		return fmt.Sprintf("%.0f/min", max(r*60, 1))
	case r < 10:
		return fmt.Sprintf("%.1f/s", r)
	default:
		return fmt.Sprintf("%.0f/s", r)
	}
}

// left is how long todo more will take at this rate, in whole seconds; ok is
// false where nobody can say.
func (p *pace) left(todo int) (d time.Duration, ok bool) {
	r := p.rate()
	if r <= 0 || todo < 0 {
		return 0, false
	}
	seconds := float64(todo) / r
	if seconds > (1000 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second), true
}
