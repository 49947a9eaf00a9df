package result

// Difference is one property in which the hosts and addresses of a domain do
// not agree, although they stand for the same domain. It decides no verdict.
type Difference struct {
	// Property names what differs, such as "keyword STARTTLS" or
	// "certificate".
	Property string `json:"property"`
	// Message says it in one sentence and names the odd one.
	Message string `json:"message"`
	// Values are the variants that were seen, at least two, the most common
	// first.
	Values []Variant `json:"values"`
}

// Variant is one value of a property and the places that have it.
type Variant struct {
	Value string `json:"value"`
	// Where are the places in rank order, such as
	// "mx1.example.org 192.0.2.1:25".
	Where []string `json:"where"`
}

// Change is one thing that is not as it was in an earlier run.
type Change struct {
	// Kind says what changed; it is one of a closed list, so that programs
	// can act on it: the constants with Change in their names.
	Kind string `json:"kind"`
	// Where is the host, or the host and its address, that the change is
	// about; empty if it is about the domain.
	Where string `json:"where,omitempty"`
	// Before and Now are the old value and the new one; one that does not
	// exist is empty.
	Before string `json:"before,omitempty"`
	Now    string `json:"now,omitempty"`
	// Regression is true where the change is for the worse.
	Regression bool `json:"regression,omitempty"`
	// Message says it in one sentence that names the place, so that it can
	// stand alone.
	Message string `json:"message"`
}

// The kinds of changes.
const (
	ChangeDomainNew      = "domain_new"      // the domain was in no run before
	ChangeRoute          = "route"           // the hosts come from elsewhere: MX records, the domain itself, a null MX
	ChangeMXAdded        = "mx_added"        // a host more
	ChangeMXGone         = "mx_gone"         // a host less
	ChangePreference     = "preference"      // another preference of a host
	ChangeAddressAdded   = "address_added"   // an address more
	ChangeAddressGone    = "address_gone"    // an address less
	ChangeAddressChanged = "address_changed" // one address in place of another
	ChangeKeywordAdded   = "keyword_added"   // the reply to EHLO has a keyword more
	ChangeKeywordLost    = "keyword_lost"    // the reply to EHLO has a keyword less
	ChangeKeywordChanged = "keyword_changed" // a keyword has other parameters, such as those of SIZE or AUTH
	ChangeTLSVersion     = "tls_version"     // another version of TLS
	ChangeCertificate    = "certificate"     // another certificate, or another finding about it
	ChangeVerdict        = "verdict"         // another verdict of a scenario
	ChangeReply          = "reply"           // another reply, the verdict being the same
	ChangeSlower         = "slower"          // a dialogue takes longer by a factor

	ChangeFindingNew      = "finding_new"      // a finding more
	ChangeFindingGone     = "finding_gone"     // a finding less
	ChangeFindingSeverity = "finding_severity" // a finding weighs more, or less
)

// CauseGreylisted is the name of the cause by which later runs know a sender
// again: the server makes an unknown one wait.
const CauseGreylisted = "greylisted"
