package nagios

import (
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

const (
	// maxOutput bounds the whole output. Nagios reads 8192 bytes, the one
	// that ends a C string included.
	maxOutput = 8000
	// maxText bounds what is said of one finding, and its hint once more.
	maxText = 300
)

// closing is where lines stand that come after those of all kinds.
const closing = kinds

// details are the lines below the first, by kind. Of each kind no more is
// kept than could ever be shown.
type details struct {
	lines [kinds + 1][]detail
	bytes [kinds + 1]int
	lost  int
}

// detail is a line: a word for what it is, the domain, which is left out
// where the run has only one, and the rest.
type detail struct{ word, domain, text string }

func (d *details) add(k kind, l detail) {
	if d.bytes[k] > maxOutput {
		d.lost++
		return
	}
	d.bytes[k] += len(l.text) + 1
	d.lines[k] = append(d.lines[k], l)
}

// about keeps what is to be said of a domain as a whole beside what its hosts
// and addresses give: how a sender would fare, what to do, what has changed.
func (d *details) about(dom *result.Domain, k kind, subject string) {
	for i := range dom.Changes {
		c := &dom.Changes[i]
		at := closing
		if c.Regression {
			at = min(k, warned)
		}
		d.add(at, detail{"changed:", subject, text(c.Message)})
	}
	if k >= passed {
		return
	}
	if dom.Hint != "" && !dom.Audited() { // else it stands behind its finding
		d.add(k, detail{"hint:", subject, text(dom.Hint)})
	}
	if dom.Sender != nil {
		d.add(closing, detail{"sender:", subject, text(report.SendersView(dom))})
	}
}

// appendTo appends the lines that fit below limit bytes to b, the worst
// first, and says how many do not. In a list each line names its domain.
func (d *details) appendTo(b []byte, limit int, list bool) []byte {
	const rest = len("... and 1000000000000 more\n")
	left := d.lost
	for k := range d.lines {
		for _, l := range d.lines[k] {
			line := l.word + " "
			if list {
				line += l.domain + ": "
			}
			line += l.text
			if left > d.lost || len(b)+len(line)+1 > limit-rest {
				left++
				continue
			}
			b = append(append(b, line...), '\n')
		}
	}
	if left > 0 {
		b = append(b, "... and "+strconv.Itoa(left)+" more\n"...)
	}
	return b
}

// entryDetail is an entry as a line of its own: the verdict, what is wrong
// where, and what to do. It begins with the verdict, so that no foreign text
// begins a line.
func entryDetail(subject string, e *report.Entry) detail {
	l := detail{word: report.Word(e.Status()), domain: subject, text: what(e)}
	if hint := e.Hint(); hint != "" {
		l.text += " (hint: " + text(hint) + ")"
	}
	return l
}

// what says in one text what is wrong where. The domain is left to who knows
// whether it has to be named.
func what(e *report.Entry) string {
	var at []string
	if e.Host != nil {
		at = append(at, name(e.Host.Name))
	}
	if e.Address != nil && e.Address.IP != "" {
		at = append(at, name(report.AddressOf(e.Address)))
	}
	if s := e.Scenario(); s != "" {
		at = append(at, name(s))
	}
	why := e.Why()
	if why == "" {
		why = "with a warning"
	}
	if cause := e.Cause(); cause != "" {
		why += ", cause: " + cause
	}
	if len(at) > 0 {
		why = strings.Join(at, " ") + ": " + why
	}
	return text(why)
}

// text is foreign text, clean and bounded.
func text(s string) string { return cut(clean(s), maxText) }
