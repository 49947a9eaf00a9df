package report

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// maxReasons is how many changes are named as a likely reason of an exit
// status.
const maxReasons = 20

// Ledger remembers whether a report has shown anything that did not pass. A
// report that looks well while the exit status says otherwise is false calm.
// The zero value is empty.
type Ledger struct {
	told    bool
	changes []string
	more    int
}

// Add takes in a domain, all of whose entries are reported.
func (l *Ledger) Add(d *result.Domain) {
	for e := range Entries(d) {
		if k := e.Kind(); k == Failed || k == Unknown {
			l.told = true
		}
	}
	for i := range d.Changes {
		if len(l.changes) == maxReasons {
			l.more++
			continue
		}
		l.changes = append(l.changes, Title(d)+": "+clean(d.Changes[i].Message))
	}
}

// Missing returns what a report has to add so that it does not look better
// than the run: that there should be more entries, or why the exit status is
// what it is although no entry failed. It returns nothing if there is no need.
func (l *Ledger) Missing(end *result.End) string {
	if end.Incomplete {
		return join("the run was cut short, and domains may be missing here", cleanAll(end.Notes))
	}
	if l.told || end.Exit == 0 && end.Status <= result.Warn && end.Status != result.NotRun {
		return ""
	}
	var why []string
	if end.Dialogues.Skip > 0 {
		why = append(why, Count(end.Dialogues.Skip, "dialogue", "dialogues")+" skipped")
	}
	why = append(why, l.changes...)
	if l.more > 0 {
		why = append(why, Count(l.more, "more change", "more changes"))
	}
	if len(end.Notes) > 0 {
		why = append(why, cleanAll(end.Notes))
	}
	return join("the run ended with exit status "+strconv.Itoa(end.Exit)+" and the verdict "+strings.ReplaceAll(end.Status.String(), "_", " ")+
		" although no dialogue failed", strings.Join(why, "; "))
}

func cleanAll(notes []string) string { return clean(strings.Join(notes, "; ")) }
