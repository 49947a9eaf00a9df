package html

import (
	"bytes"
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// domainView is a domain as the page shows it.
type domainView struct {
	badge
	Verdict result.Verdict
	Open    bool
	ID      string
	Title   string
	Facts   string
	// Sentence is what became of the domain; Loud is set where it is more
	// than that all is well.
	Sentence string
	Loud     bool
	View     string
	Why      string // the domain's own message, where it says more
	Hint     string
	Again    string
	Notes    []string
	Took     string
	Changes  []changeView
	Differs  []result.Difference // what matters to a sender
	Others   []result.Difference
	// Disagree is where vantages do.
	Disagree []result.Difference
	Findings []findingView // the worst first
	Sound    []findingView
	// Reception is what senders would do, in place of a matrix.
	Reception []receptionView
	// Advice is what to do about the worst that is in the domain, so that it
	// can be read without unfolding.
	Advice string
	Matrix *matrixView
	// Item is set where no entry below stands for the domain in the filter.
	Item bool
}

type changeView struct {
	result.Change
	Better string // a word for what the change is
}

func (w *Writer) domainView(d *result.Domain) domainView {
	v := domainView{
		badge: badgeOf(d.Status), Verdict: d.Status, ID: w.ids.take("", report.Title(d)), Title: report.Title(d), Facts: report.Facts(d),
		Sentence: report.Sentence(d), Notes: d.Notes, Hint: d.Hint, Item: true, Loud: d.Status != result.Pass,
	}
	if len(d.Hosts) == 0 {
		v.Facts = "no hosts"
	}
	v.Advice = cut(report.Advice(d))
	if v.Advice == cut(result.PrintableString(v.Hint)) {
		v.Hint = "" // said already
	}
	v.Findings, v.Sound = findingsOf(d)
	v.Reception = receptionsOf(d)
	v.Differs, v.Others = report.Matters(d.Differences)
	v.Disagree = d.Disagreements
	if d.DNSMillis > 0 {
		v.Took = "looked up in " + report.Duration(d.DNSMillis.Duration())
	}
	if d.Sender != nil {
		v.View = report.SendersView(d)
	} else {
		v.View = strings.Join(report.SendersFrom(d), " ")
	}
	if d.Message != "" && !(d.Audited() && d.Reason == result.Found) && !strings.Contains(v.Sentence, result.PrintableString(d.Message)) && !said(d) {
		v.Why = d.Message
	}
	if len(d.Hosts) == 0 && d.Status >= result.Inconclusive && w.Again != nil {
		v.Again = w.Again(d, nil, nil, nil)
	}
	for _, c := range d.Changes {
		if strings.Contains(c.Message, c.Where) {
			c.Where = "" // the message names the place
		}
		v.Changes = append(v.Changes, changeView{Change: c, Better: changeWord(c.Regression)})
	}
	return v
}

// head is what the line of a domain needs, and nothing that belongs to the
// results.
func (v *domainView) head() domainView {
	h := *v
	h.Matrix, h.Changes, h.Differs, h.Others, h.Disagree, h.Notes = nil, nil, nil, nil, nil, nil
	h.Findings, h.Sound, h.Reception = nil, nil, nil
	return h
}

func changeWord(regression bool) string {
	if regression {
		return "worse"
	}
	return "changed"
}

// said reports whether an entry below a domain has the domain's message,
// which then stands behind the name of the host.
func said(d *result.Domain) bool {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if h.Message != "" && strings.HasSuffix(d.Message, h.Message) {
			return true
		}
		for j := range h.Addresses {
			for k := range h.Addresses[j].Checks {
				if m := h.Addresses[j].Checks[k].Message; m != "" && strings.HasSuffix(d.Message, m) {
					return true
				}
			}
		}
	}
	return false
}

// lineSize is about what the line of a domain takes in the page.
func (v *domainView) lineSize() int {
	return 300 + 2*len(v.ID) + len(v.Title) + len(v.Sentence) + len(v.Advice)
}

