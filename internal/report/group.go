package report

import (
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// Group is what is to be said at once of several findings: what one rule found,
// at all its places; or all that is not known of a place for one reason. Its
// texts are printable.
type Group struct {
	Severity result.Severity
	// ID is the rule; of what is not known, all the rules.
	ID string
	// Title says what was found.
	Title  string
	Sights []Sight
	// Actor is who has to do something, Advice what.
	Actor, Advice string
	// Publish are DNS records, each in one piece, to be copied.
	Publish []string
	RFC     string

	first *result.Finding
}

// Sight is what was seen at a place.
type Sight struct{ Where, Evidence string }

// Groups are the findings of a domain, those that matter most first.
func Groups(d *result.Domain) []*Group {
	var all []*Group
	for _, severity := range result.Severities() {
		for i := range d.Findings {
			f := &d.Findings[i]
			if f.Severity != severity {
				continue
			}
			at := slices.IndexFunc(all, func(g *Group) bool { return g.fits(f) })
			if at < 0 {
				at = len(all)
				all = append(all, newGroup(f))
			}
			all[at].add(f)
		}
	}
	return all
}

func newGroup(f *result.Finding) *Group {
	return &Group{Severity: f.Severity, Title: clean(f.Title), Actor: actorText(f.Actor), Advice: clean(f.Advice), RFC: clean(f.RFC), first: f}
}

// fits reports whether a finding is said along with those of the group.
func (g *Group) fits(f *result.Finding) bool {
	if f.Severity != g.Severity {
		return false
	}
	if f.Severity == result.SeverityInconclusive {
		return f.Evidence == g.first.Evidence && f.Subject == g.first.Subject
	}
	return f.ID == g.first.ID
}

func (g *Group) add(f *result.Finding) {
	for _, record := range f.Publish {
		g.Publish = append(g.Publish, clean(record))
	}
	if g.Advice == "" {
		g.Advice = clean(f.Advice)
	}
	if len(g.Sights) > 0 && g.Severity == result.SeverityInconclusive {
		g.ID += ", " + clean(f.ID)
		g.Title = "not known"
		return
	}
	if g.ID == "" {
		g.ID = clean(f.ID)
	}
	g.Sights = append(g.Sights, Sight{clean(f.Subject.String()), clean(f.Evidence)})
}

// Places names where it was seen, the first few of them.
func (g *Group) Places() string {
	const most = 3
	var names []string
	for i := range g.Sights[:min(len(g.Sights), most)] {
		names = append(names, g.Sights[i].Where)
	}
	if more := len(g.Sights) - most; more > 0 {
		names = append(names, Count(more, "more", "more"))
	}
	return strings.Join(names, ", ")
}

// Sentence is all of it on one line, but for the advice. The domain, which is
// named elsewhere, is left out.
func (g *Group) Sentence() string {
	seen := g.Sights[0].Evidence
	if g.first.Subject.Host != "" || g.first.Subject.Address != "" {
		seen = join(g.Places(), seen)
	}
	if g.Unclear() {
		return seen + " (not known: " + g.ID + ")"
	}
	return join(g.ID, join(g.Title, seen))
}

// First is the first of the findings.
func (g *Group) First() *result.Finding { return g.first }

// Unclear reports whether it could not be found out.
func (g *Group) Unclear() bool { return g.Severity == result.SeverityInconclusive }

// actorText says who has to do something.
func actorText(a result.Actor) string {
	switch a {
	case result.ActorDNS:
		return "DNS"
	case result.ActorServer:
		return "mail server"
	case result.ActorNetwork:
		return "network"
	case result.ActorUs:
		return "here"
	}
	return clean(string(a))
}

// SeverityWord is a severity as a reader sees it: the word of its verdict
// where it is one.
func SeverityWord(s result.Severity) string {
	switch s {
	case result.SeverityOK:
		return "OK"
	case result.SeverityNote:
		return "NOTE"
	}
	return Word(s.Verdict())
}

// Severities counts the findings of a domain.
func Severities(d *result.Domain) map[result.Severity]int {
	n := map[result.Severity]int{}
	for i := range d.Findings {
		n[d.Findings[i].Severity]++
	}
	return n
}
