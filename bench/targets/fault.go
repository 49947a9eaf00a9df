package targets

// Fault is what a server does wrong, or says that a sender does not like.
type Fault int

// The faults, in the order in which they take turns.
const (
	None     Fault = iota
	Reset          // a connection that is reset before the greeting
	Closed         // a connection that ends after EHLO
	Half           // a connection that ends within the reply to MAIL
	Silent         // no reply to MAIL
	Garbage        // bytes that are no reply, to EHLO
	Flood          // a greeting without an end
	Unwanted       // 554 in place of the greeting
	Unknown        // 550 to RCPT
	Later          // 451 to RCPT
	Leaving        // 421 to MAIL, and the end of the connection
	faults
)

// Faults are all of them but None.
func Faults() []Fault {
	all := make([]Fault, 0, faults-1)
	for f := None + 1; f < faults; f++ {
		all = append(all, f)
	}
	return all
}

// String returns the name of a fault.
func (f Fault) String() string {
	return [...]string{"none", "reset", "closed", "half", "silent", "garbage", "flood", "unwanted", "unknown", "later", "leaving"}[f]
}

// Verdict returns what a probe has to say of a server with the fault: a reply that is
// final and not a good one, a connection that is lost, silence and nonsense fail;
// a temporary reply leaves the answer open.
func (f Fault) Verdict() string {
	switch f {
	case None:
		return "pass"
	case Later, Leaving:
		return "inconclusive"
	default:
		return "fail"
	}
}

// Of returns the fault of target n where one target in every is ill, None for
// all where every is 0. Ill targets are spread without a pattern, but the same in
// each run, and the faults are had by about as many.
func Of(n, every int) Fault {
	if every <= 0 {
		return None
	}
	h := scatter(uint64(n))
	if h%uint64(every) != 0 {
		return None
	}
	return None + 1 + Fault(h/uint64(every)%uint64(faults-1))
}

// scatter turns numbers that follow each other into some that do not
// (the finalizer of MurmurHash3).
func scatter(n uint64) uint64 {
	n ^= 0x9e3779b97f4a7c15
	n = (n ^ n>>33) * 0xff51afd7ed558ccd
	n = (n ^ n>>33) * 0xc4ceb9fe1a85ec53
	return n ^ n>>33
}
