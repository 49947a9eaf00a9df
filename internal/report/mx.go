package report

import (
	"io"
	"strconv"

	"mxprobe/probe/result"
)

// MX writes the hosts of a domain in the order of their preference, each
// address on a line with the preference and the host, so that the lines can
// be searched and sorted. Of o only Color and Width count. It writes
// nothing about dialogues.
func MX(w io.Writer, o Options, d *result.Domain) error {
	p := newPage(o)
	p.line(p.opening(d))
	p.hosts(d)
	p.routeNotes(d)
	if d.Hint != "" {
		p.hint(clean(d.Hint), o.Whole)
	}
	out := sink{w: w}
	return out.write(p.b)
}

func (p *page) hosts(d *result.Domain) {
	pref, host := 0, 0
	for i := range d.Hosts {
		pref = max(pref, len(strconv.Itoa(int(d.Hosts[i].Preference))))
		host = max(host, cells(clean(d.Hosts[i].Name)))
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		head := "  " + padLeft(strconv.Itoa(int(h.Preference)), pref) + " " + pad(clean(h.Name), host) + gap
		for j := range h.Addresses {
			p.line(head, clean(h.Addresses[j].IP))
		}
		if len(h.Addresses) == 0 {
			p.line(head, "no address: ", Because(h.Message, h.Reason))
		}
	}
}
