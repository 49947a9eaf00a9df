package reporttest

import (
	"time"

	"mxprobe/probe/result"
)

// Again stands for report.Options.Again.
func Again(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string {
	s := "mxprobe run"
	if c != nil && c.FailedStep != nil && *c.FailedStep > 0 {
		s += " bad-sender.yaml"
	}
	s += " -d " + d.Domain
	if h != nil {
		s += " --only " + h.Name
	}
	return s + " -v"
}

// EndOf sums domains up as a run does, with the exit status of the table in
// the README.
func EndOf(domains ...*result.Domain) *result.End {
	end := &result.End{V: result.Version, Type: "end", Millis: 900 * ms}
	for _, d := range domains {
		end.Status = result.Worst(end.Status, d.Status)
		for i := range d.Hosts {
			for j := range d.Hosts[i].Addresses {
				for _, c := range d.Hosts[i].Addresses[j].Checks {
					end.Dialogues.Add(c.Status)
					for k := range c.Steps {
						end.Steps.Add(c.Steps[k].Status)
					}
				}
			}
		}
	}
	if len(domains) > 1 {
		end.List = listOf(domains)
	}
	switch end.Status {
	case result.Fail:
		end.Exit = 1
	case result.Inconclusive, result.NotRun:
		end.Exit = 3
	}
	return end
}

// listOf is what a list came to, with the names of its hosts as providers: those
// may come from anybody.
func listOf(domains []*result.Domain) *result.List {
	list := &result.List{Causes: result.Table{Rows: []result.Row{}}, Providers: result.Table{Rows: []result.Row{}}, Software: result.Table{Rows: []result.Row{}}}
	for _, d := range domains {
		list.Domains.Add(d.Status)
		one := result.Counts{}
		one.Add(d.Status)
		switch {
		case d.Status == result.Fail:
			list.Causes.Rows = append(list.Causes.Rows, result.Row{Name: "no-such-user", Domains: one})
		case d.Status == result.Inconclusive:
			list.Causes.Others.Add(d.Status)
		}
		for i := range d.Hosts {
			list.Providers.Rows = append(list.Providers.Rows, result.Row{Name: d.Hosts[i].Name, Domains: one})
		}
	}
	list.Software.Rows = append(list.Software.Rows, result.Row{Name: "not named", Domains: list.Domains})
	return list
}

// AllDomains has a domain for every way a run can go, foreign text left out.
func AllDomains() []result.Domain {
	return []result.Domain{
		*PassingDomain(), *MixedDomain(), *UncertainDomain(), *NullMX(), *NoSuchDomain(), *ImplicitMX(), *NamedServer(), *ExaminedDomain(),
		{Domain: "late.test", Status: result.NotRun, Reason: result.Interrupted, Message: "stopped"},
	}
}

// Run is a whole run with these domains.
func Run(domains ...result.Domain) *result.Run {
	var all []*result.Domain
	for i := range domains {
		all = append(all, &domains[i])
	}
	end := EndOf(all...)
	end.Notes = []string{"the list had 2 empty lines"}
	return &result.Run{
		V: result.Version, Type: "run", Program: "mxprobe 0.1.0", RunID: "7f3a",
		Started: time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC), Domains: domains, End: *end,
	}
}
