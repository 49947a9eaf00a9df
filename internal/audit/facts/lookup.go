// Package facts holds what was seen of a mail domain, as plain data: its DNS
// records, its hosts and addresses, and what their servers said. Package gather
// fills it in, package rules judges it, and neither knows the other.
//
// Every question has a State of its own, so that what is not known is never
// taken for what is not there.
package facts

import (
	"fmt"
	"time"
)

// State says what became of a question.
type State uint8

// The states.
const (
	// NotAsked: nobody asked.
	NotAsked State = iota
	// Found: there is an answer, and it holds what was asked for.
	Found
	// NoData: the name exists, and has nothing of the kind.
	NoData
	// NoName: the name does not exist (NXDOMAIN).
	NoName
	// Failed: there was no answer that could be used.
	Failed
)

// String returns the state in words.
func (s State) String() string {
	switch s {
	case Found:
		return "found"
	case NoData:
		return "no such record"
	case NoName:
		return "no such name"
	case Failed:
		return "not known"
	}
	return "not asked"
}

// Lookup is what became of one question to the DNS.
type Lookup struct {
	// Name is the name asked for.
	Name  string
	State State
	// Why says what went wrong where State is Failed.
	Why string
	// Authentic is true if the answer, be it that there is none, was validated
	// with DNSSEC by a resolver that is trusted to.
	Authentic bool
	// Alias is the name at the end of the aliases (CNAME) of Name; empty if it
	// has none.
	Alias string
	// TTL is the smallest of the answer.
	TTL time.Duration
}

// Known reports whether the question was answered, be it that there is nothing.
func (l *Lookup) Known() bool { return l.State == Found || l.Missing() }

// Missing reports whether the answer was that there is nothing.
func (l *Lookup) Missing() bool { return l.State == NoData || l.State == NoName }

// Failure says what is not known, and why.
func (l *Lookup) Failure(what string) string {
	if l.Why != "" {
		return l.Why // it names the question
	}
	return fmt.Sprintf("%s of %s: %s", what, l.Name, l.State)
}

// Text is a look-up of TXT records.
type Text struct {
	Lookup
	// Records are the records, each with its strings joined.
	Records []string
}
