package report

import (
	"iter"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// Entry is one thing that a report has to account for: a check of an
// address, a finding, or an address, a host or a domain of which there is
// something to say that no check says. The fields that do not apply are nil;
// of a finding all but the domain are.
type Entry struct {
	Domain  *result.Domain
	Host    *result.Host
	Address *result.Address
	Check   *result.Check
	Finding *result.Finding
}

// Kind is what an entry means to a reader who knows less than six verdicts.
type Kind uint8

// The kinds of entries.
const (
	Passed  Kind = iota // pass or warn
	Skipped             // left out by a condition, or not needed any more
	Excused             // failed, and the scenario or the call says that it may
	Failed              // failed
	Unknown             // nothing failed, but it is not known whether it would have passed
)

// Entries yields all there is to account for in a domain, in its order: each
// check, each address without one, each host and the domain itself where
// they are worse than what lies in them, or have nothing in them, and each
// finding. Of a domain that was checked as a whole there are findings alone. The
// worst of the entries is never better than the domain.
func Entries(d *result.Domain) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		worst := result.NotRun
		for i := range d.Hosts {
			if d.Audited() {
				break
			}
			for e := range hostEntries(d, &d.Hosts[i]) {
				worst = result.Worst(worst, e.Status())
				if !yield(e) {
					return
				}
			}
		}
		for i := range d.Findings {
			e := Entry{Domain: d, Finding: &d.Findings[i]}
			worst = result.Worst(worst, e.Status())
			if !yield(e) {
				return
			}
		}
		if len(d.Findings) == 0 && (len(d.Hosts) == 0 || d.Audited()) || d.Status > result.Pass && d.Status > worst {
			yield(Entry{Domain: d})
		}
	}
}

func hostEntries(d *result.Domain, h *result.Host) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		worst := result.NotRun
		for i := range h.Addresses {
			a := &h.Addresses[i]
			if len(a.Checks) == 0 && !examined(d, a.Status) && !yield(Entry{Domain: d, Host: h, Address: a}) {
				return
			}
			worst = result.Worst(worst, a.Status)
			for j := range a.Checks {
				if !yield(Entry{Domain: d, Host: h, Address: a, Check: &a.Checks[j]}) {
					return
				}
			}
		}
		if len(h.Addresses) == 0 || h.Status > result.Pass && h.Status > worst {
			yield(Entry{Domain: d, Host: h})
		}
	}
}

// examined reports whether findings say all there is to say of an address with
// which no dialogue was played.
func examined(d *result.Domain, v result.Verdict) bool {
	return len(d.Findings) > 0 && v <= result.Pass
}

// Status is the verdict of the entry.
func (e *Entry) Status() result.Verdict {
	switch {
	case e.Finding != nil:
		return e.Finding.Severity.Verdict()
	case e.Check != nil:
		return e.Check.Status
	case e.Address != nil:
		return e.Address.Status
	case e.Host != nil:
		return e.Host.Status
	}
	return e.Domain.Status
}

// Reason is the reason of the verdict.
func (e *Entry) Reason() result.Reason {
	switch {
	case e.Check != nil:
		return e.Check.Reason
	case e.Address != nil, e.Finding != nil:
		return result.None
	case e.Host != nil:
		return e.Host.Reason
	}
	return e.Domain.Reason
}

// Kind says what the entry means. A failure counts only where the domain did
// not pass in spite of it, so that a report and the exit status agree.
func (e *Entry) Kind() Kind {
	excused := e.Domain.Status == result.Pass || e.Domain.Status == result.Warn
	switch e.Status() {
	case result.Skip:
		return Skipped
	case result.NotRun:
		if excused {
			return Skipped
		}
		return Unknown
	case result.Fail, result.Inconclusive:
		switch {
		case excused:
			return Excused
		case e.Status() == result.Fail:
			return Failed
		}
		return Unknown
	}
	if e.Check != nil && e.Check.Forgiven != "" {
		return Excused
	}
	return Passed
}

// Why says in one printable line why the verdict is not pass; nothing where
// it is. What an excused entry is excused by stands first.
func (e *Entry) Why() string {
	why := Because(e.message(), e.Reason())
	switch {
	case e.Status() == result.Pass:
		return ""
	case e.Check != nil && e.Check.Forgiven != "":
		why = join("may fail ("+clean(e.Check.Forgiven)+")", why)
	case e.Kind() == Excused:
		why = join("need not pass", why)
	case why == "" && e.Status() != result.Warn:
		why = e.Status().String()
	}
	return why
}

func join(label, text string) string {
	switch "" {
	case text:
		return label
	case label:
		return text
	}
	return label + ": " + text
}

// present returns the texts that are not empty.
func present(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

func (e *Entry) message() string {
	switch {
	case e.Finding != nil:
		return join(e.Finding.Title, e.Finding.Evidence)
	case e.Check != nil:
		return e.Check.Message
	case e.Address != nil:
		return "no dialogue"
	case e.Host != nil:
		return e.Host.Message
	case e.Domain.Message == "" && e.Domain.Status > result.Pass:
		return noHosts(e.Domain)
	}
	return e.Domain.Message
}

// Hint is what to look at next, printable, or nothing.
func (e *Entry) Hint() string {
	switch {
	case e.Finding != nil:
		return clean(e.Finding.Advice)
	case e.Check != nil:
		return clean(e.Check.Hint)
	case e.Host != nil:
		return clean(e.Host.Hint)
	}
	return clean(e.Domain.Hint)
}

// Advice is what to do about the worst that is in a domain: the first hint of
// those that have its verdict.
func Advice(d *result.Domain) string {
	if d.Status < result.Warn {
		return ""
	}
	for e := range Entries(d) {
		if h := e.Hint(); h != "" && e.Status() == d.Status {
			return h
		}
	}
	return clean(d.Hint)
}

// Scenario is what was looked into, printable: the name of the scenario, the
// rule of a finding; nothing where no dialogue was played.
func (e *Entry) Scenario() string {
	switch {
	case e.Finding != nil:
		return clean(e.Finding.ID)
	case e.Check == nil:
		return ""
	}
	return clean(e.Check.Scenario)
}

// Subject is what the user asked for: a domain, or a server, or both.
func (e *Entry) Subject() string { return Title(e.Domain) }

// Cause is what is behind the verdict, in words, and who has to act; nothing
// where that is not known. A name of a cause is its words with hyphens.
func (e *Entry) Cause() string {
	if e.Check == nil || e.Check.Cause == "" {
		return ""
	}
	words := clean(strings.ReplaceAll(e.Check.Cause, "-", " "))
	if e.Check.Whose == "" || e.Check.Whose == "unknown" {
		return words
	}
	return words + " (" + clean(e.Check.Whose) + ")"
}

// Decider is the step that decided the check; nil if none did, or there is
// no check.
func (e *Entry) Decider() *result.Step {
	if e.Check == nil {
		return nil
	}
	return Decider(e.Check)
}
