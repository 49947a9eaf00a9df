// Package result holds what a run saw, as plain data with stable JSON names.
//
// A Run holds Domains, a Domain its Hosts, a Host its Addresses, an Address
// one Check for each dialogue played there, a Check its Steps. Text that came
// from a server is already printable (see Printable) and free of secrets when
// it gets here, so that no writer has to know them. The names of the JSON
// fields are never changed or removed; new ones may be added. Version counts
// the format.
package result

import (
	"time"
)

// Version is the version of the JSON format, the field v of every document
// and event.
const Version = 1

// Run is one call of the program: every domain it was asked for, and what
// all of it amounts to.
type Run struct {
	V       int       `json:"v"`
	Type    string    `json:"type"` // always "run"
	Program string    `json:"program"`
	RunID   string    `json:"run_id"`
	Started time.Time `json:"started"`
	Domains []Domain  `json:"domains"`
	End     End       `json:"end"`
}

// End sums a run up; it is the last event of a stream of JSON Lines.
type End struct {
	V      int     `json:"v"`
	Type   string  `json:"type"` // always "end"
	Status Verdict `json:"status"`
	// Exit is the exit status of the process, see the table in the README.
	Exit int `json:"exit"`
	// Dialogues counts one for each scenario and address.
	Dialogues Counts `json:"dialogues"`
	Steps     Counts `json:"steps"`
	Millis    Millis `json:"ms"`
	// Incomplete is true where the run was cut short, by a signal, its time
	// limit or a fault in its list, so that there may be domains that nobody
	// looked at and that are not in the report; Notes say why.
	Incomplete bool     `json:"incomplete,omitempty"`
	Notes      []string `json:"notes,omitempty"`
	// List is what a list came to, nil where a run is over one domain.
	List *List `json:"list,omitempty"`
}

// Domain is what became of one domain, or of one server that was named
// instead of a domain.
type Domain struct {
	Domain string `json:"domain"`
	// Server is the host that was named instead of looking up MX records.
	Server string `json:"server,omitempty"`
	// Origin says where the hosts come from: mx, implicit, null, literal,
	// server, or nothing if the look-up failed.
	Origin string `json:"origin,omitempty"`
	// Authentic is true if a trusted resolver vouched for the MX records
	// with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
	Authentic bool    `json:"authentic,omitempty"`
	Status    Verdict `json:"status"`
	Reason    Reason  `json:"reason,omitempty"`
	Message   string  `json:"message,omitempty"`
	Hint      string  `json:"hint,omitempty"`
	// Temporary is true if the look-up that failed may give something later:
	// no answer, or one such as SERVFAIL.
	Temporary bool `json:"temporary,omitempty"`
	// Notes are findings that decide nothing, such as an exchange that is an alias.
	Notes []string `json:"notes,omitempty"`
	// Sender is how a sending server would fare, nil where that is not known.
	Sender *Sender `json:"sender,omitempty"`
	// Findings are what was found out beside the dialogues, of the domain, its
	// hosts and their addresses.
	Findings []Finding `json:"findings,omitempty"`
	// Reception is what three kinds of senders would do with each address; nil
	// but of a domain that was checked as a whole.
	Reception []Reception `json:"reception,omitempty"`
	// Differences are the properties in which hosts and addresses of the
	// domain do not agree.
	Differences []Difference `json:"differences,omitempty"`
	// Changes are what is not as it was when the baseline was written.
	Changes   []Change `json:"changes,omitempty"`
	DNSMillis Millis   `json:"dns_ms"`
	LeftOut
	Seen
	Hosts  []Host `json:"hosts"`
	Millis Millis `json:"ms"`
}

// LeftOut says what of a domain was not looked at, because the user said so.
type LeftOut struct {
	// Excluded is true where the domain is on the list of those that are not
	// spoken to, so that nothing was looked up.
	Excluded bool `json:"excluded,omitempty"`
	// Unchosen counts the hosts that the user left out by name; they are not
	// among Hosts.
	Unchosen int `json:"unchosen,omitempty"`
}

// Audited reports whether the domain was checked as a whole: its findings are
// all there is to say of it then, and its dialogues are their evidence.
func (d *Domain) Audited() bool { return d.Reception != nil }

