package report

import (
	"strconv"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// Property is one fact under a name that never changes.
type Property struct{ Name, Value string }

// properties collects facts; those without a value are left out.
type properties []Property

func (p *properties) add(name, value string) {
	if value != "" {
		*p = append(*p, Property{name, clean(value)})
	}
}

func (p *properties) addMillis(name string, m result.Millis) {
	if m > 0 {
		p.add(name, Seconds(m))
	}
}

// Seconds is a time in seconds, to the millisecond.
func Seconds(m result.Millis) string {
	return strconv.FormatFloat(float64((m.Duration().Microseconds()+500)/1000)/1000, 'f', 3, 64)
}

// Properties are what a reader of an entry asks next: all that is known of
// it but its steps, printable, the most telling first.
func (e *Entry) Properties() []Property {
	var p properties
	p.add("status", e.Status().String())
	p.add("reason", string(e.Reason()))
	if e.Status() != result.Pass {
		p.add("message", e.Why())
	}
	if e.Check != nil {
		p.add("cause", e.Check.Cause)
		p.add("whose", e.Check.Whose)
	}
	p.add("hint", e.Hint())
	p.add("domain", e.Domain.Domain)
	p.add("server", e.Domain.Server)
	if s := e.Domain.Sender; s != nil {
		p.add("sender_view", string(s.View))
	}
	p.place(e)
	if e.Check != nil {
		p.check(e.Check)
	}
	if e.Finding != nil {
		p.finding(e.Finding)
	}
	if e.Host == nil && e.Finding == nil {
		for _, n := range e.Domain.Notes {
			p.add("note", n)
		}
	}
	return p
}

func (p *properties) place(e *Entry) {
	if e.Host != nil {
		p.add("mx", e.Host.Name)
		p.add("pref", strconv.Itoa(int(e.Host.Preference)))
	}
	if e.Address != nil {
		p.add("ip", e.Address.IP)
		if e.Address.Port != 0 {
			p.add("port", strconv.Itoa(int(e.Address.Port)))
		}
		p.add("via", e.Address.Via)
		p.add("vantage", e.Address.Vantage)
	}
}

func (p *properties) check(c *result.Check) {
	p.add("scenario", c.Scenario)
	p.add("attempts", strconv.Itoa(c.Attempts))
	p.add("forgiven", c.Forgiven)
	if c.Shared != nil {
		p.add("shared", c.Shared.Domain)
		p.add("shared_at", c.Shared.At.Format(time.RFC3339))
	}
	if c.Reused != nil {
		p.add("reused", c.Reused.Domain)
		p.add("reused_nth", strconv.Itoa(c.Reused.Nth))
	}
	p.addMillis("delay_seconds", c.DelayMillis)
	p.addMillis("delivery_seconds", c.DeliveryMillis)
	p.addMillis("connect_seconds", c.ConnectMillis)
	if t := c.TLS; t != nil {
		p.add("tls_version", t.Version)
		p.add("tls_cipher", t.Cipher)
		for _, f := range Findings(t) {
			p.add("tls_"+f.Name, f.Text)
		}
		p.add("tls_verified_by", t.VerifiedBy)
		if len(t.Chain) > 0 {
			p.add("tls_days_left", strconv.Itoa(t.DaysLeft))
			p.add("certificate_sha256", t.Chain[0].SHA256)
		}
	}
	for _, name := range sortedKeys(c.Captures) {
		p.add("capture."+clean(name), c.Captures[name])
	}
	for _, n := range c.Notes {
		p.add("note", n)
	}
}

func (p *properties) finding(f *result.Finding) {
	p.add("id", f.ID)
	p.add("severity", string(f.Severity))
	p.add("mx", f.Subject.Host)
	p.add("ip", f.Subject.Address)
	p.add("title", f.Title)
	p.add("evidence", f.Evidence)
	p.add("actor", string(f.Actor))
	p.add("publish", strings.Join(f.Publish, "; "))
	p.add("rfc", f.RFC)
}

// TLSFinding is what was found of a certificate in one respect.
type TLSFinding struct {
	Name  string // for programs
	Label string // for people
	Text  string // ok, not checked, or what is wrong
}

// Findings are what is to be said of a server's certificate: chain, name and
// dates, and DANE and MTA-STS where somebody asked.
func Findings(t *result.TLSState) []TLSFinding {
	all := []TLSFinding{
		{"chain", "chain", t.ChainFinding},
		{"name", "name", t.NameFinding},
		{"dates", "dates", t.DatesFinding},
		{"dane", "DANE", t.DANEFinding},
		{"mta_sts", "MTA-STS", t.STSFinding},
	}
	n := 0
	for i, f := range all {
		if i < 3 || f.Text != "" {
			all[n] = f
			n++
		}
	}
	return all[:n]
}
