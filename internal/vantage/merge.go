// Package vantage puts what several vantages saw of one domain into one result.
package vantage

import (
	"cmp"
	"slices"
	"strings"

	"mxprobe/internal/compare"
	"mxprobe/probe/result"
)

// Merge returns one domain of what each vantage saw of it. Every view bears the
// name of its vantage; they are taken in the order of these. A single view comes
// back as it is.
//
// Each address is there once for every vantage that spoke to it, and says which.
// The domain and its hosts have the worst verdict of all views, so that nothing
// looks better than any vantage saw it, with what that one says of it; where views
// are not of one mind, what one of them says has its name before it. The views are
// not changed, and share their dialogues with what is returned.
func Merge(views []*result.Domain) result.Domain {
	views = slices.SortedStableFunc(slices.Values(views), func(a, b *result.Domain) int { return cmp.Compare(a.Vantage, b.Vantage) })
	switch len(views) {
	case 0:
		return result.Domain{Hosts: []result.Host{}}
	case 1:
		return *views[0]
	}
	m := merger{views: views}
	worst := m.worst()
	d := result.Domain{
		Domain: worst.Domain, Server: worst.Server, Status: worst.Status, Reason: worst.Reason, Hint: worst.Hint, Temporary: worst.Temporary,
		Message: m.attributed(worst.Vantage, worst.Message, func(v *result.Domain) bool { return v.Message == worst.Message }),
		Notes:   m.notes(func(v *result.Domain) []string { return v.Notes }), Sender: m.sender(),
		Findings: m.findings(), Reception: m.reception(), Differences: m.differences(),
	}
	d.Excluded, d.Authentic = true, true
	for _, v := range views {
		d.Origin = cmp.Or(d.Origin, v.Origin)
		d.Authentic, d.Excluded = d.Authentic && v.Authentic, d.Excluded && v.Excluded
		d.Unchosen = max(d.Unchosen, v.Unchosen)
		d.DNSMillis, d.Millis = max(d.DNSMillis, v.DNSMillis), max(d.Millis, v.Millis)
		d.Views = append(d.Views, result.View{
			Vantage: v.Vantage, Origin: v.Origin, Authentic: v.Authentic, Status: v.Status, Reason: v.Reason, Message: v.Message, Hint: v.Hint,
			Sender: v.Sender, DNSMillis: v.DNSMillis, Millis: v.Millis,
		})
	}
	d.Hosts = m.hosts(d.Origin)
	d.Disagreements = compare.Disagreements(views)
	return d
}

type merger struct{ views []*result.Domain }

func (m *merger) worst() *result.Domain {
	worst := m.views[0]
	for _, v := range m.views[1:] {
		if v.Status > worst.Status {
			worst = v
		}
	}
	return worst
}

// attributed is a text that some views have, with the name of one of them where
// not all do.
func (m *merger) attributed(vantage, text string, has func(v *result.Domain) bool) string {
	if text == "" {
		return ""
	}
	for _, v := range m.views {
		if !has(v) {
			return "from " + vantage + ": " + text
		}
	}
	return text
}

// notes are those of all views, each once.
func (m *merger) notes(of func(v *result.Domain) []string) []string {
	var all []string
	for _, v := range m.views {
		for _, n := range of(v) {
			n = m.attributed(v.Vantage, n, func(v *result.Domain) bool { return slices.Contains(of(v), n) })
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	return all
}

// sender is how a sender would fare, nil where that depends on where it stands.
func (m *merger) sender() *result.Sender {
	first := m.views[0].Sender
	for _, v := range m.views {
		if first == nil || v.Sender == nil || v.Sender.View != first.View || v.Sender.By != first.By {
			return nil
		}
	}
	return first
}

// findings are those of all views, each once; what not all of them found has the
// names of those that did.
func (m *merger) findings() []result.Finding {
	var all []result.Finding
	var by [][]string
	for _, v := range m.views {
		for _, f := range v.Findings {
			at := slices.IndexFunc(all, func(o result.Finding) bool {
				return o.ID == f.ID && o.Subject == f.Subject && o.Severity == f.Severity && o.Evidence == f.Evidence
			})
			if at < 0 {
				at = len(all)
				all, by = append(all, f), append(by, nil)
			}
			by[at] = append(by[at], v.Vantage)
		}
	}
	for i := range all {
		if len(by[i]) < len(m.views) {
			all[i].Evidence = strings.TrimSuffix("from "+strings.Join(by[i], ", ")+": "+all[i].Evidence, ": ")
		}
	}
	return all
}

func (m *merger) reception() []result.Reception {
	var all []result.Reception
	for _, v := range m.views {
		if v.Reception != nil && all == nil {
			all = []result.Reception{}
		}
		for _, r := range v.Reception {
			r.Address += " from " + v.Vantage
			all = append(all, r)
		}
	}
	return all
}

// differences are those between hosts as all views have them.
func (m *merger) differences() []result.Difference {
	var all []result.Difference
	for _, v := range m.views {
		for _, d := range v.Differences {
			same := func(o result.Difference) bool { return o.Property == d.Property && o.Message == d.Message }
			inAll := d.Message
			d.Message = m.attributed(v.Vantage, d.Message, func(v *result.Domain) bool {
				return slices.ContainsFunc(v.Differences, func(o result.Difference) bool { return o.Property == d.Property && o.Message == inAll })
			})
			if !slices.ContainsFunc(all, same) {
				all = append(all, d)
			}
		}
	}
	return all
}
