package prometheus

import (
	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// maxDomains is how many domains have series of their own: the worst, as their verdicts
// go. A domain has some thirty, and several ten thousand are as many as a target of
// Prometheus should have.
const maxDomains = 1000

// worst keeps the domains of a list that are to be looked at first.
type worst struct {
	domains int // that there were
	kept    report.First[*records]
	used    names
}

func newWorst() worst { return worst{kept: report.NewFirst[*records](maxDomains), used: names{}} }

// add keeps a domain, if it may be one of those. The second of two of one name is
// "name#2".
func (w *worst) add(d *result.Domain) {
	if w.domains++; w.kept.Room(d.Status) {
		w.kept.Add(d.Status, recordsOf(d, w.used.free(label(report.Title(d)))))
	}
}

// records are those of the worst domains; leftOut is how many others there were.
func (w *worst) records() (all *records, leftOut int) {
	all = &records{}
	for _, one := range w.kept.All() {
		all.addAll(one)
	}
	return all, w.domains - len(all.domains)
}