// Host is one mail exchanger of a domain. A host whose addresses cannot be
// found is in the list as well, with a reason and no addresses.
type Host struct {
	Name       string    `json:"name"`
	Preference uint16    `json:"pref"`
	Status     Verdict   `json:"status"`
	Reason     Reason    `json:"reason,omitempty"`
	Message    string    `json:"message,omitempty"`
	Hint       string    `json:"hint,omitempty"`
	Temporary  bool      `json:"temporary,omitempty"` // as of Domain, of the addresses
	Notes      []string  `json:"notes,omitempty"`
	Lack       *Lack     `json:"lack,omitempty"` // nil for a host without addresses
	Addresses  []Address `json:"addresses"`
}

// Lack says that a host has fewer addresses here than it has: some could not
// be looked up, or were left out. It counts beside the verdicts of the others.
type Lack struct {
	Status  Verdict `json:"status"`
	Reason  Reason  `json:"reason"`
	Message string  `json:"message"`
}

// Address is one address of a host and the dialogues played with it.
type Address struct {
	IP   string `json:"ip"`
	Port uint16 `json:"port"`
	// Vantage is the place that the address was spoken to from, where a domain
	// was seen from several: it is there once for each of them.
	Vantage string `json:"vantage,omitempty"`
	// Via is where the connections really went, in words, where a proxy or a
	// redirection leads elsewhere.
	Via    string  `json:"via,omitempty"`
	Status Verdict `json:"status"`
	Checks []Check `json:"checks"`
}

// Check is one dialogue with one address, all attempts included.
type Check struct {
	Scenario string  `json:"scenario"`
	Status   Verdict `json:"status"`
	Reason   Reason  `json:"reason,omitempty"`
	Message  string  `json:"message,omitempty"`
	Blame
	Standing
	// Hint is a likely cause and what to do next; empty where the reply
	// leaves doubt.
	Hint string `json:"hint,omitempty"`
	// FailedStep is the number of the step that decided the status, nil if
	// none did. Step 0 is the connection with its greeting.
	FailedStep *int `json:"failed_step,omitempty"`
	// StepCount is the number of steps the scenario has, greeting not counted.
	StepCount int `json:"step_count"`
	Attempts  int `json:"attempts"`
	NotPlayed
	Captures map[string]string `json:"captures,omitempty"`
	TLS      *TLSState         `json:"tls"`
	// ControlAnswered is true where the address did not answer and the control
	// server did, so that this machine is on the network.
	ControlAnswered bool `json:"control_answered,omitempty"`
	// ConnectMillis is the time of the last connection's TCP handshake.
	ConnectMillis Millis `json:"connect_ms,omitempty"`
	// DelayMillis is how long a greylisting server made this sender wait
	// before it took the recipient, over several runs; 0 where it is not known.
	DelayMillis Millis `json:"delay_ms,omitempty"`
	// DeliveryMillis is how long the message took from its acceptance into the
	// mailbox, as an arrives step saw it; 0 where it was not seen.
	DeliveryMillis Millis   `json:"delivery_ms,omitempty"`
	Notes          []string `json:"notes,omitempty"`
	Steps          []Step   `json:"steps"`
	Millis         Millis   `json:"ms"`
}

// Standing is how a check counts.
type Standing struct {
	// PlaysSender is true where the dialogue does what a sender of mail does, so
	// that Domain.Sender goes by what it was answered.
	PlaysSender bool `json:"plays_sender,omitempty"`
	// Forgiven says why a failure of this check does not count (may_fail).
	Forgiven string `json:"forgiven,omitempty"`
}

