package result

// Seen says from where a domain was seen, where workers of a fleet stand at
// named places. It is empty on a single machine.
type Seen struct {
	// Vantage is the place that all of this was seen from; empty where it was
	// seen from several.
	Vantage string `json:"vantage,omitempty"`
	// Views are what each of several vantages made of the domain, in the order
	// of their names. Each address among Hosts then says from where it was
	// spoken to, and the domain has the worst verdict of all.
	Views []View `json:"views,omitempty"`
	// Disagreements are the properties that are not the same from every vantage
	// that saw them. What has to differ, such as times, is not among them. They
	// decide no verdict.
	Disagreements []Difference `json:"disagreements,omitempty"`
}

// View is what one vantage made of a domain as a whole. The fields are those of
// Domain.
type View struct {
	Vantage   string  `json:"vantage"`
	Origin    string  `json:"origin,omitempty"`
	Authentic bool    `json:"authentic,omitempty"`
	Status    Verdict `json:"status"`
	Reason    Reason  `json:"reason,omitempty"`
	Message   string  `json:"message,omitempty"`
	Hint      string  `json:"hint,omitempty"`
	Sender    *Sender `json:"sender,omitempty"`
	DNSMillis Millis  `json:"dns_ms"`
	Millis    Millis  `json:"ms"`
}
