package compare

import "mxprobe/probe/result"

// forgiven says why a failure that is known does not count.
const forgiven = "it failed in the same way in the baseline"

// Forgive turns the failures of d that stand in the baseline, in the same way,
// into warnings, and reports whether there are any. The verdicts of addresses,
// hosts and the domain have to be added up again after it; those of hosts and
// domains without addresses are changed here.
func Forgive(before *Snapshot, d *result.Domain) bool {
	if before == nil {
		return false
	}
	any := false
	each(before, d, func(e *element) {
		if *e.status == result.Fail && e.known() {
			*e.status, any = result.Warn, true
			if e.check != nil {
				e.check.Forgiven = forgiven
			}
		}
	})
	return any
}

// Unchanged reports whether everything that is wrong with d, and everything
// that is not known of it, stands in the baseline in the same way.
func Unchanged(before *Snapshot, d *result.Domain) bool {
	if d.Status == result.Pass || d.Status == result.Skip {
		return true
	}
	if before == nil || d.Status == result.NotRun {
		return false
	}
	all, found := true, false
	each(before, d, func(e *element) {
		switch *e.status {
		case result.Warn, result.Inconclusive, result.Fail:
			found = true
			all = all && e.known()
		case result.NotRun:
			all = false
		}
	})
	return all && found
}

// element is something that has a verdict of its own: a dialogue, or a host
// or a domain that has none.
type element struct {
	status      *result.Verdict
	check       *result.Check
	before, now *Outcome
	certificate *Certificate // as it was
}

// known reports whether it ended as it did before. Of a certificate that was
// not good in one way and is not in another as well, the reason says nothing.
func (e *element) known() bool {
	if !e.now.same(e.before) {
		return false
	}
	return e.check == nil || e.check.Reason != result.TLS || len(certificateOf(e.check).worse(e.certificate)) == 0
}

// each calls f for every element of a domain.
func each(before *Snapshot, d *result.Domain, f func(*element)) {
	if len(d.Hosts) == 0 {
		was := before.Trouble
		if d.Reason == result.NullMX && before.Origin == "null" {
			was = &Outcome{Status: result.Fail, Reason: result.NullMX}
		}
		f(&element{status: &d.Status, before: was, now: &Outcome{Status: d.Status, Reason: d.Reason}})
		return
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		was := before.Hosts[h.Name]
		if was == nil {
			was = &Host{}
		}
		if len(h.Addresses) == 0 {
			f(&element{status: &h.Status, before: was.Trouble, now: &Outcome{Status: h.Status, Reason: h.Reason}})
		} else if h.Lack != nil {
			f(&element{status: &h.Lack.Status, before: was.Lack, now: &Outcome{Status: h.Lack.Status, Reason: h.Lack.Reason}})
		}
		for j := range h.Addresses {
			a := &h.Addresses[j]
			var service *Service
			if at := was.Addresses[a.IP]; at != nil {
				service = at.Ports[a.Port]
			}
			if service == nil {
				service = &Service{}
			}
			for name, c := range a.Named() {
				f(&element{
					status: &c.Status, check: c, now: outcomeOf(c), certificate: service.Certificate,
					before: service.Scenarios[name],
				})
			}
		}
	}
}