// TLSState is what the last handshake of a dialogue agreed on, and what is to
// be said of the server's certificate.
type TLSState struct {
	Version string `json:"version"` // as in "TLS 1.3"
	Cipher  string `json:"cipher"`  // its name in the IANA registry
	// Curve is the key exchange; empty where it has no name, as with RSA.
	Curve string `json:"curve,omitempty"`
	// Implicit is true if TLS began with the connection, not with STARTTLS.
	Implicit bool `json:"implicit,omitempty"`
	// Resumed is true if an earlier session with the same address was taken
	// up again; the certificate is then the one of that session.
	Resumed bool `json:"resumed,omitempty"`
	// SNI is the name asked for (RFC 6066 section 3), empty if none was.
	SNI string `json:"sni,omitempty"`
	// Reference is the name, or address, the certificate must bear.
	Reference string `json:"reference"`
	// ChainFinding, NameFinding and DatesFinding are "ok", or say what is
	// wrong; "not checked" where nobody looked.
	ChainFinding string `json:"chain_finding"`
	NameFinding  string `json:"name_finding"`
	DatesFinding string `json:"dates_finding"`
	// DANEFinding and STSFinding are the same for what verify: dane and
	// verify: mta-sts ask, and empty where nobody asked.
	DANEFinding string `json:"dane_finding,omitempty"`
	STSFinding  string `json:"sts_finding,omitempty"`
	// VerifiedBy is "dane" or "mta-sts" where that vouches for the server,
	// with all that has to be so as well.
	VerifiedBy string `json:"verified_by,omitempty"`
	// DaysLeft is how many whole days the server's own certificate is still
	// valid. Below 0 it has expired, so many whole days ago, or within the
	// last day at -1.
	DaysLeft int `json:"days_left"`
	// Chain are the certificates as the server sent them, its own first.
	Chain []Certificate `json:"chain"`
}

// What a finding of a TLSState says where there is nothing to find.
const (
	CertificateOK         = "ok"
	CertificateNotChecked = "not checked"
)

// Certificate is one certificate that a server sent.
type Certificate struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Names     []string  `json:"names,omitempty"` // DNS names and addresses it is for
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	// SHA256 is the fingerprint of the whole certificate, in hex.
	SHA256 string `json:"sha256"`
	// DER is the certificate itself. It is in no report.
	DER []byte `json:"-"`
}

// Step is one step of one attempt.
type Step struct {
	Attempt int `json:"attempt"`
	// Number counts from 1 in the order of the file, the lines of a
	// pipeline one by one; 0 is the connection and its greeting, and the
	// number after the last is the QUIT sent at the end.
	Number int    `json:"step"`
	Name   string `json:"name"`
	Facts
	Sent   string  `json:"sent,omitempty"`
	Status Verdict `json:"status"`
	Reason Reason  `json:"reason,omitempty"`
	Blame
	// Message says in one line why the status is not pass.
	Message string `json:"message,omitempty"`
	// Want is the expectation as written, such as "5xx" or "250 or 251".
	Want string `json:"want,omitempty"`
	// Code is the reply code, 0 if no reply came.
	Code int `json:"code,omitempty"`
	// Enhanced is the enhanced status code (RFC 3463), if there was one of
	// the reply code's class.
	Enhanced string `json:"enhanced,omitempty"`
	// Text is the reply's text line by line, reply codes taken off.
	Text   []string `json:"text,omitempty"`
	Millis Millis   `json:"ms"`
	File   string   `json:"file,omitempty"`
	Line   int      `json:"line,omitempty"`
	Col    int      `json:"col,omitempty"`
	Notes  []string `json:"notes,omitempty"`
	// Excerpt is the part of the scenario that was not met; only on a step
	// that failed.
	Excerpt *Excerpt `json:"excerpt,omitempty"`
	// Transcript is what went over the line in this step, in order.
	Transcript []Line `json:"transcript,omitempty"`
}

// Blame says what is behind a verdict, and whose matter it is.
type Blame struct {
	// Cause is the name of what is behind the verdict, one of a closed list
	// that docs/reading-a-failure.md explains, such as "greylisted"; Whose
	// says who has to act: client, sender, recipient, message, server,
	// network, protocol or unknown. Both are empty where there is nothing to
	// explain.
	Cause string `json:"cause,omitempty"`
	Whose string `json:"whose,omitempty"`
}

