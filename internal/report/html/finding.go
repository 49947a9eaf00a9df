package html

import (
	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// findingView is what one rule found, at all its places.
type findingView struct {
	*report.Group
	badge
}

// Badge lets a template see the verdict.
func (f *findingView) Badge() badge { return f.badge }

// findingsOf lists what rules found, the worst first, and what is sound apart.
func findingsOf(d *result.Domain) (all, sound []findingView) {
	for _, g := range report.Groups(d) {
		f := findingView{Group: g, badge: badgeOf(g.Severity.Verdict())}
		g.Advice = cut(g.Advice)
		for i := range g.Sights {
			g.Sights[i].Evidence = cut(g.Sights[i].Evidence)
		}
		switch f.Word = report.SeverityWord(g.Severity); g.Severity {
		case result.SeverityOK:
			sound = append(sound, f)
			continue
		case result.SeverityNote:
			f.badge = badge{Name: result.Skip.String(), Sign: "i", Word: f.Word}
		}
		all = append(all, f)
	}
	return all, sound
}

// receptionView is what three kinds of senders would do with an address.
type receptionView struct {
	result.Reception
	Preference uint16
}

func receptionsOf(d *result.Domain) []receptionView {
	preference := map[string]uint16{}
	for i := range d.Hosts {
		preference[d.Hosts[i].Name] = d.Hosts[i].Preference
	}
	var all []receptionView
	for i := range d.Reception {
		all = append(all, receptionView{d.Reception[i], preference[d.Reception[i].Host]})
	}
	return all
}
