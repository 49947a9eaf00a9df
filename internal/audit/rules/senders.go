package rules

import (
	"fmt"
	"slices"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/mtasts"
)

// Sender is what three kinds of senders would do with one address: one that
// takes TLS as it comes, one that follows MTA-STS, and one that follows DANE.
type Sender struct {
	Host, Address            string
	Opportunistic, STS, DANE string
}

// Senders says for each address what three kinds of senders would do.
func Senders(d *facts.Domain) []Sender {
	var all []Sender
	eachAddress(d, func(p place, h *facts.Host, a *facts.Address) {
		if a.Main.State == facts.NotAsked {
			return
		}
		plain, up := opportunistic(a)
		s := Sender{Host: h.Name, Address: p.address, Opportunistic: plain, STS: plain, DANE: plain}
		if up {
			s.STS, s.DANE = followsSTS(d, h, a, plain), followsDANE(d, h, a, plain)
		}
		all = append(all, s)
	})
	return all
}

// opportunistic is what a sender does that takes TLS as it comes; up is false
// where no sender comes as far as TLS.
func opportunistic(a *facts.Address) (does string, up bool) {
	m := &a.Main
	switch {
	case m.State == facts.Failed, m.State == facts.Found && m.Hello.State == facts.Failed:
		return "not known", false
	case m.State != facts.Found:
		return "no service", false
	case m.Greeting.State == facts.Found && !m.Greeting.Positive(), m.Hello.Negative():
		return "is turned away", false
	case m.TLS.State == facts.Found:
		return m.TLS.Version, true
	case m.TLS.State == facts.NoData:
		return "TLS fails; in clear, or not at all", true
	case m.Hello.Positive():
		return "in clear", true
	}
	return "not known", false
}

func followsSTS(d *facts.Domain, h *facts.Host, a *facts.Address, plain string) string {
	p := &d.STS.Policy
	switch {
	case d.STS.Record.State == facts.Failed, p.State == facts.Failed && p.Fault == facts.STSFaultOurs:
		return "not known"
	case p.State != facts.Found || p.Problem != "" || p.Mode == string(mtasts.None):
		return plain + " (no policy)"
	}
	fault, known := stsFault(d, a)
	if !allows(p, h.Name) {
		fault, known = "the host is not in the policy", true
	}
	switch {
	case !known:
		return "not known"
	case fault != "" && p.Mode == string(mtasts.Enforce):
		return "does not deliver: " + fault
	case fault != "":
		return plain + ", reports: " + fault
	}
	return plain + ", verified"
}

func followsDANE(d *facts.Domain, h *facts.Host, a *facts.Address, plain string) string {
	t := &h.TLSA
	switch {
	case d.DNSSEC.Resolver != facts.Found, t.State == facts.Failed:
		return "not known"
	case t.State != facts.Found || !t.Validated:
		return plain + " (no TLSA record)"
	case !a.Main.Hello.Offers("STARTTLS"):
		return "does not deliver: no STARTTLS"
	case a.Main.TLS.State == facts.NoData:
		return "does not deliver: TLS fails"
	case !slices.ContainsFunc(t.Records, func(r facts.TLSARecord) bool { return r.Unusable == "" }):
		return plain + ", not verified (no record can be used)"
	}
	for _, c := range a.Certificates {
		switch {
		case !c.Judged:
			return "not known"
		case len(c.TLSA) == 0:
			return "does not deliver: no TLSA record fits"
		}
	}
	if len(a.Certificates) == 0 {
		return "not known"
	}
	return fmt.Sprintf("%s, verified by %s", plain, recordText(t.Records[a.Certificates[0].TLSA[0]]))
}