// NotPlayed says why a dialogue, or its beginning, was not played for its domain.
type NotPlayed struct {
	// Excluded is true where the host or the address is on the list of those
	// that are not spoken to.
	Excluded bool `json:"excluded,omitempty"`
	// Shared is set where the dialogue is the same for every domain, and was played
	// with the same address for another one.
	Shared *Shared `json:"shared,omitempty"`
	// Reused is set where the dialogue was played over a connection that was opened
	// for another domain: the steps that open it were played for that one.
	Reused *Reused `json:"reused,omitempty"`
}

// Reused says for which domain a connection was opened, and how many dialogues were
// played over it, with this one: 2 for the first that reused it.
type Reused struct {
	Domain string `json:"domain"`
	Nth    int    `json:"nth"`
}

// Shared says for which domain a result was played, and when.
type Shared struct {
	Domain string    `json:"domain"`
	At     time.Time `json:"at"`
}

// Facts are what a step did, for programs: nothing need be read out of the text
// that is there for people.
type Facts struct {
	// Action is the key of what the step does in the language of scenarios,
	// such as send, message or starttls; empty for what is done without a step:
	// the connection with its greeting, and the QUIT at the end.
	Action string `json:"action,omitempty"`
	// Verb is the command that was sent, in upper case and without arguments;
	// DATA where that was said for a message. It is empty where none was sent, or
	// what was sent begins with no word of a command.
	Verb string `json:"verb,omitempty"`
	// RefusalWanted is true where the scenario asks for a permanent refusal, and
	// takes nothing else for an answer than that or a temporary one: that another
	// refusal came says nothing of mail.
	RefusalWanted bool `json:"refusal_wanted,omitempty"`
	// FellBack is true where the step says EHLO, and HELO was said because the
	// server did not understand it.
	FellBack bool `json:"fell_back,omitempty"`
}

// IsHello reports whether the step asks for the server's extensions: EHLO or
// LHLO, or the HELO that was said because EHLO was not understood.
func (s *Step) IsHello() bool {
	return s.FellBack || s.Verb == "EHLO" || s.Verb == "LHLO"
}

// HelloUnknown reports whether a reply to EHLO means that the server does not
// know it, so that HELO is to be tried (RFC 5321 section 3.2).
func HelloUnknown(code int) bool {
	switch code {
	case 500, 501, 502, 504:
		return true
	}
	return false
}

// Excerpt is a few lines of a scenario file and the place in them that an
// error or a failed expectation is about.
type Excerpt struct {
	First int      `json:"first"` // number of the first of Lines
	Lines []string `json:"lines"`
	Line  int      `json:"line"`
	Col   int      `json:"col"`   // in characters, from 1
	Width int      `json:"width"` // characters to underline, at least 1
}

// Line is one line of a transcript.
type Line struct {
	// From is C for what was sent, S for what the server said, and - for a
	// remark on what happened.
	From string `json:"from"`
	Text string `json:"text"`
	// Millis counts from the start of the attempt.
	Millis Millis `json:"ms"`
}

// Sender is how a sending server that follows RFC 5321 section 5.1 would
// fare with a domain: it tries the hosts by preference, goes on after a
// temporary refusal or a dead connection, and stops at a permanent refusal.
// It goes by dialogues that play a sender; of all others only whether an
// address could be reached counts.
type Sender struct {
	View SenderView `json:"view"`
	// Port is the port that stands for 25, at which senders come; 0 where that
	// was asked itself.
	Port uint16 `json:"port,omitempty"`
	// By is the host that would take the mail, if one would.
	By string `json:"by,omitempty"`
	// Failing are the hosts with at least one address that would not.
	Failing []string `json:"failing,omitempty"`
}

// SenderView says whether a sending server would deliver.
type SenderView string

// The views of a sender.
const (
	ViewAtOnce   SenderView = "at_once"  // the first host takes it, and so would all others
	ViewDegraded SenderView = "degraded" // delivered, but some host or address fails
	ViewRefused  SenderView = "refused"  // a permanent refusal stops the sender
	ViewQueued   SenderView = "queued"   // only temporary answers, or DNS that does not answer: the mail waits
	ViewDown     SenderView = "down"     // no host serves a sender: out of reach, no service, silence; the mail waits
	ViewReturned SenderView = "returned" // there is nobody to try: a null MX, no such domain, no host with an address
)
