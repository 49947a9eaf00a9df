package compare

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// inRoutes compares where the DNS leads from each vantage. Who got no answer, or
// left out hosts, knows nothing of it.
func inRoutes(views []*result.Domain) []disagreement {
	sites := make([]site, len(views))
	at := map[*site]*result.Domain{}
	for i, d := range views {
		sites[i] = site{place: d.Vantage}
		at[&sites[i]] = d
	}
	v := split(sites, func(s *site) (key, value string, known bool) { return routeOf(at[s]) })
	if v == nil {
		return nil
	}
	return []disagreement{disagree(subject(views[0]), &variance{"route", v, alone})}
}

// alone is the phrase for a value that is one already.
func alone(value string, _ int, _ bool) string { return value }

// routeOf is where a domain's mail goes.
func routeOf(d *result.Domain) (key, value string, known bool) {
	switch {
	case d.Server != "" || d.Excluded || d.Unchosen > 0:
		return "", "", false
	case d.Origin == "":
		return "none", "has no host in the DNS", d.Status == result.Fail && d.Reason == result.DNS && !d.Temporary
	case d.Origin == "null":
		return d.Origin, "takes no mail (null MX)", true
	case d.Origin != "mx":
		return d.Origin, "has no MX record and is its own host", d.Origin == "implicit"
	}
	var hosts, names []string
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if h.Status == result.Warn && h.Reason == result.Condition && len(h.Addresses) == 0 {
			return "", "", false // it stands for hosts that were too many
		}
		name := strings.ToLower(h.Name)
		names = append(names, cut(name, 255))
		hosts = append(hosts, fmt.Sprintf("%05d %s", h.Preference, name))
	}
	slices.Sort(hosts)
	slices.Sort(names)
	what := "host "
	if len(names) > 1 {
		what = "hosts "
	}
	return strings.Join(hosts, "\n"), "has the MX " + what + some(names), true
}

// inHosts compares whether a host has an address at all. Which, may differ: a
// name can lead each vantage to the nearest server.
func inHosts(views []*result.Domain) []disagreement {
	var order []string
	sites := map[string][]site{}
	for _, d := range views {
		for i := range d.Hosts {
			name := strings.ToLower(d.Hosts[i].Name)
			if sites[name] == nil {
				order = append(order, name)
			}
			sites[name] = append(sites[name], site{host: &d.Hosts[i], place: d.Vantage})
		}
	}
	var all []disagreement
	for _, name := range order {
		v := plainly(sites[name], func(s *site) (string, bool) {
			if len(s.host.Addresses) > 0 {
				return "an address", true
			}
			return "no address", s.host.Status == result.Fail && s.host.Reason == result.DNS && !s.host.Temporary
		})
		if v != nil {
			all = append(all, disagree(name, &variance{"addresses", v, verbs("has", "have")}))
		}
	}
	return all
}

// inSeverities compares what rules found, where several vantages looked. What a
// rule says of the vantage itself is its own.
func inSeverities(views []*result.Domain) []disagreement {
	type rule struct{ id, where string }
	var order []rule
	sites := map[rule][]site{}
	of := map[string]map[string]map[string]*result.Finding{}
	for _, d := range views {
		of[d.Vantage] = findingsOf(d)
		for i := range d.Findings {
			r := rule{d.Findings[i].ID, whereOf(&d.Findings[i])}
			if slices.ContainsFunc(sites[r], func(s site) bool { return s.place == d.Vantage }) {
				continue
			}
			if sites[r] == nil {
				order = append(order, r)
			}
			sites[r] = append(sites[r], site{place: d.Vantage})
		}
	}
	var all []disagreement
	for _, r := range order {
		v := plainly(sites[r], func(s *site) (string, bool) {
			f := of[s.place][r.id][r.where]
			if f.Actor == result.ActorUs || f.Severity == result.SeverityInconclusive {
				return "", false
			}
			if f.Severity.Verdict() == result.Pass {
				return "sound", true
			}
			return string(f.Severity), true
		})
		if v != nil {
			where := r.where
			if where == "" {
				where = subject(views[0])
			}
			all = append(all, disagree(where, &variance{"finding " + r.id, v, byRule(r.id)}))
		}
	}
	return all
}

// byRule says what a rule found.
func byRule(id string) phrase {
	return func(value string, n int, _ bool) string {
		switch value {
		case "sound":
			return verbs("is", "are")("sound by "+id, n, false)
		case string(result.SeverityWarn):
			return verbs("has", "have")("a warning by "+id, n, false)
		}
		return verbs("fails", "fail")(id, n, false)
	}
}
