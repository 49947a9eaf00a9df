package prometheus

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// records is what is kept of a run: a record for each domain, host, dialogue
// and finding, in their order, and the names in use.
type records struct {
	domains  []domainRecord
	hosts    []hostRecord
	checks   []checkRecord
	findings []findingRecord
	counts   []countRecord
	changes  []changeRecord
	used     map[string]bool
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

func (r *records) add(d *result.Domain) {
	if r.used == nil {
		r.used = map[string]bool{}
	}
	name := r.free(label(report.Title(d)))
	r.domains = append(r.domains, domainRecord{name, d.Status, viewOf(d), len(d.Hosts), d.DNSMillis.Duration()})
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
		at.id = r.free(at.id, at.domain, at.mx, at.ip)
		r.findings = append(r.findings, at)
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		mx := r.free(label(h.Name), name)
		r.hosts = append(r.hosts, hostRecord{name, mx, h.Preference, report.Addresses(h)})
		for j := range h.Addresses {
			a := &h.Addresses[j]
			for k := range a.Checks {
				e := report.Entry{Domain: d, Host: h, Address: a, Check: &a.Checks[k]}
				c := checkOf(&e)
				c.domain, c.mx, c.evidence = name, mx, d.Audited()
				c.scenario = r.free(c.scenario, c.domain, c.mx, c.ip, c.port)
				r.checks = append(r.checks, c)
			}
		}
	}
}

func (r *records) addChanges(domain string, all []result.Change) {
	for i := range all {
		c := changeRecord{domain, label(all[i].Kind), all[i].Regression, 1}
		at := slices.IndexFunc(r.changes, func(o changeRecord) bool { return o.domain == c.domain && o.kind == c.kind && o.worse == c.worse })
		if at < 0 {
			r.changes = append(r.changes, c)
			continue
		}
		r.changes[at].n++
	}
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

// free returns a name that nothing else has within the same names around it:
// the name itself, or with a number behind it.
func (r *records) free(name string, within ...string) string {
	// No name has a newline, which label has made printable.
	around := strings.Join(within, "\n") + "\n"
	free := name
	for n := 2; r.used[around+free]; n++ {
		free = name + "#" + strconv.Itoa(n)
	}
	r.used[around+free] = true
	return free
}

// maxLabel bounds the value of a label.
const maxLabel = 200

// label makes a value of a label: printable, in UTF-8 and bounded. It cuts what
// is printable already, for the escapes take room as well.
func label(s string) string {
	s = result.PrintableString(s)
	if len(s) <= maxLabel {
		return s
	}
	const dots = "..."
	end := maxLabel - len(dots)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + dots
}
