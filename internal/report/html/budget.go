package html

import "mxprobe/probe/result"

// How many bytes the parts of a page may have. What went wrong has a budget
// of its own, so that no number of domains that are well can push it out.
const (
	detailsOfBad  = 12 << 20
	detailsOfGood = 4 << 20
	linesOfEach   = 4 << 20
)

// What a line and the details of a domain take at least.
const (
	minLine    = 400
	minDetails = 1 << 10
)

// maxDomains is how many domains a page has: the worst, as their verdicts go.
const maxDomains = 1000

// maxTableRows is how many rows a table of the overview of a list has.
const maxTableRows = 30

// How much of one dialogue is shown.
const (
	maxLines    = 400  // of a transcript
	maxDecisive = 40   // of these, for the step that decided
	maxText     = 2000 // characters of one value
	maxColumns  = 60   // of a matrix
)

// budget is the room that is left in the page.
type budget struct {
	badDetails, goodDetails int
	badLines, goodLines     int
}

func newBudget() budget {
	return budget{badDetails: detailsOfBad, goodDetails: detailsOfGood, badLines: linesOfEach, goodLines: linesOfEach}
}

// good reports whether a verdict is one that nobody has to look at.
func good(v result.Verdict) bool { return v == result.Pass || v == result.Skip }

// takeDetails takes room for details and reports whether there was enough.
func (b *budget) takeDetails(v result.Verdict, size int) bool {
	if good(v) {
		return take(&b.goodDetails, size)
	}
	return take(&b.badDetails, size)
}

// takeLine takes room for the line of a domain.
func (b *budget) takeLine(v result.Verdict, size int) bool {
	if good(v) {
		return take(&b.goodLines, size)
	}
	return take(&b.badLines, size)
}

// full reports whether there is no room for another domain, however small.
// A line of a domain that does not fit any more means that none will.
func (b *budget) full(v result.Verdict) bool {
	if good(v) {
		return b.goodLines < minLine
	}
	return b.badLines < minLine
}

// exhausted reports whether rendering details is not worth the try.
func (b *budget) exhausted(v result.Verdict) bool {
	if good(v) {
		return b.goodDetails < minDetails
	}
	return b.badDetails < minDetails
}

func take(left *int, size int) bool {
	if size > *left {
		return false
	}
	*left -= size
	return true
}

// leftOut counts what there was no room for.
type leftOut struct {
	domains result.Counts // not in the page at all
	details result.Counts // domains and dialogues that have a line only
}
