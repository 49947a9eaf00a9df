package html

import (
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// header is what the page says of the call of the program.
type header struct {
	Program, RunID string
	started        time.Time
}

func headerOf(run *result.Run) header {
	return header{Program: run.Program, RunID: run.RunID, started: run.Started}
}

// pageView is what the frame of the page shows.
type pageView struct {
	header
	Badge       badge
	Headline    string
	View        string // a sender's view, where there is one domain
	Started     string
	StartedISO  string
	Took        string
	Exit        int
	ExitMeaning string
	Results     []countView
	Domains     []countView
	Dead        []string // what no dialogue was played with
	Tables      []report.Table
	Missing     string // why the run did not end well although all entries look well
	Notes       []string
	Left        []string
	Verdicts    []badge // those that the filter offers
	Groups      []groupView
	Many        bool

	bad int // domains that are not well
}

// countView is a number with what it counts.
type countView struct {
	badge
	N    int
	What string
}

// groupView is the domains that have the same verdict.
type groupView struct {
	badge
	Title   string
	Folded  bool // of no interest, in a list
	Many    bool
	members []int
}

func (w *Writer) pageView(end *result.End) *pageView {
	p := &pageView{
		header: w.header, Badge: badgeOf(end.Status), Headline: w.seen.headline(end),
		Took: report.Duration(end.Millis.Duration()), Exit: end.Exit, ExitMeaning: exitMeaning(end.Exit),
		Results: counts(&w.seen.Entries), Dead: w.seen.Dead(), Missing: w.ledger.Missing(end), Notes: end.Notes, Many: w.seen.n() > 1,
	}
	if !w.header.started.IsZero() {
		started := w.header.started.UTC()
		p.Started, p.StartedISO = started.Format("2006-01-02 15:04:05 UTC"), started.Format(time.RFC3339)
	}
	if p.Many {
		p.Domains = counts(&w.seen.Domains)
	} else {
		p.View = w.seen.view
	}
	if w.seen.Long() {
		p.Tables = w.seen.Tables(maxTableRows)
	}
	p.Groups = w.groups(p.Many)
	p.Left = w.left.remarks() // groups may have left out some
	for _, v := range report.Order() {
		if !good(v) {
			p.bad += w.seen.Domains.Of(v)
		}
	}
	for _, v := range report.Order() {
		if w.shown.Of(v) > 0 {
			p.Verdicts = append(p.Verdicts, badgeOf(v))
		}
	}
	return p
}

// counts lists what was counted at all, the verdict to be looked at first in
// front.
func counts(c *result.Counts) []countView {
	var all []countView
	for _, v := range report.Order() {
		if n := c.Of(v); n > 0 {
			what := report.Participle(v)
			if v == result.Warn && n > 1 {
				what = "with warnings"
			}
			all = append(all, countView{badge: badgeOf(v), N: n, What: what})
		}
	}
	return all
}

func (w *Writer) groups(many bool) []groupView {
	var all []groupView
	room := maxDomains
	for _, v := range report.Order() {
		g := groupView{badge: badgeOf(v), Many: many, Folded: many && good(v)}
		for i := range w.domains {
			switch {
			case w.domains[i].domain.Verdict != v:
			case room == 0:
				w.left.domains.Add(v)
			default:
				g.members = append(g.members, i)
				room--
			}
		}
		if len(g.members) == 0 {
			continue
		}
		g.Title = report.Count(w.seen.Domains.Of(v), "domain", "domains") + " " + report.Participle(v)
		all = append(all, g)
	}
	return all
}

// maxOpen is how many domains of a list may have gone wrong for these to be
// open at first. Of more, their lines are the better overview.
const maxOpen = 3

// opens reports whether a domain of the page is open at first.
func (p *pageView) opens(v result.Verdict) bool { return !p.Many || !good(v) && p.bad <= maxOpen }

// exitMeaning is the table of the README in a few words.
func exitMeaning(exit int) string {
	switch exit {
	case 0:
		return "all that has to pass passed"
	case 1:
		return "something failed"
	case 2:
		return "nothing was done"
	case 3:
		return "something is not known"
	case 130, 143:
		return "stopped by a signal"
	}
	return ""
}

// remarks say what the page had no room for; a reader must not take it for
// all there is.
func (l *leftOut) remarks() []string {
	var all []string
	for _, v := range report.Order() {
		if n := l.domains.Of(v); n > 0 {
			all = append(all, report.Count(n, "domain", "domains")+" ("+report.Participle(v)+") left out for lack of room")
		}
	}
	n := 0
	for _, v := range report.Order() {
		n += l.details.Of(v)
	}
	if n > 0 {
		all = append(all, "details of "+report.Count(n, "result", "results")+" (domains, hosts and dialogues) left out for lack of room")
	}
	if all != nil {
		all = append(all, "the JSON report of the same run has everything")
	}
	return all
}
