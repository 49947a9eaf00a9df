package markdown

import (
	"slices"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// table has a row for each address, host or domain, and a column for each
// scenario.
type table struct {
	scenarios []string
	rows      []row
	good, bad int // bytes of the rows, as counted by cost
	leftGood  int
	leftBad   int
}

type row struct {
	subject, host, address string
	worst                  result.Verdict
	bad                    bool // something failed or is not known
	// verdicts are those of the scenarios, by their column. A scenario that
	// was given twice has two.
	verdicts map[int][]result.Verdict
}

// cost is about what a row takes.
func (r *row) cost() int { return len(r.subject) + len(r.host) + len(r.address) + 64 }

// add adds an entry: to the last row if it is of the same address.
func (t *table) add(e *report.Entry, most int) {
	r := row{subject: e.Subject(), worst: e.Status()}
	if e.Host != nil {
		r.host = e.Host.Name
	}
	if e.Address != nil {
		r.address = report.HostPort(e.Address.IP, e.Address.Port)
	}
	r.bad = e.Kind() == report.Failed || e.Kind() == report.Unknown
	if n := len(t.rows); e.Check != nil && n > 0 && t.rows[n-1].sameAs(&r) && t.rows[n-1].verdicts != nil {
		last := &t.rows[n-1]
		last.worst = result.Worst(last.worst, r.worst)
		last.bad = last.bad || r.bad
		last.play(t.column(e.Scenario()), e.Status())
		return
	}
	spent, left := &t.good, &t.leftGood
	if r.bad {
		spent, left = &t.bad, &t.leftBad
	}
	if *spent+r.cost() > most {
		*left++
		return
	}
	*spent += r.cost()
	if e.Check != nil {
		r.play(t.column(e.Scenario()), e.Status())
	}
	t.rows = append(t.rows, r)
}

func (r *row) sameAs(o *row) bool {
	return r.subject == o.subject && r.host == o.host && r.address == o.address
}

func (r *row) play(column int, v result.Verdict) {
	if r.verdicts == nil {
		r.verdicts = map[int][]result.Verdict{}
	}
	r.verdicts[column] = append(r.verdicts[column], v)
}

func (t *table) column(scenario string) int {
	i := slices.Index(t.scenarios, scenario)
	if i < 0 {
		i = len(t.scenarios)
		t.scenarios = append(t.scenarios, scenario)
	}
	return i
}

// render returns the table in at most room bytes, a remark not counted. Rows
// that passed are the first to go.
func (t *table) render(room int) string {
	if len(t.rows)+t.leftGood+t.leftBad == 0 {
		return ""
	}
	head := "\n| | Domain | Host | Address |"
	rule := "\n|-|-|-|-|"
	for _, s := range t.scenarios {
		head += " " + cell(s) + " |"
		rule += "-|"
	}
	lines, left := t.choose(room - len(head) - len(rule))
	text := head + rule + "\n" + strings.Join(lines, "")
	if left > 0 {
		text += remark(left)
	}
	return text
}

// choose returns the lines of the rows for which there is room: what is bad
// first, in the order of the table.
func (t *table) choose(room int) (lines []string, left int) {
	all := make([]string, len(t.rows))
	for _, bad := range []bool{true, false} {
		for i := range t.rows {
			if t.rows[i].bad != bad {
				continue
			}
			if l := t.line(&t.rows[i]); len(l) <= room {
				all[i] = l
				room -= len(l)
			} else {
				left++
			}
		}
	}
	return all, left + t.leftGood + t.leftBad
}

func (t *table) line(r *row) string {
	address := cell(r.address)
	if r.host != "" && address == "" {
		address = "none"
	}
	l := "| " + mark(r.worst) + " | " + cell(r.subject) + " | " + cell(r.host) + " | " + address + " |"
	for i := range t.scenarios {
		var words []string
		for _, v := range r.verdicts[i] {
			words = append(words, mark(v))
		}
		l += " " + strings.Join(words, ", ") + " |"
	}
	return l + "\n"
}
