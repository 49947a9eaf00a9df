package html

import (
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// matrixView shows every address and every scenario at a glance.
type matrixView struct {
	Columns []string
	Hosts   []matrixHost
	Width   int // columns of the table
	More    int // scenarios that have no column
	Caption string
}

type matrixHost struct {
	Pref  string
	Name  string
	Why   string // what is wrong with the host as a whole
	Hint  string
	Notes []string
	Rows  []matrixRow
}

type matrixRow struct {
	ID      string
	Address string
	Cells   []cellView
	// What stands in place of cells where there is none.
	What  string
	Entry string // the id of the entry it is about
	badge
}

type cellView struct {
	badge
	Entry string
	Title string
	Took  string
}

func matrixOf(d *result.Domain, rows []row) *matrixView {
	if len(rows) == 0 {
		return nil
	}
	columns, more := columnsOf(d)
	m := &matrixView{Width: max(len(columns), 1) + 1, More: more, Caption: report.Title(d)}
	m.Columns = columns
	if len(columns) == 0 {
		m.Columns = []string{"Result"}
	}
	for i := 0; i < len(rows); {
		n := 1
		for i+n < len(rows) && rows[i+n].h == rows[i].h {
			n++
		}
		m.Hosts = append(m.Hosts, matrixHostOf(d, rows[i:i+n], columns))
		i += n
	}
	return m
}

// columnsOf returns the scenarios of a domain in the order in which they
// were played; where it was seen from several vantages, each from each.
func columnsOf(d *result.Domain) (columns []string, more int) {
	seen := map[string]bool{}
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			a := &d.Hosts[i].Addresses[j]
			for c := range a.Named() {
				if c += report.From(a); seen[c] {
					continue
				}
				seen[c] = true
				if len(columns) == maxColumns {
					more++
					continue
				}
				columns = append(columns, c)
			}
		}
	}
	return columns, more
}

func matrixHostOf(d *result.Domain, rows []row, columns []string) matrixHost {
	h := rows[0].h
	m := matrixHost{Name: h.Name, Notes: h.Notes}
	if d.Origin == "mx" || d.Origin == "" {
		m.Pref = strconv.Itoa(int(h.Preference))
	}
	if len(h.Addresses) > 0 {
		m.Why, m.Hint = report.Because(h.Message, h.Reason), h.Hint
		for i := range rows {
			if c := rows[i].c; c != nil && c.Message != "" && strings.HasSuffix(h.Message, c.Message) {
				m.Why = "" // its dialogue says it
			}
		}
	}
	for i := 0; i < len(rows); {
		n := 1
		for i+n < len(rows) && sameAddress(rows[i+n].a, rows[i].a) {
			n++
		}
		m.Rows = append(m.Rows, matrixRowOf(rows[i:i+n], columns))
		i += n
	}
	return m
}

func matrixRowOf(rows []row, columns []string) matrixRow {
	r := &rows[0]
	m := matrixRow{ID: r.rowID, Entry: r.id, badge: badgeOf(r.verdict)}
	switch {
	case r.a == nil:
		m.Address, m.What = "no address", report.Because(r.h.Message, r.h.Reason)
		return m
	case r.a.IP == "":
		m.Address = "socket"
	default:
		m.Address = report.AddressAnywhere(r.a)
	}
	if !slices.ContainsFunc(rows, func(r row) bool { return r.c != nil }) {
		m.What = "no dialogue"
		return m
	}
	m.Cells = make([]cellView, len(columns))
	for i := 0; i < len(rows); {
		a := rows[i].a
		if len(a.Checks) == 0 {
			i++ // a vantage from which nothing was played
			continue
		}
		for name := range a.Named() {
			if at := slices.Index(columns, name+report.From(a)); at >= 0 {
				m.Cells[at] = cellOf(&rows[i])
			}
			i++
		}
	}
	return m
}

// sameAddress reports whether two addresses of a host are one, as several vantages
// spoke to it.
func sameAddress(a, b *result.Address) bool {
	return a == b && a != nil || a != nil && b != nil && a.Vantage != "" && a.IP == b.IP && a.Port == b.Port
}

func cellOf(r *row) cellView {
	what, _ := report.Outcome(r.c)
	v := cellView{badge: badgeOf(r.verdict), Entry: r.id, Title: report.Word(r.verdict) + ": " + cut(what)}
	if r.c.Millis > 0 && r.verdict != result.Skip && r.verdict != result.NotRun {
		v.Took = report.Duration(r.c.Millis.Duration())
	}
	return v
}
