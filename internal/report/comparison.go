package report

import (
	"fmt"

	"mxprobe/probe/result"
)

// differences writes what hosts and addresses do not agree in.
func (e *encoder) differences(all []result.Difference) {
	if len(all) == 0 {
		return
	}
	e.list("differences")
	for i := range all {
		d := &all[i]
		e.open()
		e.str("property", d.Property)
		e.str("message", d.Message)
		e.list("values")
		for j := range d.Values {
			e.open()
			e.str("value", d.Values[j].Value)
			e.strs("where", d.Values[j].Where)
			e.close()
		}
		e.endList()
		e.close()
	}
	e.endList()
}

// changes writes what is not as it was.
func (e *encoder) changes(all []result.Change) {
	if len(all) == 0 {
		return
	}
	e.list("changes")
	for i := range all {
		c := &all[i]
		e.open()
		e.str("kind", c.Kind)
		e.strSome("where", c.Where)
		e.strSome("before", c.Before)
		e.strSome("now", c.Now)
		e.trueSome("regression", c.Regression)
		e.str("message", c.Message)
		e.close()
	}
	e.endList()
}

// maxFindings is how many differences, and how many changes, are shown unless
// more is asked for.
const maxFindings = 12

// differences writes in what hosts and addresses do not agree. A quiet report
// leaves them out: they are there every time.
func (p *page) differences(all []result.Difference, verbose int) {
	if len(all) == 0 || verbose < 0 {
		return
	}
	p.blank()
	p.line("Its hosts differ:")
	for i := range all {
		if i == maxFindings && verbose == 0 {
			p.line("  ", fmt.Sprintf("%d more, -v shows all", len(all)-i))
			break
		}
		p.text("  ", "- ", clean(all[i].Message))
	}
	p.blank()
}

// changes writes what is not as it was. What got worse has a word before it,
// and comes first where not all are shown.
func (p *page) changes(all []result.Change, verbose int) {
	if len(all) == 0 {
		return
	}
	p.blank()
	p.line("Changed since the baseline:")
	shown := 0
	for _, worse := range []bool{true, false} {
		for i := range all {
			if all[i].Regression != worse {
				continue
			}
			if shown++; shown > maxFindings && verbose <= 0 {
				p.line("  ", fmt.Sprintf("%d more, -v shows all", len(all)-maxFindings))
				p.blank()
				return
			}
			if worse {
				p.styled(red, "  ", "worse: ", clean(all[i].Message))
			} else {
				p.text("  ", "- ", clean(all[i].Message))
			}
		}
	}
	p.blank()
}
