package prometheus

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// records is what is kept of a domain, or of all of them: a record for each domain,
// host, dialogue and finding.
type records struct {
	domains  []domainRecord
	hosts    []hostRecord
	checks   []checkRecord
	findings []findingRecord
	counts   []countRecord
	changes  []changeRecord
}

// findingRecord is what a rule found.
type findingRecord struct{ domain, mx, ip, id, severity string }

// countRecord is how many findings of a domain have a severity.
type countRecord struct {
	domain, severity string
	n                int
}

// changeRecord is how many changes of a domain are of a kind.
type changeRecord struct {
	domain, kind string
	worse        bool
	n            int
}

type domainRecord struct {
	domain string
	status result.Verdict
	view   view
	hosts  int
	dns    time.Duration
}

type hostRecord struct {
	domain, mx string
	preference uint16
	addresses  int
}

type checkRecord struct {
	domain, scenario, mx, ip, port string

	// evidence is true of a dialogue of which findings say what it came to.
	evidence   bool
	status     result.Verdict
	skipped    bool // left out, or not needed any more
	reason     string
	cause      string
	whose      string
	failedStep int // -1 where no step decided
	attempts   int
	took       time.Duration
	connect    time.Duration
	delivery   time.Duration
	tls        *tlsRecord
	starttls   offer
	steps      []stepRecord
}

// tlsRecord is what the last handshake agreed on.
type tlsRecord struct {
	version, cipher string
	notAfter        time.Time
}

// recordsOf are those of a domain, under a name that no other has.
func recordsOf(d *result.Domain, name string) *records {
	r := &records{domains: []domainRecord{{name, d.Status, viewOf(d), len(d.Hosts), d.DNSMillis.Duration()}}}
	used := names{}
	r.addChanges(name, d.Changes)
	if d.Audited() {
		n := report.Severities(d)
		for _, s := range result.Severities() {
			r.counts = append(r.counts, countRecord{name, string(s), n[s]})
		}
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.Severity == result.SeverityOK {
			continue
		}
		at := findingRecord{name, label(f.Subject.Host), label(f.Subject.Address), label(f.ID), label(string(f.Severity))}
		at.id = used.free(at.id, at.mx, at.ip)
		r.findings = append(r.findings, at)
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		mx := used.free(label(h.Name))
		r.hosts = append(r.hosts, hostRecord{name, mx, h.Preference, report.Addresses(h)})
		for j := range h.Addresses {
			a := &h.Addresses[j]
			for k := range a.Checks {
				e := report.Entry{Domain: d, Host: h, Address: a, Check: &a.Checks[k]}
				c := checkOf(&e)
				c.domain, c.mx, c.evidence = name, mx, d.Audited()
				c.scenario = used.free(c.scenario, c.mx, c.ip, c.port)
				r.checks = append(r.checks, c)
			}
		}
	}
	return r
}

func (r *records) addChanges(domain string, all []result.Change) {
	for i := range all {
		c := changeRecord{domain, label(all[i].Kind), all[i].Regression, 1}
		at := slices.IndexFunc(r.changes, func(o changeRecord) bool { return o.kind == c.kind && o.worse == c.worse })
		if at < 0 {
			r.changes = append(r.changes, c)
			continue
		}
		r.changes[at].n++
	}
}

// addAll adds the records of another domain.
func (r *records) addAll(o *records) {
	r.domains = append(r.domains, o.domains...)
	r.hosts = append(r.hosts, o.hosts...)
	r.checks = append(r.checks, o.checks...)
	r.findings = append(r.findings, o.findings...)
	r.counts = append(r.counts, o.counts...)
	r.changes = append(r.changes, o.changes...)
}

func checkOf(e *report.Entry) checkRecord {
	c := e.Check
	r := checkRecord{
		scenario: label(c.Scenario + report.From(e.Address)), ip: label(e.Address.IP), failedStep: -1,
		status: c.Status, skipped: e.Kind() == report.Skipped, reason: label(string(c.Reason)), cause: label(c.Cause), whose: label(c.Whose),
		attempts: c.Attempts, took: c.Millis.Duration(), connect: c.ConnectMillis.Duration(), delivery: c.DeliveryMillis.Duration(),
		starttls: offerOf(c), steps: lastSteps(c),
	}
	if e.Address.Port != 0 {
		r.port = strconv.Itoa(int(e.Address.Port))
	}
	if c.FailedStep != nil {
		r.failedStep = *c.FailedStep
	}
	if c.TLS != nil {
		r.tls = &tlsRecord{version: label(c.TLS.Version), cipher: label(c.TLS.Cipher)}
		if len(c.TLS.Chain) > 0 {
			r.tls.notAfter = c.TLS.Chain[0].NotAfter
		}
	}
	return r
}

// sort puts everything in the order of its labels.
func (r *records) sort() {
	slices.SortStableFunc(r.domains, func(a, b domainRecord) int { return strings.Compare(a.domain, b.domain) })
	slices.SortStableFunc(r.hosts, func(a, b hostRecord) int { return inOrder(a.domain, b.domain, a.mx, b.mx) })
	slices.SortStableFunc(r.checks, func(a, b checkRecord) int {
		return inOrder(a.domain, b.domain, a.scenario, b.scenario, a.mx, b.mx, a.ip, b.ip, a.port, b.port)
	})
	for i := range r.checks { // by their numbers as text, as labels are
		slices.SortStableFunc(r.checks[i].steps, func(a, b stepRecord) int { return strings.Compare(strconv.Itoa(a.number), strconv.Itoa(b.number)) })
	}
	slices.SortStableFunc(r.findings, func(a, b findingRecord) int {
		return inOrder(a.domain, b.domain, a.mx, b.mx, a.ip, b.ip, a.id, b.id, a.severity, b.severity)
	})
	slices.SortStableFunc(r.counts, func(a, b countRecord) int { return inOrder(a.domain, b.domain, a.severity, b.severity) })
	slices.SortStableFunc(r.changes, func(a, b changeRecord) int {
		return inOrder(a.domain, b.domain, a.kind, b.kind, strconv.FormatBool(a.worse), strconv.FormatBool(b.worse))
	})
}

// inOrder compares pairs of values, the first that differ.
func inOrder(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if c := strings.Compare(pairs[i], pairs[i+1]); c != 0 {
			return c
		}
	}
	return 0
}
