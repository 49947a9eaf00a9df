package report

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// checked writes what a check of a domain found: a line for each address with
// what senders would do there, the findings with the worst first, and what is to
// be done.
func (t *Text) checked(d *result.Domain) {
	p := &t.page
	p.headline(d)
	p.blank()
	p.vantages(d)
	if t.opt.Verbose >= 0 {
		p.receptions(d)
		p.blank()
	}
	p.findings(d, t.opt.Verbose)
	p.blank()
	p.disagreements(d, t.opt.Verbose)
	p.differences(d, t.opt.Verbose)
	p.changes(d.Changes, t.opt.Verbose)
	p.blank()
	if t.opt.Verbose > 0 {
		t.sessions(d)
		p.blank()
	}
	if d.Reason == result.Regression {
		p.styled(style(d.Status), "", Word(d.Status)+gap, Title(d)+": "+clean(d.Message))
	}
	if t.opt.Verbose >= 0 {
		p.senders(d)
	}
	p.text("", "", toDo(d))
}

// receptions writes a line for each address. Where all three kinds of senders
// fare alike, it is said once.
func (p *page) receptions(d *result.Domain) {
	width, preference := 0, map[string]uint16{}
	for i := range d.Hosts {
		preference[d.Hosts[i].Name] = d.Hosts[i].Preference
	}
	label := func(r *result.Reception) string {
		return strconv.Itoa(int(preference[r.Host])) + " " + clean(r.Host) + gap + clean(r.Address)
	}
	for i := range d.Reception {
		width = max(width, cells(label(&d.Reception[i])))
	}
	for i := range d.Reception {
		r := &d.Reception[i]
		does := clean(r.Opportunistic)
		if r.MTASTS != r.Opportunistic || r.DANE != r.Opportunistic {
			does += "; MTA-STS: " + clean(r.MTASTS) + "; DANE: " + clean(r.DANE)
		}
		at := label(r)
		p.text("", at+strings.Repeat(" ", width-cells(at))+gap, does)
	}
}

// findings writes what rules found, the worst first. What is sound is shown where
// more is asked for, notes where it is not a quiet report.
func (p *page) findings(d *result.Domain, verbose int) {
	for _, g := range Groups(d) {
		switch {
		case g.Severity == result.SeverityOK && verbose < 1, g.Severity == result.SeverityNote && verbose < 0:
		case g.Severity == result.SeverityNote && verbose < 1:
			p.note(d, g)
		case g.Unclear():
			p.unclear(g)
		default:
			p.group(g, verbose)
		}
	}
}

// group writes what one rule found, of all its places at once: each with what
// was seen, then what to do and what to publish, where something is to be done.
func (p *page) group(g *Group, verbose int) {
	title := g.Title
	if g.Severity == result.SeverityOK {
		title = "sound" // the title names the fault, which is not there
	}
	p.styled(severityStyle(g.Severity), "", SeverityWord(g.Severity)+gap, g.ID+": "+title)
	for i := range g.Sights {
		p.text("  ", "", join(g.Sights[i].Where, g.Sights[i].Evidence))
	}
	if verbose < 0 || g.Severity == result.SeverityOK {
		return
	}
	if g.Advice != "" {
		who := ""
		if g.Actor != "" {
			who = " (" + g.Actor + ")"
		}
		p.text("  ", "to do"+who+": ", g.Advice)
	}
	for _, record := range g.Publish {
		p.line("  publish: ", record) // in one piece, to be copied
	}
}

// note writes in a line what is worth knowing and asks for nothing.
func (p *page) note(d *result.Domain, g *Group) {
	seen := g.Sights[0].Evidence
	if len(g.Sights) > 1 || g.Sights[0].Where != clean(d.Domain) {
		seen = g.Places()
	}
	if seen != "" {
		seen = " (" + seen + ")"
	}
	p.styled(faint, "", SeverityWord(g.Severity)+gap, g.ID+": "+g.Title+seen)
}

// unclear writes what is not known for one reason, all of it at once: one failed
// look-up leaves many things open.
func (p *page) unclear(g *Group) {
	p.styled(severityStyle(g.Severity), "", SeverityWord(g.Severity)+gap, join(g.Sights[0].Where, g.Sights[0].Evidence))
	p.text("  ", "not known: ", g.ID)
	if g.Advice != "" {
		p.text("  ", "to do: ", g.Advice)
	}
}

func severityStyle(s result.Severity) string {
	if s == result.SeverityOK {
		return style(result.Pass)
	}
	if s == result.SeverityNote {
		return faint
	}
	return style(s.Verdict())
}

// toDo counts the findings, and says where there is more.
func toDo(d *result.Domain) string {
	n := Severities(d)
	var parts []string
	for _, s := range result.Severities() {
		if n[s] > 0 && s != result.SeverityOK {
			parts = append(parts, CountSeverity(n[s], s))
		}
	}
	good := n[result.SeverityOK]
	switch {
	case len(parts) == 0 && good == 0:
		return "Nothing was looked at: no rule that was asked for has anything to go by."
	case len(parts) == 0:
		return "All is sound: " + CountSeverity(good, result.SeverityOK) + " (-v shows them)."
	case good == 0:
		return strings.Join(parts, ", ") + " (--explain ID says more of each)."
	}
	return strings.Join(parts, ", ") + "; " + CountSeverity(good, result.SeverityOK) + " (-v shows them, --explain ID says more of each)."
}

// CountSeverity says how many findings have a severity.
func CountSeverity(n int, s result.Severity) string {
	switch s {
	case result.SeverityFail:
		return Count(n, "failure", "failures")
	case result.SeverityWarn:
		return Count(n, "warning", "warnings")
	case result.SeverityInconclusive:
		return Count(n, "thing not known", "things not known")
	case result.SeverityOK:
		return Count(n, "thing is sound", "things are sound")
	}
	return Count(n, "note", "notes")
}

// sessions writes what was said with each address.
func (t *Text) sessions(d *result.Domain) {
	p := &t.page
	for c := range d.Played() {
		if c.Check.Status == result.Skip {
			continue
		}
		p.line(clean(c.Host.Name), " ", HostPort(clean(c.Address.IP), c.Address.Port), ", ", clean(c.Check.Scenario), ", ", Duration(c.Check.Millis.Duration()))
		for i := range c.Check.Steps {
			s := &c.Check.Steps[i]
			for _, line := range Speech(s) {
				p.text("  ", "", line)
			}
		}
	}
}
