package prometheus

import (
	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// maxDomains is how many domains have series of their own: the worst, as their verdicts
// go. A domain has some thirty, and several ten thousand are as many as a target of
// Prometheus should have.
const maxDomains = 1000

// worst keeps the domains of a list that are to be looked at first. The zero value is
// empty.
type worst struct {
	domains int // that there were
	kept    map[result.Verdict][]*records
	used    names
}

// add keeps a domain, if it may be one of those. The second of two of one name is
// "name#2".
func (w *worst) add(d *result.Domain) {
	if w.kept == nil {
		w.kept, w.used = map[result.Verdict][]*records{}, names{}
	}
	if w.domains++; len(w.kept[d.Status]) < maxDomains {
		w.kept[d.Status] = append(w.kept[d.Status], recordsOf(d, w.used.free(label(report.Title(d)))))
	}
}

// records are those of the worst domains; leftOut is how many others there were.
func (w *worst) records() (all *records, leftOut int) {
	all = &records{}
	for _, v := range report.Order() {
		for _, one := range w.kept[v] {
			if len(all.domains) < maxDomains {
				all.addAll(one)
			}
		}
	}
	return all, w.domains - len(all.domains)
}
