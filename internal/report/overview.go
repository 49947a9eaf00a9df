package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

const (
	// LongList is how many domains a list has at most whose report needs no
	// overview: it can be seen at once.
	LongList = 20
	// maxNames is how many different names a table of an overview counts. Names
	// come from elsewhere, and memory must not grow with them.
	maxNames = 10_000
)

// Overview sums a list up in a bounded space: by verdict, by cause, by
// provider, by software, and the worst domains.
type Overview struct {
	Tally
	causes, providers, software counter
	// most is how many of the worst are kept, of each verdict.
	most  int
	worst map[result.Verdict][]Line
}

// Line is all there is to say of a domain in a line.
type Line struct {
	Verdict  result.Verdict
	Sentence string
}

// NewOverview returns an overview that keeps so many of the worst domains.
func NewOverview(most int) *Overview {
	return &Overview{most: most, worst: map[result.Verdict][]Line{}}
}

// Add counts a domain.
func (o *Overview) Add(d *result.Domain) {
	o.Tally.Add(d)
	if c := Cause(d); c != "" {
		o.causes.add(c, d.Status)
	}
	o.providers.add(Provider(d), d.Status)
	o.software.add(Software(d), d.Status)
	if !passed(d.Status) && len(o.worst[d.Status]) < o.most {
		o.worst[d.Status] = append(o.worst[d.Status], Line{d.Status, Sentence(d)})
	}
}

// Long reports whether there were too many domains to be seen at once.
func (o *Overview) Long() bool { return o.Domains.Total() > LongList }

// Worst returns the domains that did not pass, those to be looked at first in
// front, and how many more there are.
func (o *Overview) Worst() (lines []Line, more int) {
	for _, v := range Order() {
		lines = append(lines, o.worst[v]...)
	}
	lines = lines[:min(len(lines), o.most)]
	return lines, o.Domains.Fail + o.Domains.Inconclusive + o.Domains.NotRun - len(lines)
}

func passed(v result.Verdict) bool {
	return v == result.Pass || v == result.Warn || v == result.Skip
}

// Table counts domains by a name.
type Table struct {
	Title string
	Rows  []TableRow
	// More is how many domains have other names.
	More int
}

// TableRow is one name of a table.
type TableRow struct {
	Name    string
	Domains result.Counts
}

// Tables returns what was counted, of each table so many rows.
func (o *Overview) Tables(most int) []Table {
	var all []Table
	for _, t := range []struct {
		title string
		c     *counter
	}{{"By cause", &o.causes}, {"By provider", &o.providers}, {"By software", &o.software}} {
		if rows, more := t.c.top(most); len(rows) > 0 {
			all = append(all, Table{t.title, rows, more})
		}
	}
	return all
}

// counter counts verdicts by name, those of names for which there is no room
// together.
type counter struct {
	names map[string]*result.Counts
	other int
}

func (c *counter) add(name string, v result.Verdict) {
	if name == "" {
		return
	}
	n := c.names[name]
	if n == nil {
		if len(c.names) >= maxNames {
			c.other++
			return
		}
		if c.names == nil {
			c.names = map[string]*result.Counts{}
		}
		n = &result.Counts{}
		c.names[name] = n
	}
	n.Add(v)
}

// top returns the names with most domains, and how many domains have others.
func (c *counter) top(most int) (rows []TableRow, more int) {
	for _, name := range slices.Sorted(maps.Keys(c.names)) {
		rows = append(rows, TableRow{name, *c.names[name]})
	}
	slices.SortStableFunc(rows, func(a, b TableRow) int { return cmp.Compare(b.Domains.Total(), a.Domains.Total()) })
	more = c.other
	for _, r := range rows[min(len(rows), most):] {
		more += r.Domains.Total()
	}
	return rows[:min(len(rows), most)], more
}

// Worst is the entry that decided a domain: the first that has its verdict;
// the domain itself where none has.
func Worst(d *result.Domain) Entry {
	for e := range Entries(d) {
		if e.Status() == d.Status && (e.Host != nil || e.Finding != nil) {
			return e
		}
	}
	return Entry{Domain: d}
}

// Cause is what is behind the verdict of a domain, in words: the cause of the
// entry that decided it, else its rule or its reason; nothing where all is
// well.
func Cause(d *result.Domain) string {
	if d.Status == result.Pass || d.Status == result.Skip {
		return ""
	}
	e := Worst(d)
	if c := e.Cause(); c != "" {
		return c
	}
	if e.Finding != nil {
		return clean(e.Finding.ID)
	}
	reason := e.Reason()
	if reason == result.None {
		reason = d.Reason
	}
	return clean(strings.ReplaceAll(string(reason), "_", " "))
}
