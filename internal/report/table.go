package report

import "strings"

// gap stands between two columns.
const gap = "  "

// continued is the indent of what does not fit into a row.
const continued = "      "

// What a column for names is not made narrower than.
const (
	leastScenario = 12
	leastHost     = 15
)

// columns are the widths of a domain's table.
type columns struct {
	verdict, scenario, pref, host, address, outcome, time int
	// ragged is set where the table is too wide: the columns from the
	// address on are then as wide as each row needs.
	ragged bool
}

func measure(rows []row, width int) columns {
	var c columns
	longest := 0 // row from the address on, when ragged
	for i := range rows {
		r := &rows[i]
		c.verdict = max(c.verdict, len(Word(r.verdict)))
		c.scenario = max(c.scenario, cells(r.scenario))
		c.pref = max(c.pref, len(r.pref))
		c.host = max(c.host, cells(r.host))
		c.address = max(c.address, cells(r.address))
		if r.counted {
			c.outcome = max(c.outcome, cells(r.outcome))
			c.time = max(c.time, len(r.time))
			longest = max(longest, cells(r.address)+2*len(gap)+cells(r.outcome)+len(r.time))
		}
	}
	if width > 0 && c.names()+c.address+c.outcome+c.time+2*len(gap) > width {
		c.ragged = true
		// Where some row has to take two lines anyway, the names may be as
		// long as the address beside them allows, or the line itself.
		_ = c.fit(width-max(longest, c.address), leastScenario, leastHost) ||
			c.fit(width-c.address, leastScenario, leastHost) ||
			c.fit(width+len(gap), 1, 1)
	}
	return c
}

// names is the width of the columns before the address, with their gaps.
func (c *columns) names() int {
	n := c.verdict + c.scenario + c.host + 3*len(gap)
	if c.pref > 0 {
		n += c.pref + 1
	}
	return n
}

// fit shortens the names, the longer first, until the columns before the
// address fit into width. It changes nothing and returns false if the names
// would become shorter than they may.
func (c *columns) fit(width, scenarioLeast, hostLeast int) bool {
	before := *c
	for c.names() > width {
		scenario, host := c.scenario-scenarioLeast, c.host-hostLeast
		switch {
		case scenario <= 0 && host <= 0:
			*c = before
			return false
		case scenario >= host:
			c.scenario--
		default:
			c.host--
		}
	}
	return true
}

// row writes a line of the table. What does not fit goes on below, whole:
// no width takes away a verdict or an address.
func (p *page) row(r *row, c *columns) {
	host := pad(shorten(r.host, c.host), c.host)
	if c.pref > 0 {
		host = padLeft(r.pref, c.pref) + " " + host
	}
	line := p.verdict(r.verdict, c.verdict) + gap + pad(shorten(r.scenario, c.scenario), c.scenario) + gap + host
	used := c.names() - len(gap)
	parts := r.parts(c)
	for len(parts) > 0 {
		next := used + len(gap) + cells(parts[0])
		if p.width > 0 && next > p.width && next-trailing(parts[0]) > p.width {
			break
		}
		line += gap + parts[0]
		used = next
		parts = parts[1:]
	}
	p.line(strings.TrimRight(line, " "))
	p.rest(parts)
}

// rest writes the parts of a row that are left, as many on a line as fit.
func (p *page) rest(parts []string) {
	for len(parts) > 0 {
		line := parts[0]
		parts = parts[1:]
		for len(parts) > 0 && cells(continued)+cells(line)+len(gap)+cells(parts[0]) <= p.width {
			line += gap + parts[0]
			parts = parts[1:]
		}
		p.text(continued, "", line)
	}
}

func trailing(s string) int { return len(s) - len(strings.TrimRight(s, " ")) }

// parts are the cells from the address on.
func (r *row) parts(c *columns) []string {
	address, outcome, time := r.address, r.outcome, r.time
	if !c.ragged {
		address = pad(address, c.address)
		if r.counted {
			outcome, time = pad(outcome, c.outcome), pad(time, c.time)
		}
	}
	if time != "" {
		outcome += gap + time
	}
	parts := []string{address}
	if outcome != "" {
		parts = append(parts, outcome)
	}
	return append(parts, r.extras...)
}
