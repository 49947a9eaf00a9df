package report

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// differences writes what hosts and addresses, or vantages, do not agree in.
func (e *encoder) differences(name string, all []result.Difference) {
	if len(all) == 0 {
		return
	}
	e.list(name)
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

// Matters returns the differences that make a difference to a sender: whether
// it finds TLS, a login, room for its message, SMTPUTF8 and DSN, and whether it
// can trust the server. rest are the others.
func Matters(all []result.Difference) (some, rest []result.Difference) {
	for i := range all {
		if len(differsIn(&all[i])) > 0 {
			some = append(some, all[i])
		} else {
			rest = append(rest, all[i])
		}
	}
	return some, rest
}

// differsIn names what matters to a sender in a property, nothing where
// nothing does.
func differsIn(x *result.Difference) []string {
	for _, whole := range []string{"TLS version", "certificate", "DANE", "MTA-STS"} {
		if strings.HasPrefix(x.Property, whole) {
			return []string{whole}
		}
	}
	list, ok := strings.CutPrefix(strings.TrimSuffix(x.Property, " under TLS"), "keyword")
	if !ok {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(strings.TrimPrefix(list, "s"), ",") {
		switch name = strings.TrimSpace(name); name {
		case "STARTTLS", "AUTH", "SIZE", "SMTPUTF8", "DSN":
			names = append(names, name)
		}
	}
	return names
}

// differences writes in what hosts and addresses do not agree: what matters to
// a sender, in a line where all is well, and everything where more is asked
// for. A quiet report leaves them out: they are there every time.
func (p *page) differences(d *result.Domain, verbose int) {
	all, _ := Matters(d.Differences)
	if verbose > 0 {
		all = d.Differences
	}
	if len(all) == 0 || verbose < 0 {
		return
	}
	p.blank()
	if d.Status == result.Pass && verbose == 0 {
		var names []string
		for i := range all {
			for _, name := range differsIn(&all[i]) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		p.text("", "", "Its hosts differ in "+strings.Join(names, ", ")+"; -v shows how.")
		p.blank()
		return
	}
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
