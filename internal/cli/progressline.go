package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mxprobe/internal/report"
)

const (
	// usualColumns is the width of a terminal that does not say its own.
	usualColumns = 80
	// leastName is how much of the name of a host is worth showing.
	leastName = 8
	// standstill is how long a list may stand still before the line says whom it
	// waits for.
	standstill = 3 * time.Second
)

// part is a piece of the line. Where there is no room for all, those with the
// highest rank go first.
type part struct {
	text string
	rank int
}

// text is the line: within the width of the terminal, since a line that wraps
// cannot be taken away again.
func (p *progress) text(now time.Time) string {
	room := usualColumns
	if p.width != nil {
		if n := p.width(); n > 0 {
			room = n
		}
	}
	room-- // a character in the last column makes some terminals wrap
	line := fittingIn(p.parts(now), room)
	return line + p.waitingFor(now, room-utf8.RuneCountInString(line))
}

// parts are all there is to say but whom the run waits for.
func (p *progress) parts(now time.Time) []part {
	done, all, counts := p.done, max(p.planned, p.done), &p.verdicts
	if p.list {
		counts = &p.ended
		done = counts.Total()
		all = max(p.size, done)
	}
	p.pace.add(now, done-p.replayed)
	if done != p.moved.done || p.moved.at.IsZero() {
		p.moved = reading{now, done}
	}
	var parts []part
	switch {
	case !p.list:
		parts = append(parts, part{fmt.Sprintf("%d of %s", done, count(all, "dialogue")), 0})
	case p.size == 0:
		parts = append(parts, part{count(done, "domain"), 0})
	default:
		parts = append(parts, part{fmt.Sprintf("%d of %s", done, count(all, "domain")), 0}, part{strconv.Itoa(100*done/all) + "%", 3})
	}
	parts = append(parts, part{some(counts.Fail, " failed"), 1}, part{some(counts.Inconclusive, " inconclusive"), 2})
	if p.list {
		parts = append(parts, part{some(counts.Warn, " with warnings"), 7}, part{some(counts.Pass, " passed"), 6},
			part{some(counts.Skip, " skipped"), 8}, part{some(counts.NotRun, " not run"), 2}, part{some(p.replayed, " from the journal"), 9})
	}
	return append(parts, part{p.pace.speed(), 5}, part{p.timeLeft(all - done), 4})
}

// fittingIn puts parts together as far as there is room, the most important ones
// at any rate.
func fittingIn(parts []part, room int) string {
	const ranks = 9
	for most := ranks; ; most-- {
		var texts []string
		for _, p := range parts {
			if p.text != "" && p.rank <= most {
				texts = append(texts, p.text)
			}
		}
		line := strings.Join(texts, ", ")
		if utf8.RuneCountInString(line) <= room {
			return line
		}
		if most == 0 {
			return string([]rune(line)[:max(room, 0)])
		}
	}
}

// waitingFor is the host whose dialogue was begun first of those that are not
// over: of a list only where it stands still, since somebody is always waited for.
func (p *progress) waitingFor(now time.Time, room int) string {
	const before, cut = ", waiting for ", "..."
	if len(p.waiting) == 0 || p.list && now.Sub(p.moved.at) < standstill || room < len(before)+leastName {
		return ""
	}
	host := []rune(p.waiting[0].host)
	if room -= len(before); len(host) > room {
		return before + string(host[:room-len(cut)]) + cut
	}
	return before + string(host)
}

// timeLeft guesses for a list alone: with one domain, what is still to come
// are greylists and time-outs, and no guess is worth showing.
func (p *progress) timeLeft(todo int) string {
	if p.size == 0 {
		return ""
	}
	left, ok := p.pace.left(todo)
	if !ok {
		return ""
	}
	if left < time.Minute {
		return fmt.Sprintf("%.0fs left", left.Seconds())
	}
	return report.Duration(left) + " left"
}

func some(n int, what string) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n) + what
}
