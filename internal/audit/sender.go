package audit

import (
	"slices"

	"mxprobe/internal/audit/gather"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// senderOf says how a sender would fare: it comes as far in a transaction as the
// first session, and the other sessions are none of its own.
func senderOf(d *result.Domain) *result.Sender {
	if len(d.Hosts) == 0 {
		return d.Sender // what the DNS says decides
	}
	view := result.Domain{Domain: d.Domain, Hosts: slices.Clone(d.Hosts)}
	for i := range view.Hosts {
		h := &view.Hosts[i]
		if len(h.Addresses) == 0 {
			continue
		}
		h.Status, h.Reason = result.NotRun, result.None
		h.Addresses = slices.Clone(h.Addresses)
		for j := range h.Addresses {
			a := &h.Addresses[j]
			a.Status = result.NotRun
			a.Checks = slices.DeleteFunc(slices.Clone(a.Checks), func(c result.Check) bool { return !gather.IsMain(&c) })
			for k := range a.Checks {
				deliver(&a.Checks[k])
			}
		}
	}
	verdict.SumUp(&view, verdict.All)
	return view.Sender
}

// deliver judges the first session as a sender would. That postmaster is refused
// for good says nothing of other recipients.
func deliver(c *result.Check) {
	c.PlaysSender = true
	if c.Status > result.Warn {
		return // it did not come to the end
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		refused := s.Verb == "MAIL" && s.Code >= 400 || s.Verb == "RCPT" && s.Code/100 == 4
		switch {
		case s.Verb == "RCPT" && s.Code/100 == 2:
			return
		case !refused:
			continue
		case gather.Ours(s):
			c.Status, c.Reason = result.Inconclusive, result.Policy
		case s.Code/100 == 4:
			c.Status, c.Reason = result.Inconclusive, result.Temporary
		default:
			c.Status, c.Reason = result.Fail, result.Reply
		}
		number := s.Number
		c.FailedStep = &number
		return
	}
}
