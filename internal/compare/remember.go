package compare

import (
	"cmp"
	"maps"

	"mxprobe/probe/result"
)

// Options say how a domain is compared with what was known of it. The zero
// value compares everything but times.
type Options struct {
	// Slower is the factor by which a dialogue must take longer to be a
	// change, and at least a second longer; 0 for never.
	Slower float64
	// LeftOut reports whether the call left out a host, or an address of a
	// host: what was not asked about is not gone. ip is empty for the host as
	// a whole. A nil LeftOut leaves nothing out.
	LeftOut func(host, ip string) bool
	// Evidence is set where dialogues are the evidence of findings: how they
	// end says nothing by itself.
	Evidence bool
}

func (o *Options) leftOut(host, ip string) bool { return o.LeftOut != nil && o.LeftOut(host, ip) }

// Remember returns what is known of a domain now: what this run saw, and what
// was known before where it could not see. It returns before itself, perhaps
// nil, if it saw nothing. before and d are not changed.
func Remember(before *Snapshot, d *result.Domain, o *Options) *Snapshot {
	now := &Snapshot{}
	if before != nil {
		*now = *before
	}
	if d.Origin == "" { // the look-up failed, or was never made
		if !final(d.Status, d.Reason) {
			return before
		}
		now.Trouble = &Outcome{Status: d.Status, Reason: d.Reason}
		return now
	}
	if len(d.Hosts) == 0 && d.Reason != result.NullMX {
		return before // all hosts were left out
	}
	now.Origin, now.Trouble, now.Hosts = d.Origin, nil, map[string]*Host{}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if now.Hosts[h.Name] == nil {
			now.Hosts[h.Name] = rememberHost(known(before, h.Name), h, o)
		}
	}
	if before != nil {
		for name, h := range before.Hosts {
			if now.Hosts[name] == nil && o.leftOut(name, "") {
				now.Hosts[name] = h
			}
		}
	}
	return now
}

func known(s *Snapshot, host string) *Host {
	if s == nil {
		return nil
	}
	return s.Hosts[host]
}

func rememberHost(before *Host, h *result.Host, o *Options) *Host {
	now := &Host{Preference: h.Preference, Addresses: map[string]*Address{}}
	if before == nil {
		before = &Host{}
	}
	if len(h.Addresses) == 0 {
		now.Addresses, now.Trouble = before.Addresses, before.Trouble
		if h.Status != result.Skip && final(h.Status, h.Reason) {
			now.Trouble = &Outcome{Status: h.Status, Reason: h.Reason}
		}
		return now
	}
	for i := range h.Addresses {
		a := &h.Addresses[i]
		if now.Addresses[a.IP] == nil {
			now.Addresses[a.IP] = rememberPorts(before.Addresses[a.IP])
		}
		ports := now.Addresses[a.IP].Ports
		ports[a.Port] = rememberService(ports[a.Port], a, o)
	}
	// Of the other address family nobody may know whether it is gone.
	partly := h.Lack != nil
	if partly && final(h.Lack.Status, h.Lack.Reason) {
		now.Lack = &Outcome{Status: h.Lack.Status, Reason: h.Lack.Reason}
	}
	for ip, a := range before.Addresses {
		if now.Addresses[ip] == nil && (partly || o.leftOut(h.Name, ip)) {
			now.Addresses[ip] = a
		}
	}
	return now
}

func rememberPorts(before *Address) *Address {
	now := &Address{Ports: map[uint16]*Service{}}
	if before != nil {
		maps.Copy(now.Ports, before.Ports)
	}
	return now
}

func rememberService(before *Service, a *result.Address, o *Options) *Service {
	if before == nil {
		before = &Service{}
	}
	now := &Service{Scenarios: maps.Clone(before.Scenarios)}
	if now.Scenarios == nil {
		now.Scenarios = map[string]*Outcome{}
	}
	for name, c := range a.Named() {
		clear, encrypted := offered(c)
		if now.Keywords == nil {
			now.Keywords = clear
		}
		if now.EncryptedKeywords == nil {
			now.EncryptedKeywords = encrypted
		}
		if now.Certificate == nil {
			now.Certificate = certificateOf(c)
		}
		is := outcomeOf(c)
		if o.Evidence && is != nil {
			is = &Outcome{Status: result.Pass, TLS: is.TLS}
		}
		now.Scenarios[name] = rememberOutcome(now.Scenarios[name], is, o)
		if now.Scenarios[name] == nil {
			delete(now.Scenarios, name)
		}
	}
	if now.Keywords == nil {
		now.Keywords = before.Keywords
	}
	if now.EncryptedKeywords == nil {
		now.EncryptedKeywords = before.EncryptedKeywords
	}
	now.Certificate = rememberCertificate(before.Certificate, now.Certificate)
	return now
}

func rememberOutcome(before, now *Outcome, o *Options) *Outcome {
	if now == nil || before != nil && now.Status == result.Inconclusive {
		return cmp.Or(before, now) // nothing final is known
	}
	if before == nil {
		return now
	}
	if now.TLS == "" {
		now.TLS = before.TLS
	}
	// A time within the usual is no news, and a file that changes with every
	// run could not be read for what has changed.
	if before.Millis != 0 && !slower(before, now, o.Slower) && !slower(now, before, o.Slower) {
		now.Millis = before.Millis
	}
	return now
}

// rememberCertificate keeps the findings about a certificate where nobody
// looked this time.
func rememberCertificate(before, now *Certificate) *Certificate {
	if before == nil || now == nil || before.SHA256 != now.SHA256 {
		return cmp.Or(now, before)
	}
	now.Chain = cmp.Or(now.Chain, before.Chain)
	now.Name = cmp.Or(now.Name, before.Name)
	now.Dates = cmp.Or(now.Dates, before.Dates)
	return now
}
