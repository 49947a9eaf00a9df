// Package diagnosis knows what answers of mail servers mean: why a server
// said what it said, whose matter that is, whether asking again may help, and
// what to do next. It is one table of causes, with what servers all over the
// field really say, and one pure function that looks an answer up in it.
//
// The rule of the table is: the right cause or [Unknown], never a wrong one.
// What two rows of equal rank explain in different ways is unknown.
//
// Faults of the network and of TLS are judged here as well, on the side of the
// server's fault: only what leaves no doubt is called ours.
//
// The table costs nothing until it is first asked: it is made ready then,
// once.
package diagnosis

import (
	"cmp"

	"mxprobe/probe/causes"
)

// Seen is what was seen of a server: an answer, or a fault in place of one.
type Seen struct {
	// At says what was answered; zero if that is not known.
	At Stage
	// Code is the reply code, 0 if there was none.
	Code int
	// Enhanced is the enhanced status code (RFC 3463), such as "5.1.1", or
	// empty. One that stands in Lines only is found there.
	Enhanced string
	// Lines are the lines of the reply without their code. An enhanced status
	// code may stand at the beginning of each.
	Lines []string
	// Instead is what came in place of a reply; [NoTrouble] if a reply came.
	Instead Trouble
}

// Diagnosis says why a server answered as it did.
type Diagnosis struct {
	Cause causes.Cause
	// Whose matter it is.
	Whose causes.Whose
	// Temporary reports whether the same may succeed later.
	Temporary bool
	// Advice is the likely cause in one sentence and the next thing to do;
	// empty for [Unknown].
	Advice string
	// Source names what the diagnosis rests on: an RFC, the IANA registry, or
	// the software or provider that is known to say this; empty for [Unknown].
	Source string
	// Enhanced is the enhanced status code that was found, or empty.
	Enhanced string
}

// Diagnose looks an answer up in the table. It never fails: what is not
// known is [Unknown].
func Diagnose(seen Seen) Diagnosis {
	if seen.Instead != NoTrouble {
		return ofTrouble(seen)
	}
	a := read(seen)
	if 0 < a.code && a.code < 400 {
		return Diagnosis{Cause: causes.Unknown, Whose: causes.WhoseUnknown, Enhanced: a.enhanced}
	}
	cause, source := book.look(&a)
	cause = atStage(cause, a.at)
	d := diagnosis(cause, a.temporary(cause), source)
	d.Enhanced = a.enhanced
	return d
}

// Of returns the diagnosis for a cause that is known already, as where the
// program itself found it out.
func Of(cause causes.Cause, temporary bool) Diagnosis {
	return diagnosis(cause, temporary, "")
}

func diagnosis(c causes.Cause, temporary bool, source string) Diagnosis {
	return Diagnosis{Cause: c, Whose: c.Whose(), Temporary: temporary, Advice: c.Advice(), Source: cmp.Or(source, c.Source())}
}