// headSize is about what stands around the details of a domain.
func (v *domainView) headSize() int { return v.lineSize() + len(v.Facts) }

// domainBody renders what is below the line of a domain; nil if there is no
// room for it.
func (w *Writer) domainBody(d *result.Domain, v *domainView) []byte {
	if w.budget.exhausted(d.Status) {
		return w.lineOnly(d, v)
	}
	rows := w.rowsOf(d, v.ID)
	if !d.Audited() {
		v.Matrix = matrixOf(d, rows)
	}
	v.Item = len(rows) == 0
	first, last := w.render("domain-body", v), w.render("domain-tail", v)
	if !w.budget.takeDetails(d.Status, v.headSize()+len(first)+len(last)) {
		return w.lineOnly(d, v)
	}
	if v.Item {
		w.shown.Add(d.Status)
	}
	var body bytes.Buffer
	body.Write(first)
	open := opener{}
	for i := range rows {
		w.shown.Add(rows[i].verdict)
		body.Write(w.entry(d, &rows[i], &open))
	}
	body.Write(last)
	return bytes.Clone(body.Bytes()) // without the room to grow
}

// lineOnly leaves a domain without a body.
func (w *Writer) lineOnly(d *result.Domain, v *domainView) []byte {
	w.left.details.Add(d.Status)
	w.shown.Add(d.Status)
	v.Item = true
	return nil
}

// entry renders one dialogue, or a host or an address without one.
func (w *Writer) entry(d *result.Domain, r *row, open *opener) []byte {
	v := w.entryView(d, r)
	v.Open = open.opens(r)
	b := w.render("entry", v)
	if w.budget.takeDetails(r.verdict, len(b)) {
		return b
	}
	w.left.details.Add(r.verdict)
	b = w.render("entry-line", v)
	if w.budget.takeLine(r.verdict, len(b)) {
		return b
	}
	return nil
}

// row is one dialogue of a domain, or an address or a host without one.
type row struct {
	id, rowID string
	verdict   result.Verdict
	h         *result.Host
	a         *result.Address
	c         *result.Check
}

// rowsOf lists the entries of a domain with their ids.
func (w *Writer) rowsOf(d *result.Domain, id string) []row {
	var all []row
	ids := idSet{}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		hostID := ids.take(id, h.Name)
		if len(h.Addresses) == 0 {
			all = append(all, row{id: hostID, rowID: hostID + "~row", verdict: h.Status, h: h})
		}
		for j := range h.Addresses {
			a := &h.Addresses[j]
			addressID := ids.take(hostID, addressName(a))
			base := row{id: addressID, rowID: addressID + "~row", verdict: a.Status, h: h, a: a}
			if n := len(all); n > 0 && sameAddress(all[n-1].a, a) {
				base.rowID = all[n-1].rowID // the vantages of an address share a row
			}
			if len(a.Checks) == 0 && (len(d.Findings) == 0 || a.Status > result.Pass) {
				all = append(all, base)
			}
			for k := range a.Checks {
				r := base
				r.c, r.verdict = &a.Checks[k], a.Checks[k].Status
				r.id = ids.take(addressID, r.c.Scenario)
				all = append(all, r)
			}
		}
	}
	return all
}

func addressName(a *result.Address) string {
	if a.IP == "" {
		return "socket" + report.From(a)
	}
	return a.IP + ":" + strconv.Itoa(int(a.Port)) + report.From(a)
}

// opener decides which entries are open at first: the first of each kind of
// trouble, since ten addresses with the same fault are read once.
type opener map[string]bool

// maxOpenEntries is how many entries of a domain are open at first.
const maxOpenEntries = 3

func (o opener) opens(r *row) bool {
	if r.verdict < result.Inconclusive || r.c == nil || len(o) >= maxOpenEntries {
		return false
	}
	kind := r.c.Scenario + "\x00" + r.c.Message
	if o[kind] {
		return false
	}
	o[kind] = true
	return true
}
