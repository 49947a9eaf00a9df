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
	worst                       First[Line]
}

// Line is all there is to say of a domain in a line.
type Line struct {
	Verdict  result.Verdict
	Sentence string
}

// NewOverview returns an overview that keeps so many of the worst domains.
func NewOverview(most int) *Overview {
	return &Overview{worst: NewFirst[Line](most)}
}

// Add counts a domain.
func (o *Overview) Add(d *result.Domain) {
	o.Tally.Add(d)
	o.causes.add(causeOf(d), d.Status)
	o.providers.add(Provider(d), d.Status)
	o.software.add(Software(d), d.Status)
	if !passed(d.Status) && o.worst.Room(d.Status) {
		o.worst.Add(d.Status, Line{d.Status, Sentence(d)})
	}
}

// Long reports whether there were too many domains to be seen at once.
func (o *Overview) Long() bool { return o.Domains.Total() > LongList }

// Worst returns the domains that did not pass, those to be looked at first in
// front, and how many more there are.
func (o *Overview) Worst() (lines []Line, more int) {
	lines = o.worst.All()
	return lines, o.Domains.Fail + o.Domains.Inconclusive + o.Domains.NotRun - len(lines)
}

func passed(v result.Verdict) bool {
	return v == result.Pass || v == result.Warn || v == result.Skip
}

// Table is a table with its heading, for people.
type Table struct {
	Title string
	result.Table
}

// Tables returns what was counted, of each table so many rows.
func (o *Overview) Tables(most int) []Table { return Tables(o.List(most)) }

// List returns what was counted, of each table so many rows.
func (o *Overview) List(most int) *result.List {
	return &result.List{Domains: o.Domains, Causes: o.causes.top(most), Providers: o.providers.top(most), Software: o.software.top(most)}
}

// Tables returns the tables of a list that have rows, with causes in words.
func Tables(l *result.List) []Table {
	causes := l.Causes
	causes.Rows = slices.Clone(causes.Rows)
	for i := range causes.Rows {
		causes.Rows[i].Name = inWords(causes.Rows[i].Name)
	}
	var all []Table
	for _, t := range []Table{{"By cause", causes}, {"By provider", l.Providers}, {"By software", l.Software}} {
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// counter counts verdicts by name, those of names for which there is no room
// together.
type counter struct {
	names map[string]*result.Counts
	other result.Counts
}

func (c *counter) add(name string, v result.Verdict) {
	if name == "" {
		return
	}
	n := c.names[name]
	if n == nil {
		if len(c.names) >= maxNames {
			c.other.Add(v)
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

// top returns the names with most domains, and all others together.
func (c *counter) top(most int) result.Table {
	t := result.Table{Rows: []result.Row{}, Others: c.other}
	for _, name := range slices.Sorted(maps.Keys(c.names)) {
		t.Rows = append(t.Rows, result.Row{Name: name, Domains: *c.names[name]})
	}
	slices.SortStableFunc(t.Rows, func(a, b result.Row) int { return cmp.Compare(b.Domains.Total(), a.Domains.Total()) })
	for i := most; i < len(t.Rows); i++ {
		t.Others.AddAll(&t.Rows[i].Domains)
	}
	t.Rows = t.Rows[:min(len(t.Rows), most)]
	return t
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

// causeOf is what is behind the verdict of a domain: the name of the cause of the
// entry that decided it, else its rule or its reason; nothing where all is well.
func causeOf(d *result.Domain) string {
	if d.Status == result.Pass || d.Status == result.Skip {
		return ""
	}
	e := Worst(d)
	switch {
	case e.Check != nil && e.Check.Cause != "":
		return clean(e.Check.Cause)
	case e.Finding != nil:
		return clean(e.Finding.ID)
	case e.Reason() != result.None:
		return clean(string(e.Reason()))
	}
	return clean(string(d.Reason))
}

// inWords is the name of a cause or a reason as people read it. A rule keeps its
// name, by which it is explained.
func inWords(cause string) string {
	if strings.Contains(cause, ".") {
		return cause
	}
	return strings.NewReplacer("-", " ", "_", " ").Replace(cause)
}
