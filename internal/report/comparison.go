package report

import "mxprobe/probe/result"

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
