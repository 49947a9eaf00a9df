package result

// Ruling is what something amounts to, before it has a place in a report.
type Ruling struct {
	Status  Verdict
	Reason  Reason
	Message string
	Hint    string // what to do about it, where that is known
}
