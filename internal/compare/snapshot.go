package compare

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// Snapshot is what is remembered of one domain. It holds no text of servers
// but keywords, names and issuers, no time but those of certificates, and no
// secret, so that it can be read and kept by anybody.
type Snapshot struct {
	// Origin says where the hosts come from, as in result.Domain.
	Origin string `json:"origin,omitempty"`
	// Trouble is why the domain as a whole could not be looked up.
	Trouble *Outcome         `json:"trouble,omitempty"`
	Hosts   map[string]*Host `json:"hosts,omitempty"`
	// Findings are those of a check; nil where none was made.
	Findings Findings `json:"findings,omitzero"`
}

// Host is what is remembered of a mail exchanger.
type Host struct {
	Preference uint16 `json:"pref"`
	// Trouble is why its addresses could not be looked up.
	Trouble *Outcome `json:"trouble,omitempty"`
	// Lack is why part of its addresses was not in the result.
	Lack *Outcome `json:"lack,omitempty"`
	// Addresses are by IP address, empty for a Unix socket.
	Addresses map[string]*Address `json:"addresses,omitempty"`
}

// Address is what is remembered of an address, by port.
type Address struct {
	Ports map[uint16]*Service `json:"ports"`
}

// Service is what is remembered of a port of an address.
type Service struct {
	// Keywords are offered before TLS, EncryptedKeywords under it; nil where
	// that was never seen.
	Keywords          Keywords     `json:"keywords,omitzero"`
	EncryptedKeywords Keywords     `json:"keywords_tls,omitzero"`
	Certificate       *Certificate `json:"certificate,omitempty"`
	// Scenarios are the dialogues by the name of their scenario.
	Scenarios map[string]*Outcome `json:"scenarios,omitempty"`
}

// Certificate is what is remembered of a server's own certificate.
type Certificate struct {
	SHA256   string `json:"sha256"`
	Issuer   string `json:"issuer"`
	NotAfter string `json:"not_after"` // a date
	// Chain, Name and Dates are the findings about it: true if good, false
	// if not, nil where nobody looked.
	Chain *bool `json:"chain_ok,omitempty"`
	Name  *bool `json:"name_ok,omitempty"`
	Dates *bool `json:"dates_ok,omitempty"`
}

// Outcome is how something ended, with what it takes to tell one failure
// from another.
type Outcome struct {
	Status result.Verdict `json:"status"`
	Reason result.Reason  `json:"reason,omitempty"`
	// Step is the step that decided, nil if none did.
	Step *int `json:"step,omitempty"`
	// Codes are the reply codes from the greeting to the last step, 0 where
	// no reply came.
	Codes []int `json:"codes,omitempty"`
	// TLS is the version of TLS, VerifiedBy what vouched for the server:
	// "dane", "mta-sts" or nothing.
	TLS        string        `json:"tls,omitempty"`
	VerifiedBy string        `json:"verified_by,omitempty"`
	Millis     result.Millis `json:"ms,omitempty"`
}

// Valid returns an error if a snapshot that was read from a file lacks what
// Remember puts into every one.
func (s *Snapshot) Valid() error {
	if s == nil {
		return errors.New("null is no domain")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Hosts)) {
		h := s.Hosts[name]
		if h == nil {
			return fmt.Errorf("host %q is null", name)
		}
		for ip, a := range h.Addresses {
			if a == nil {
				return fmt.Errorf("address %q of host %q is null", ip, name)
			}
			for port, service := range a.Ports {
				if service == nil {
					return fmt.Errorf("port %d of address %q is null", port, ip)
				}
			}
		}
	}
	return s.Findings.valid()
}

// Key is what a domain is remembered under: its name, or that of the server
// that was named instead, or both. A domain and a server of one name are two.
func Key(d *result.Domain) string {
	if d.Domain == "" {
		return "server " + d.Server
	}
	return subject(d)
}

// subject is what messages call a domain.
func subject(d *result.Domain) string {
	domain := strings.ToLower(strings.TrimSuffix(d.Domain, "."))
	switch {
	case d.Server == "":
		return domain
	case domain == "":
		return d.Server
	}
	return domain + " at " + d.Server
}

// final reports whether a verdict says something of the server that lasts. A
// temporary answer does not, nor does a fault on this side, whatever the
// flags count them as.
func final(v result.Verdict, r result.Reason) bool {
	return v != result.NotRun && v != result.Inconclusive && r != result.Temporary && !r.Ours()
}

// outcomeOf is what is worth keeping of a dialogue, nil if nothing is.
func outcomeOf(c *result.Check) *Outcome {
	o := &Outcome{Status: c.Status, Reason: c.Reason, Step: c.FailedStep}
	switch {
	case final(c.Status, c.Reason):
	case c.Reason == result.Temporary:
		o.Status = result.Inconclusive
	default:
		return nil
	}
	last := 0
	for number, s := range replies(c) {
		code := 0
		if s != nil {
			code, last = s.Code, number+1
		}
		o.Codes = append(o.Codes, code)
	}
	o.Codes = o.Codes[:last]
	if c.TLS != nil {
		o.TLS, o.VerifiedBy = cut(c.TLS.Version, 32), cut(c.TLS.VerifiedBy, 32)
	}
	if o.works() && c.Attempts == 1 {
		o.Millis = c.Millis // else it waited between attempts
	}
	return o
}

// works reports whether an outcome is as it should be.
func (o *Outcome) works() bool { return o.Status == result.Pass || o.Status == result.Warn }

// code is the reply code that decided, 0 if none did.
func (o *Outcome) code() int {
	if o.Step == nil || *o.Step < 0 || *o.Step >= len(o.Codes) {
		return 0
	}
	return o.Codes[*o.Step]
}

// same reports whether two outcomes are the same failure.
func (o *Outcome) same(as *Outcome) bool {
	step := func(o *Outcome) int {
		if o.Step == nil {
			return -1
		}
		return *o.Step
	}
	return o != nil && as != nil && o.Status == as.Status && o.Reason == as.Reason && step(o) == step(as) && o.code() == as.code()
}

// certificateOf is what is worth keeping of a certificate, nil if none was
// seen. A session that was taken up again shows none.
func certificateOf(c *result.Check) *Certificate {
	of := leaf(c)
	if of == nil || c.TLS.Resumed {
		return nil
	}
	return &Certificate{
		SHA256: cut(of.SHA256, 128), Issuer: cut(of.Issuer, 255), NotAfter: of.NotAfter.UTC().Format("2006-01-02"),
		Chain: finding(c.TLS.ChainFinding), Name: finding(c.TLS.NameFinding), Dates: finding(c.TLS.DatesFinding),
	}
}

func finding(text string) *bool {
	if text == "" || text == result.CertificateNotChecked {
		return nil
	}
	good := text == result.CertificateOK
	return &good
}
