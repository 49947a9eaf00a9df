package verdict

import (
	"slices"

	"mxprobe/probe/result"
)

// sendersView walks the ranked hosts as RFC 5321 section 5.1 has a sender
// do. Hosts of one preference are one set: the sender may begin with any. It
// returns nil where the dialogues do not show whether mail would be taken.
func sendersView(hosts []result.Host) *result.Sender {
	port, ok := senderPort(hosts)
	if !ok || len(hosts) == 0 {
		return nil
	}
	view := &result.Sender{}
	if port != usualPort {
		view.Port = port
	}
	best := unusable // of all hosts up to the one that decides
	for from := 0; from < len(hosts); {
		to, group, by, open := from, unknown, "", false
		for ; to < len(hosts) && hosts[to].Preference == hosts[from].Preference; to++ {
			o, failing := hostOutcome(&hosts[to], port)
			if failing {
				view.Failing = append(view.Failing, hosts[to].Name)
			}
			if o == taken && by == "" {
				by = hosts[to].Name
			}
			group = max(group, o)
			open = open || o == unknown
		}
		from = to
		switch {
		case best >= rejected: // the others only tell what fails
		case open && group < rejected: // a sender may fare better there
			return nil
		default:
			best = max(best, group)
			if best == taken {
				view.By = by
			}
		}
	}
	view.View = viewOf(best)
	if view.View == result.ViewAtOnce && len(view.Failing) > 0 {
		view.View = result.ViewDegraded
	}
	return view
}

// viewOf is the view where nothing better than o was met.
func viewOf(o outcome) result.SenderView {
	switch o {
	case taken:
		return result.ViewAtOnce
	case rejected:
		return result.ViewRefused
	case postponed:
		return result.ViewQueued
	case dead:
		return result.ViewDown
	}
	return result.ViewReturned
}

// Unrouted is how a sender would fare where no host is known: what the DNS says
// is final, or the sender asks again later. It is nil where the fault is on this
// side.
func Unrouted(d *result.Domain) *result.Sender {
	switch {
	case d.Reason == result.NullMX, d.Reason == result.DNS && !d.Temporary:
		return &result.Sender{View: result.ViewReturned}
	case d.Reason == result.DNS:
		return &result.Sender{View: result.ViewQueued}
	}
	return nil
}

// The ports at which servers take mail from each other (RFC 5321 section
// 4.5.4.2), and from their users (RFC 8314), where no sender comes.
const (
	usualPort      = 25
	submissionPort = 587
	submissionsTLS = 465
)

// senderPort returns the port that stands for the one at which senders come: 25
// where that was tried, or else the only one, if a dialogue plays a sender
// there and users do not submit mail there. Where no host has an address it
// is 25 as well.
func senderPort(hosts []result.Host) (port uint16, ok bool) {
	plays, several, seen := false, false, false
	for i := range hosts {
		for j := range hosts[i].Addresses {
			a := &hosts[i].Addresses[j]
			if a.Port == usualPort {
				return usualPort, true
			}
			several = several || seen && a.Port != port
			port, seen = a.Port, true
			plays = plays || slices.ContainsFunc(a.Checks, func(c result.Check) bool { return c.PlaysSender })
		}
	}
	switch port {
	case 0, submissionPort, submissionsTLS:
		return usualPort, !hasAddress(hosts)
	}
	return port, plays && !several
}

func hasAddress(hosts []result.Host) bool {
	return slices.ContainsFunc(hosts, func(h result.Host) bool { return len(h.Addresses) > 0 })
}
