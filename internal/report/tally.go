package report

import (
	"fmt"
	"strings"

	"mxprobe/probe/result"
)

// Tally counts what a run came to, the same for every report. The zero value
// has counted nothing.
type Tally struct {
	Domains result.Counts
	// Entries are dialogues, and what is in their place where none was
	// played: a count without these would be false calm.
	Entries result.Counts
	// DeadHosts are hosts without an address, DeadDomains domains without a
	// host, that did not pass.
	DeadHosts, DeadDomains int
}

// Add counts a domain.
func (t *Tally) Add(d *result.Domain) {
	t.Domains.Add(d.Status)
	for e := range Entries(d) {
		t.Entries.Add(e.Status())
	}
	if len(d.Hosts) == 0 && d.Status != result.Pass && d.Status != result.Skip {
		t.DeadDomains++
	}
	for i := range d.Hosts {
		if h := &d.Hosts[i]; len(h.Addresses) == 0 && h.Status >= result.Inconclusive {
			t.DeadHosts++
		}
	}
}

// Words always names the three counts that everybody asks for, and others
// only where there are any.
func (t *Tally) Words() string {
	c := &t.Entries
	s := fmt.Sprintf("%d passed, %d failed, %d skipped", c.Pass, c.Fail, c.Skip)
	if c.Warn > 0 {
		s += ", " + Count(c.Warn, "warning", "warnings")
	}
	if c.Inconclusive > 0 {
		s += fmt.Sprintf(", %d inconclusive", c.Inconclusive)
	}
	if c.NotRun > 0 {
		s += fmt.Sprintf(", %d not run", c.NotRun)
	}
	if dead := t.Dead(); len(dead) > 0 {
		s += ", among them " + strings.Join(dead, " and ") + ","
	}
	return s
}

// Dead names what was counted without a dialogue.
func (t *Tally) Dead() []string {
	var dead []string
	if t.DeadHosts > 0 {
		dead = append(dead, DeadHosts(t.DeadHosts))
	}
	if t.DeadDomains > 0 {
		dead = append(dead, Count(t.DeadDomains, "domain without hosts", "domains without hosts"))
	}
	return dead
}
