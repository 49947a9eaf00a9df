package collect

import (
	"fmt"
	"strings"

	"mxprobe/internal/fleet/job"
	"mxprobe/probe/result"
)

// maxNamed is how many domains are named of those without a result.
const maxNamed = 10

// Missing says, after All, of how many domains there is no result, or not from
// every vantage, and names the first of them.
func (c *Collector) Missing() (n int, names string) {
	if c.missing == 0 || c.err != nil {
		return 0, ""
	}
	names = strings.Join(c.named, ", ")
	if c.missing > c.told {
		names += fmt.Sprintf(" and %d more", c.missing-c.told)
	}
	what := "have"
	if c.missing == 1 {
		what = "has"
	}
	return c.missing, fmt.Sprintf("%d of %d domains %s no result: %s", c.missing, c.Job.Domains, what, names)
}

// count notes what is missing of a domain.
func (c *Collector) count(d *Domain) {
	if len(d.Absent) == 0 {
		return
	}
	if c.missing++; len(c.named) >= maxNamed {
		return
	}
	c.told++
	for i := range d.Absent {
		c.named = append(c.named, d.Absent[i].of(d.Domain))
	}
}

// of says of which domain there is no result.
func (a *Absent) of(domain string) string {
	text := result.Shown(domain)
	if a.Vantage != job.Any {
		text += " from " + a.Vantage
	}
	if a.Why != "" {
		text += " (" + a.Why + ")"
	}
	return text
}
