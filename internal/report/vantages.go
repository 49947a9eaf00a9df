package report

import (
	"fmt"
	"strings"

	"mxprobe/probe/result"
)

// From says which vantage an address was spoken to from, as it stands behind a
// name; nothing where there is only one. The address may be nil.
func From(a *result.Address) string {
	if a == nil {
		return ""
	}
	return from(a.Vantage)
}

func from(vantage string) string {
	if vantage == "" {
		return ""
	}
	return " from " + clean(vantage)
}

// Views says in one line what each vantage made of a domain, as in "fra1 pass,
// sgp1 fail"; nothing for a domain that was not seen from several.
func Views(d *result.Domain) string {
	var all []string
	for i := range d.Views {
		all = append(all, clean(d.Views[i].Vantage)+" "+strings.ReplaceAll(d.Views[i].Status.String(), "_", " "))
	}
	return strings.Join(all, ", ")
}

// maxVantages is how many vantages have a column of their own; more stand behind
// each other.
const maxVantages = 12

// seen is what one dialogue came to from each vantage.
type seen struct {
	label    string
	verdicts map[string]result.Verdict
}

// vantages writes a table with a column for each vantage and a line for each
// dialogue; the last is for the domain.
func (p *page) vantages(d *result.Domain) {
	if len(d.Views) == 0 {
		return
	}
	all := seenIn(d)
	widths, total := make([]int, len(d.Views)), 0
	for i := range d.Views {
		name := clean(d.Views[i].Vantage)
		widths[i] = cells(name)
		for j := range all {
			widths[i] = max(widths[i], cells(wordFor(&all[j], d.Views[i].Vantage)))
		}
		total += len(gap) + widths[i]
	}
	label := 0
	for i := range all {
		label = max(label, cells(all[i].label))
	}
	if len(d.Views) > maxVantages || p.width > 0 && label+total > p.width {
		p.vantagesBelow(d, all)
		return
	}
	head := strings.Repeat(" ", label)
	for i := range d.Views {
		head += gap + pad(clean(d.Views[i].Vantage), widths[i])
	}
	p.line(strings.TrimRight(head, " "))
	for i := range all {
		line := pad(all[i].label, label)
		for j := range d.Views {
			line += gap + p.seenAs(&all[i], d.Views[j].Vantage, widths[j])
		}
		p.line(strings.TrimRight(line, " "))
	}
	p.blank()
}

// vantagesBelow is the table where there is no room for columns.
func (p *page) vantagesBelow(d *result.Domain, all []seen) {
	for i := range all {
		p.line(all[i].label)
		var words []string
		for j := range d.Views {
			words = append(words, clean(d.Views[j].Vantage)+" "+wordFor(&all[i], d.Views[j].Vantage))
		}
		p.text(continued, "", strings.Join(words, ", "))
	}
	p.blank()
}

// seenIn are the dialogues of a domain by what was spoken to.
func seenIn(d *result.Domain) []seen {
	var all []seen
	index := map[string]int{}
	add := func(label, vantage string, v result.Verdict) {
		at, had := index[label]
		if !had {
			at = len(all)
			index[label] = at
			all = append(all, seen{label, map[string]result.Verdict{}})
		}
		if was, had := all[at].verdicts[vantage]; had {
			v = result.Worst(was, v)
		}
		all[at].verdicts[vantage] = v
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		for j := range h.Addresses {
			a := &h.Addresses[j]
			at := strings.Join(present(clean(h.Name), AddressAnywhere(a)), " ")
			for name, c := range a.Named() {
				add(clean(name)+gap+at, a.Vantage, c.Status)
			}
		}
	}
	for i := range d.Views {
		add("the domain", d.Views[i].Vantage, d.Views[i].Status)
	}
	return all
}

// wordFor is the verdict of a vantage as a word, a dash where it has none.
func wordFor(s *seen, vantage string) string {
	if v, ok := s.verdicts[vantage]; ok {
		return Word(v)
	}
	return none
}

func (p *page) seenAs(s *seen, vantage string, width int) string {
	if v, ok := s.verdicts[vantage]; ok {
		return p.verdict(v, width)
	}
	return pad(none, width)
}

// disagreements writes where vantages do not agree. They are the reason to look
// from several, so that only a quiet report leaves them out.
func (p *page) disagreements(d *result.Domain, verbose int) {
	if len(d.Disagreements) == 0 || verbose < 0 {
		return
	}
	p.blank()
	p.line("Vantages disagree:")
	for i := range d.Disagreements {
		if i == maxFindings && verbose == 0 {
			p.line("  ", fmt.Sprintf("%d more, -v shows all", len(d.Disagreements)-i))
			break
		}
		p.text("  ", "- ", clean(d.Disagreements[i].Message))
	}
	p.blank()
}

// senders writes how a sender would fare, which may depend on where it stands.
func (p *page) senders(d *result.Domain) {
	if d.Sender != nil {
		p.text("", "", SendersView(d))
	}
	for _, s := range SendersFrom(d) {
		p.text("", "", s)
	}
}

// SendersFrom says for each vantage how a sender there would fare, where that is
// not the same for all; else nothing.
func SendersFrom(d *result.Domain) []string {
	if d.Sender != nil {
		return nil
	}
	var all []string
	for i := range d.Views {
		v := &d.Views[i]
		if v.Sender == nil {
			continue
		}
		here := result.Domain{Sender: v.Sender, Reason: v.Reason, Hosts: d.Hosts}
		all = append(all, "From "+clean(v.Vantage)+": "+SendersView(&here))
	}
	return all
}
