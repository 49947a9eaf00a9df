// Package github writes a report for the log of a job of GitHub Actions: the
// usual text, and an annotation for everything that did not pass, which
// GitHub shows at the line of the scenario and on the page of the run.
//
// An annotation is a workflow command on a line of its own
// (docs.github.com/actions/reference/workflow-commands-for-github-actions),
// written and escaped as @actions/core does. The runner takes commands from
// anything that a job prints, and in an older form from the middle of a line
// too, so the text stands between stop-commands and its token: no server can
// write a command. Annotations follow the text of their domain.
//
// A failure, and what is not known, is an error; a failure that does not
// count, because of may_fail or --require, and a warning are warnings; what is
// only worth knowing is a notice. What one rule found at several places is one
// annotation. GitHub shows ten of each for a step of a job; the text has all of
// them.
package github

import (
	"fmt"
	"io"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// minToken is the length from which a token cannot be guessed, in characters.
const minToken = 16

// Writer writes one report, domain by domain as they come. One goroutine at a
// time may use it.
type Writer struct {
	w      io.Writer
	err    error
	token  string
	text   *report.Text
	said   []byte // by text, not yet passed on
	b      []byte
	ledger report.Ledger
}

// New returns a writer to w. The options are those of the text.
//
// token ends the part of the log in which the runner obeys nothing, and must
// be new for every run and unknown to every server: at least 16 letters,
// digits, - and _ from a random source. With any other token every call of
// Domain and End fails, and nothing is written.
func New(w io.Writer, o report.Options, token string) *Writer {
	g := &Writer{w: w, token: token}
	g.text = report.NewText((*collector)(&g.said), o)
	if !sound(token) {
		g.err = fmt.Errorf("github: a token needs at least %d letters, digits, - and _", minToken)
	}
	return g
}

// collector keeps what is written to it.
type collector []byte

func (c *collector) Write(b []byte) (int, error) {
	*c = append(*c, b...)
	return len(b), nil
}

func sound(token string) bool {
	for _, r := range token {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return len(token) >= minToken
}

// Domain writes the text of a domain and its annotations.
func (g *Writer) Domain(d *result.Domain) error {
	if g.err != nil {
		return g.err
	}
	_ = g.text.Domain(d) // the collector never fails
	g.ledger.Add(d)
	g.fence()
	for e := range report.Entries(d) {
		if e.Finding == nil {
			g.annotate(&e)
		}
	}
	for _, group := range report.Groups(d) {
		g.annotateGroup(d, group)
	}
	return g.flush()
}

// End writes the summary of the text.
func (g *Writer) End(end *result.End) error {
	if g.err != nil {
		return g.err
	}
	_ = g.text.End(end)
	g.fence()
	if why := g.ledger.Missing(end); why != "" {
		g.b = append(g.b, command("error", []property{{"title", "mxprobe"}}, why)...)
	}
	return g.flush()
}

// fence passes on what the text said, between the commands that make it
// harmless.
func (g *Writer) fence() {
	if len(g.said) == 0 {
		return
	}
	g.b = append(g.b, "::stop-commands::"+g.token+"\n"...)
	g.b = append(g.b, g.said...)
	if g.b[len(g.b)-1] != '\n' {
		g.b = append(g.b, '\n')
	}
	g.b = append(g.b, "::"+g.token+"::\n"...)
	g.said = g.said[:0]
}

func (g *Writer) flush() error {
	if len(g.b) > 0 && g.err == nil {
		_, g.err = g.w.Write(g.b)
	}
	g.b = g.b[:0]
	return g.err
}
