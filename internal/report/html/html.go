// Package html writes the report of a run as one HTML file that needs nothing
// else: no network, no second file, and no script to be read.
//
// What a server said gets into the page as text only. Every value that a
// template shows is made printable and escaped (see escape.go), and templates
// put values into text and into quoted attributes, nowhere else. Beyond that
// the page forbids itself every request and every script and style but its
// own by a Content-Security-Policy.
//
// The page begins with the sentence that matters most, and what went wrong
// comes before what went well; both are known at the end of the run only. The
// writer therefore holds the page, not the results, until End: about 30 MiB
// at most, however many domains there are (see budget.go).
package html

import (
	"bytes"
	"io"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// Writer collects the domains of a run and writes the page at its end. One
// goroutine at a time may use it.
type Writer struct {
	// Again returns a command that looks closer at what went wrong, or
	// nothing, as report.Options has it. A nil Again shows none.
	Again func(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string

	w         io.Writer
	err       error
	header    header
	templates executor
	budget    budget
	domains   []fragment
	ids       idSet
	seen      tally
	shown     result.Counts // entries that the filter knows
	kept      result.Counts // domains of the page
	left      leftOut
	ledger    report.Ledger
}

// executor is a set of templates.
type executor interface {
	ExecuteTemplate(w io.Writer, name string, data any) error
}

// fragment is one domain of the page. Whether it is open is known at the end.
type fragment struct {
	domain domainView
	body   []byte // nil: there was no room for more than a line
}

// New returns a writer of a page to w. Of header, the program, the run id and
// the start are looked at.
func New(w io.Writer, header *result.Run) *Writer {
	t, err := load()
	return &Writer{w: w, err: err, header: headerOf(header), templates: t, budget: newBudget(), ids: idSet{}, seen: newTally()}
}

// Domain adds a domain to the page. Nothing is written yet; d may be changed
// afterwards.
func (w *Writer) Domain(d *result.Domain) error {
	if w.err != nil {
		return w.err
	}
	w.seen.add(d)
	w.ledger.Add(d)
	if w.budget.full(d.Status) || w.kept.Of(d.Status) >= maxDomains {
		w.left.domains.Add(d.Status) // not even an id is kept
		return nil
	}
	v := w.domainView(d)
	body := w.domainBody(d, &v)
	if w.err != nil {
		return w.err
	}
	if body == nil && !w.budget.takeLine(d.Status, v.lineSize()) {
		w.left.domains.Add(d.Status)
		return nil
	}
	w.kept.Add(d.Status)
	w.domains = append(w.domains, fragment{domain: v.head(), body: body})
	return nil
}

// End writes the page. After an error of the writer below, every call
// returns that error.
func (w *Writer) End(end *result.End) error {
	p := w.pageView(end)
	w.write("top", p)
	for i := range p.Groups {
		g := &p.Groups[i]
		w.write("group", g)
		for _, n := range g.members {
			w.fragment(&w.domains[n], p)
		}
		w.write("group-end", g)
	}
	w.write("bottom", p)
	return w.err
}

func (w *Writer) fragment(f *fragment, p *pageView) {
	if f.body == nil {
		w.write("line", &f.domain)
		return
	}
	f.domain.Open = p.opens(f.domain.Verdict)
	w.write("domain", &f.domain)
	w.bytes(f.body)
	w.write("domain-end", &f.domain)
}

// write writes one part of the page.
func (w *Writer) write(part string, data any) { w.bytes(w.render(part, data)) }

func (w *Writer) bytes(b []byte) {
	if w.err == nil && len(b) > 0 {
		_, w.err = w.w.Write(b)
	}
}

// render fills one template in.
func (w *Writer) render(part string, data any) []byte {
	if w.err != nil {
		return nil
	}
	var b bytes.Buffer
	w.err = w.templates.ExecuteTemplate(&b, part, data)
	return b.Bytes()
}
