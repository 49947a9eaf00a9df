package report

import (
	"slices"
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// Title is what the user asked for.
func Title(d *result.Domain) string {
	switch {
	case d.Server == "" || d.Server == d.Domain:
		return clean(d.Domain)
	case d.Domain == "":
		return clean(d.Server)
	}
	return clean(d.Domain) + " at " + clean(d.Server)
}

// Facts says in a few words where the hosts come from and how many there
// are, or why there are none.
func Facts(d *result.Domain) string {
	if len(d.Hosts) == 0 {
		return noHosts(d)
	}
	addresses := 0
	for i := range d.Hosts {
		addresses += distinctIPs(&d.Hosts[i])
	}
	n := Count(addresses, "address", "addresses")
	var s string
	switch d.Origin {
	case "implicit":
		s = "implicit MX (no MX record), " + n
	case "literal":
		s = "address literal"
	case "server":
		s = n + ", MX not looked up"
	default:
		all := len(d.Hosts) + d.Unchosen
		if s = Count(all, "MX host", "MX hosts"); d.Unchosen > 0 {
			s = strconv.Itoa(len(d.Hosts)) + " of " + s
		}
		s += ", " + n
	}
	if d.Authentic {
		s += ", signed by DNSSEC"
	}
	if n := len(d.Views); n > 0 {
		s += ", from " + Count(n, "vantage", "vantages")
	}
	return s
}

func noHosts(d *result.Domain) string {
	switch {
	case d.Origin == "null" || d.Reason == result.NullMX:
		return "takes no mail (null MX)"
	case d.Message != "":
		return clean(d.Message)
	case d.Reason == result.DNS:
		return "no hosts found"
	case d.Reason != result.None:
		return clean(string(d.Reason))
	}
	return "no hosts"
}

// Addresses counts the addresses of a host with their ports, each once from however
// many vantages it was spoken to.
func Addresses(h *result.Host) int {
	n := 0
	for i := range h.Addresses {
		a := &h.Addresses[i]
		if a.Vantage == "" || !slices.ContainsFunc(h.Addresses[:i], func(o result.Address) bool { return o.IP == a.IP && o.Port == a.Port }) {
			n++
		}
	}
	return n
}

// distinctIPs counts addresses; one that is spoken to on several ports is
// in the result once for each.
func distinctIPs(h *result.Host) int {
	n := 0
	for i := range h.Addresses {
		ip := h.Addresses[i].IP
		if !slices.ContainsFunc(h.Addresses[:i], func(a result.Address) bool { return a.IP == ip }) {
			n++
		}
	}
	return n
}

// Count returns a number with the word for what is counted.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// opening is the line that says what was asked for, what was found, and how
// long the look-up took.
func (p *page) opening(d *result.Domain) string {
	found := Facts(d)
	if d.DNSMillis > 0 {
		took := Duration(d.DNSMillis.Duration())
		if strings.HasSuffix(found, ")") {
			found += ", " + took
		} else {
			found += " (" + took + ")"
		}
	}
	if len(d.Hosts) == 0 {
		// No row will say it.
		return p.verdict(d.Status, 0) + gap + p.paint(bold, Title(d)) + ": " + found
	}
	return p.paint(bold, Title(d)) + ": " + found
}

// headline writes the line above the table of a domain and what DNS gave to
// remark on.
func (p *page) headline(d *result.Domain) {
	p.line(p.opening(d))
	p.routeNotes(d)
}

func (p *page) routeNotes(d *result.Domain) {
	p.notes("  ", "", d.Notes)
	for i := range d.Hosts {
		p.notes("  ", clean(d.Hosts[i].Name)+": ", d.Hosts[i].Notes)
	}
}

func (p *page) notes(indent, about string, notes []string) {
	for _, n := range notes {
		p.text(indent, "note: ", about+clean(n))
	}
}

// SendersView says in one sentence what a sending server would make of the
// domain, which is not the same as what all of its hosts do. Where there is none
// to say it is empty.
func SendersView(d *result.Domain) string {
	if d.Sender == nil {
		return ""
	}
	said := viewed(d)
	if d.Sender.Port != 0 {
		said += ", at port " + strconv.Itoa(int(d.Sender.Port))
	}
	return said + "."
}

// wait is how long senders keep trying: Postfix and Sendmail five days, Exim
// four, Exchange one or two as it is set.
const wait = "usually for one to five days"

func viewed(d *result.Domain) string {
	switch s := d.Sender; s.View {
	case result.ViewAtOnce:
		return "A sender would deliver at once"
	case result.ViewDegraded:
		return degraded(s)
	case result.ViewRefused:
		return "A sender meets a permanent refusal, and the mail bounces: refused"
	case result.ViewQueued:
		if len(d.Hosts) == 0 {
			return "A sender cannot look the domain up and tries again, " + wait + ": queued"
		}
		return "A sender is put off everywhere and tries again, " + wait + ": queued"
	case result.ViewDown:
		return "No host serves a sender, which tries again, " + wait + ": down"
	case result.ViewReturned:
		return "A sender has no host to try (" + nobody(d) + ") and returns the mail at once: returned"
	default:
		return "As a sender: " + clean(string(s.View))
	}
}

// nobody says why there is no host to send to.
func nobody(d *result.Domain) string {
	switch {
	case d.Reason == result.NullMX:
		return "the domain takes no mail"
	case len(d.Hosts) == 0:
		return "the DNS has none"
	case len(d.Hosts) == 1:
		return "its MX host has no usable address"
	}
	return "none of its MX hosts has a usable address"
}

func degraded(s *result.Sender) string {
	var others []string
	b := "Mail would be taken by " + clean(s.By)
	for _, f := range s.Failing {
		if f == s.By {
			b += " (not at every address)"
		} else {
			others = append(others, clean(f))
		}
	}
	if len(others) > 4 {
		others = append(others[:3], Count(len(others)-3, "other", "others"))
	}
	switch n := len(others); n {
	case 0:
	case 1:
		b += ", but not by " + others[0]
	default:
		b += ", but not by " + strings.Join(others[:n-1], ", ") + " and " + others[n-1]
	}
	return b + ": degraded"
}
