package report

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// isCheck reports whether findings are all there is to say of a domain, its
// dialogues being no more than their evidence.
func isCheck(d *result.Domain) bool {
	return len(d.Findings) > 0 && (len(d.Reception) > 0 || len(d.Hosts) == 0)
}

// checked writes what a check of a domain found: a line for each address with
// what senders would do there, the findings with the worst first, and what is to
// be done. What is sound is shown with -v alone.
func (t *Text) checked(d *result.Domain) {
	p := &t.page
	p.headline(d)
	p.blank()
	if t.opt.Verbose >= 0 {
		p.receptions(d)
		p.blank()
	}
	for i := range d.Findings {
		switch f := &d.Findings[i]; {
		case f.Severity == result.SeverityInconclusive:
			p.unknown(d.Findings, i)
		case f.Severity == result.SeverityOK && t.opt.Verbose < 1:
		case f.Severity == result.SeverityNote && t.opt.Verbose < 0:
		default:
			t.finding(d.Findings, i)
		}
	}
	p.blank()
	p.differences(d, t.opt.Verbose)
	p.changes(d.Changes, t.opt.Verbose)
	p.blank()
	if t.opt.Verbose > 0 {
		t.sessions(d)
		p.blank()
	}
	if d.Sender != nil {
		p.text("", "", SendersView(d))
	}
	p.text("", "", toDo(d.Findings))
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

// finding writes what one rule found, of all its subjects at once: each with what
// was seen, then what to do and what to publish, where something is to be done.
func (t *Text) finding(all []result.Finding, i int) {
	p, f := &t.page, &all[i]
	same := func(o *result.Finding) bool { return o.ID == f.ID && o.Severity == f.Severity }
	for j := range all[:i] {
		if same(&all[j]) {
			return
		}
	}
	title := clean(f.Title)
	if f.Severity == result.SeverityOK {
		title = "sound" // the title names the fault, which is not there
	}
	p.styled(severityStyle(f.Severity), "", strings.ToUpper(string(f.Severity))+gap, clean(f.ID)+": "+title)
	var publish []string
	for j := range all[i:] {
		if o := &all[i+j]; same(o) {
			p.text("  ", "", clean(o.Subject.String())+": "+clean(o.Evidence))
			publish = append(publish, o.Publish...)
		}
	}
	if t.opt.Verbose < 0 || f.Severity == result.SeverityNote && t.opt.Verbose < 1 {
		return
	}
	if f.Advice != "" {
		p.text("  ", "to do ("+actorText(f.Actor)+"): ", clean(f.Advice))
	}
	for _, record := range publish {
		p.line("  publish: ", clean(record)) // in one piece, to be copied
	}
}

// unknown writes what is not known for one reason, all of it at once: one failed
// look-up leaves many things open.
func (p *page) unknown(all []result.Finding, i int) {
	same := func(f *result.Finding) bool {
		return f.Severity == result.SeverityInconclusive && f.Evidence == all[i].Evidence && f.Subject == all[i].Subject
	}
	for j := range all[:i] {
		if same(&all[j]) {
			return
		}
	}
	var ids []string
	for j := range all[i:] {
		if same(&all[i+j]) {
			ids = append(ids, clean(all[i+j].ID))
		}
	}
	p.styled(severityStyle(result.SeverityInconclusive), "", "INCONCLUSIVE"+gap, clean(all[i].Subject.String())+": "+clean(all[i].Evidence))
	p.text("  ", "not known: ", strings.Join(ids, ", "))
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

// actorText says who has to do something.
func actorText(a result.Actor) string {
	switch a {
	case result.ActorDNS:
		return "DNS"
	case result.ActorServer:
		return "mail server"
	case result.ActorNetwork:
		return "network"
	}
	return "here"
}

// toDo counts the findings.
func toDo(findings []result.Finding) string {
	n := map[result.Severity]int{}
	for i := range findings {
		n[findings[i].Severity]++
	}
	var parts []string
	for _, s := range result.Severities() {
		if n[s] == 0 || s == result.SeverityOK {
			continue
		}
		one, many := string(s), string(s)+"s"
		switch s {
		case result.SeverityFail:
			one, many = "failure", "failures"
		case result.SeverityWarn:
			one, many = "warning", "warnings"
		case result.SeverityInconclusive:
			one, many = "thing not known", "things not known"
		}
		parts = append(parts, Count(n[s], one, many))
	}
	if len(parts) == 0 {
		return "All is sound: " + Count(n[result.SeverityOK], "thing", "things") + " looked at."
	}
	return strings.Join(parts, ", ") + "; " + Count(n[result.SeverityOK], "thing is", "things are") + " sound (-v shows them)."
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
