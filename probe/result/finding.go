package result

import "slices"

// Severity says how much a finding matters.
type Severity string

// The severities.
const (
	// SeverityOK: looked at, and sound.
	SeverityOK Severity = "ok"
	// SeverityNote: worth knowing; nothing has to be done.
	SeverityNote Severity = "note"
	// SeverityWarn: should be mended, mail comes through all the same.
	SeverityWarn Severity = "warn"
	// SeverityFail: mail of real senders is lost, refused or delayed.
	SeverityFail Severity = "fail"
	// SeverityInconclusive: it could not be found out.
	SeverityInconclusive Severity = "inconclusive"
)

// Severities returns all severities, the one that matters most first. What is
// not known stands before a warning, as it may be a failure.
func Severities() []Severity {
	return []Severity{SeverityFail, SeverityInconclusive, SeverityWarn, SeverityNote, SeverityOK}
}

// Rank is the place of a severity among all, 0 for the one that matters most.
func (s Severity) Rank() int { return slices.Index(Severities(), s) }

// Verdict is what a finding of this severity amounts to.
func (s Severity) Verdict() Verdict {
	switch s {
	case SeverityFail:
		return Fail
	case SeverityInconclusive:
		return Inconclusive
	case SeverityWarn:
		return Warn
	}
	return Pass
}

// Actor is who has to do something about a finding.
type Actor string

// The actors.
const (
	ActorDNS     Actor = "dns"     // who keeps the DNS zone
	ActorServer  Actor = "server"  // who runs the mail server
	ActorNetwork Actor = "network" // who runs the network of the server, or owns its addresses
	ActorUs      Actor = "us"      // who runs mxprobe
)

// Subject is what a finding is about: a domain, one of its hosts, or one
// address of a host.
type Subject struct {
	Domain  string `json:"domain"`
	Host    string `json:"host,omitempty"`
	Address string `json:"address,omitempty"`
}

// String is the most exact part of the subject.
func (s Subject) String() string {
	switch {
	case s.Address != "" && s.Host != "":
		return s.Host + " " + s.Address
	case s.Address != "":
		return s.Address
	case s.Host != "":
		return s.Host
	}
	return s.Domain
}

// Finding is what one rule says of one subject.
type Finding struct {
	// ID names the rule, such as "mx.cname". It never changes.
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Subject  Subject  `json:"subject"`
	// Title says what the rule asks for or found, in a few words.
	Title string `json:"title"`
	// Evidence is what was seen, in one printable line.
	Evidence string `json:"evidence,omitempty"`
	// Actor is who has to do something; empty where nothing has to be done.
	Actor Actor `json:"actor,omitempty"`
	// Advice is what to do.
	Advice string `json:"advice,omitempty"`
	// Publish are DNS records to publish, one a line, ready to paste.
	Publish []string `json:"publish,omitempty"`
	// RFC names the document and section that the rule goes by.
	RFC string `json:"rfc,omitempty"`
}

// Reception is what three kinds of senders would do with mail for one address.
type Reception struct {
	Host    string `json:"host"`
	Address string `json:"address"`
	// Opportunistic is what one does that takes TLS as it comes, MTASTS and DANE
	// what those do that follow RFC 8461 and RFC 7672.
	Opportunistic string `json:"opportunistic"`
	MTASTS        string `json:"mta_sts"`
	DANE          string `json:"dane"`
}
