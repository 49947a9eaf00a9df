package report

import (
	"fmt"
	"slices"

	"mxprobe/probe/result"
)

const (
	// longList is how many domains a list has whose end no longer shows what
	// happened in it.
	longList = 20
	// maxFailures is how many domains are named again at the end of one.
	maxFailures = 20
)

// failures remembers which domains of a list did not pass.
type failures struct {
	domains int
	failed  names
	unsure  names // inconclusive, or not run
}

// names are the first of many, and how many there are.
type names struct {
	first []string
	all   int
}

func (n *names) add(name string) {
	if n.all++; n.all <= maxFailures {
		n.first = append(n.first, name)
	}
}

func (f *failures) add(d *result.Domain) {
	f.domains++
	entry := Word(d.Status) + gap + Title(d)
	switch d.Status {
	case result.Fail:
		f.failed.add(entry)
	case result.Inconclusive, result.NotRun:
		f.unsure.add(entry)
	}
}

// writeTo names those that did not pass at the end of a long list, what failed
// first.
func (f *failures) writeTo(p *page) {
	left := f.failed.all + f.unsure.all
	if f.domains <= longList || left == 0 {
		return
	}
	p.blank()
	p.line(fmt.Sprintf("%d of %d domains did not pass:", left, f.domains))
	named := slices.Concat(f.failed.first, f.unsure.first)
	for _, name := range named[:min(len(named), maxFailures)] {
		p.line("  ", name)
		left--
	}
	if left > 0 {
		p.line("  ", fmt.Sprintf("and %d more", left))
	}
	p.blank()
}
