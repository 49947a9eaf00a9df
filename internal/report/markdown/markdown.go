// Package markdown writes a report in GitHub Flavored Markdown
// (github.github.com/gfm), for a comment of a pull request, the summary of a
// job (GITHUB_STEP_SUMMARY) or a ticket.
//
// A table of addresses and scenarios comes first, then everything that did
// not pass with its dialogue, then what rules found and what to do about it, how a sender would fare, what differs and
// what has changed. Where the table would be long, it has what did not pass
// alone, and the first of what passed stand at the end. All
// text from outside stands in code, where no page acts on it: neither
// Markdown nor HTML, nor what GitHub makes of @names, #numbers and addresses
// afterwards.
//
// A report is never longer than Writer.Limit. What has no room is left out
// and counted: first rows that passed, then dialogues, never a verdict of
// what failed as long as there is room for anything.
package markdown

import (
	"io"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// DefaultLimit is the limit of a report in bytes, which is what GitHub takes
// for the summary of a step. A comment may have 65,536 characters.
const DefaultLimit = 1 << 20

// minLimit leaves room for the headings and the remarks on what is missing.
const minLimit = 4096

// Writer writes one report. It is kept in memory until End, up to the limit.
// One goroutine at a time may use it.
type Writer struct {
	// Limit is the greatest length of the report in bytes, DefaultLimit if
	// it is 0. Values below 4096 are taken as 4096. It is set before the
	// first call of Domain.
	Limit int

	w       io.Writer
	err     error
	header  string
	table   table
	details section // what failed, or is not known
	senders section // how a sender would fare, in a list only where not well
	atOnce  string  // the same for the first domain where it would fare well
	found   section // findings, a row of a table each
	mend    section // what to do about them
	remarks section // warnings, and failures that do not count
	views   section // where vantages disagree
	differs section
	changes section
	notes   section // on domains and hosts
	tally   report.Tally
	ledger  report.Ledger
}

// New returns a writer of Markdown to w. header holds program, run id and
// start of the run; its domains and end are not looked at.
func New(w io.Writer, header *result.Run) *Writer {
	m := &Writer{w: w, found: section{head: findingHead}}
	m.header = header.Program
	if !header.Started.IsZero() {
		m.header += header.Started.UTC().Format(", 2006-01-02 15:04:05 UTC")
	}
	return m
}

func (m *Writer) limit() int {
	if m.Limit == 0 {
		return DefaultLimit
	}
	return max(m.Limit, minLimit)
}

// Domain takes in what was found of one domain.
func (m *Writer) Domain(d *result.Domain) error {
	if m.err != nil {
		return m.err
	}
	most := m.limit()
	m.ledger.Add(d)
	m.tally.Add(d)
	m.sender(d, most)
	m.findings(d, most)
	for e := range report.Entries(d) {
		if e.Finding != nil {
			continue
		}
		m.table.add(&e, most)
		switch k := e.Kind(); {
		case k == report.Failed || k == report.Unknown:
			m.details.add(most, detail(&e), failureLine(&e))
		case k == report.Excused || e.Status() == result.Warn:
			m.remarks.add(most, failureLine(&e))
		}
	}
	for _, n := range d.Notes {
		m.notes.add(most, "- "+code(report.Title(d))+": "+code(n)+"\n")
	}
	for i := range d.Hosts {
		for _, n := range d.Hosts[i].Notes {
			m.notes.add(most, "- "+code(d.Hosts[i].Name)+": "+code(n)+"\n")
		}
	}
	for i := range d.Disagreements {
		m.views.add(most, difference(d, &d.Disagreements[i]))
	}
	for i := range d.Differences {
		m.differs.add(most, difference(d, &d.Differences[i]))
	}
	for i := range d.Changes {
		m.changes.add(most, change(d, &d.Changes[i]))
	}
	return nil
}

// sender keeps how a sender would fare. Of a list, that all is well with a
// domain is no news.
func (m *Writer) sender(d *result.Domain, most int) {
	for _, s := range report.SendersFrom(d) {
		m.senders.add(most, "- "+code(report.Title(d))+": "+code(s)+"\n")
	}
	if d.Sender == nil {
		return
	}
	line := "- " + code(report.Title(d)) + ": " + code(report.SendersView(d)) + "\n"
	switch {
	case d.Sender.View != result.ViewAtOnce:
		m.senders.add(most, line)
	case m.tally.Domains.Total() == 1:
		m.atOnce = line
	}
}

// End writes the report.
func (m *Writer) End(end *result.End) error {
	if m.err != nil {
		return m.err
	}
	_, m.err = io.WriteString(m.w, m.document(end))
	return m.err
}

func (m *Writer) document(end *result.End) string {
	verdict := end.Status
	missing := m.ledger.Missing(end)
	if missing != "" && verdict <= result.Warn {
		verdict = result.Fail
	}
	head := "## " + mark(verdict) + " mxprobe\n\n" + m.summary(end)
	if missing != "" {
		head += "\n" + mark(result.Fail) + ": " + code(cut(missing)) + "\n"
	}
	tail := ""
	if m.header != "" {
		tail = "\n" + code(m.header) + "\n"
	}
	head += tables(end.List)
	const reserve = 1024 // for headings and remarks of sections
	room := m.limit() - len(head) - len(tail) - reserve
	// The table may have the half, what failed the rest, and all others what
	// is left; but nothing is kept free that nobody needs.
	rows := m.table.render(max(room/2, room-m.details.size()))
	room -= len(rows)
	body := head + rows
	if m.tally.Domains.Total() == 1 && m.atOnce != "" {
		m.senders.add(m.limit(), m.atOnce)
	}
	for _, s := range []struct {
		title string
		*section
	}{
		{"What did not pass", &m.details},
		{"What was found", &m.found},
		{"What to do", &m.mend},
		{"How a sender would fare", &m.senders},
		{"Where vantages disagree", &m.views},
		{"What changed", &m.changes},
		{"Warnings, and failures that do not count", &m.remarks},
		{"What differs", &m.differs},
		{"Notes", &m.notes},
	} {
		text := s.render(s.title, room)
		room -= len(text)
		body += text
	}
	return body + m.table.renderPassed(room) + tail
}

func (m *Writer) summary(end *result.End) string {
	s := m.tally.Words() + " in " + report.Duration(end.Millis.Duration()) + ".\n"
	for _, n := range end.Notes {
		s += "\n" + code(cut(n)) + "\n"
	}
	return s
}
