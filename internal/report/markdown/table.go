package markdown

import (
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// table has a row for each address, host or domain, and a column for each
// scenario; where a domain was seen from several vantages, for each of these.
type table struct {
	scenarios []string
	rows      []*row
	open      *row // the last one, to which checks of its address are added
	lost      bool // whether there was no room for it
	good, bad int  // bytes of the rows, as counted by cost
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
		r.address = report.AddressAnywhere(e.Address)
	}
	r.bad = e.Kind() == report.Failed || e.Kind() == report.Unknown
	column := e.Scenario() + report.From(e.Address)
	if e.Check != nil && t.open != nil && t.open.sameAs(&r) && t.open.verdicts != nil {
		t.more(&r, t.column(column), most)
		return
	}
	if e.Check != nil {
		r.play(t.column(column), e.Status())
	}
	t.keep(&r, most)
}

// more adds another check to the open row. What had no room while it was
// well may have some now that it is bad.
func (t *table) more(r *row, column, most int) {
	o := t.open
	grew := r.bad && !o.bad
	o.worst, o.bad = result.Worst(o.worst, r.worst), o.bad || r.bad
	o.play(column, r.worst)
	if grew && t.lost {
		t.leftGood--
		t.keep(o, most)
	}
}

// keep takes a row into the table if there is room, and leaves it open.
func (t *table) keep(r *row, most int) {
	spent, left := &t.good, &t.leftGood
	if r.bad {
		spent, left = &t.bad, &t.leftBad
	}
	t.open, t.lost = r, *spent+r.cost() > most
	if t.lost {
		*left++
		return
	}
	*spent += r.cost()
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

const (
	// maxWhole is how many rows a table may have that shows all of them.
	maxWhole = 40
	// maxPassed is how many rows that passed follow a longer one.
	maxPassed = 100
)

// whole reports whether the table is short enough to show everything at once.
func (t *table) whole() bool { return len(t.rows)+t.leftGood+t.leftBad <= maxWhole }

// render returns the table in at most room bytes, a remark not counted. A
// long one has no rows that passed; of a short one they are the first to go.
func (t *table) render(room int) string {
	kinds := []func(*row) bool{(*row).isBad, (*row).isMild}
	all := len(t.rows) - t.count((*row).isWell) + t.leftBad
	if t.whole() {
		kinds = append(kinds, (*row).isWell)
		all = len(t.rows) + t.leftBad + t.leftGood
	}
	text, shown := t.write("", room, len(t.rows), kinds...)
	if all > shown {
		text += remark(all - shown)
	}
	return text
}

// renderPassed returns the rows that passed of a long table, as far as
// anybody would read them and there is room.
func (t *table) renderPassed(room int) string {
	if t.whole() {
		return ""
	}
	text, shown := t.write("\n### What passed, or was skipped\n", room, maxPassed, (*row).isWell)
	if rest := t.count((*row).isWell) + t.leftGood - shown; rest > 0 {
		text += "\n**Not shown, because they passed or were skipped: " + strconv.Itoa(rest) + ".**\n"
	}
	return text
}

func (r *row) isBad() bool  { return r.bad }
func (r *row) isWell() bool { return !r.bad && (r.worst == result.Pass || r.worst == result.Skip) }
func (r *row) isMild() bool { return !r.bad && !r.isWell() }

func (t *table) count(is func(*row) bool) int {
	n := 0
	for i := range t.rows {
		if is(t.rows[i]) {
			n++
		}
	}
	return n
}

// write writes a table of at most most rows of the kinds that are to be
// shown, those of the first kind before others where there is no room for
// all, and returns how many they are; nothing without any.
func (t *table) write(title string, room, most int, kinds ...func(*row) bool) (text string, shown int) {
	head := title + "\n| | Domain | Host | Address |"
	rule := "\n|-|-|-|-|"
	for _, s := range t.scenarios {
		head += " " + cell(s) + " |"
		rule += "-|"
	}
	room -= len(head) + len(rule)
	all := make([]string, len(t.rows))
	for _, is := range kinds {
		for i := range t.rows {
			if shown == most || !is(t.rows[i]) {
				continue
			}
			if l := t.line(t.rows[i]); len(l) <= room {
				all[i] = l
				room -= len(l)
				shown++
			}
		}
	}
	if shown == 0 {
		return "", 0
	}
	return head + rule + "\n" + strings.Join(all, ""), shown
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
