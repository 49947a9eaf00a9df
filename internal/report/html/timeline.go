package html

import (
	"strconv"
	"strings"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// The drawing: one row for each phase. Across it is measured in percent, so
// that letters keep their size on every screen.
const (
	rowHeight = 20
	barTop    = 4
	barHeight = 12
	maxBars   = 120 // rows of one drawing; the table beside it has all
	maxLabel  = 24  // characters of a label; the table has the whole name
)

// timelineView is a drawing of where the time of a dialogue went, and the
// same in a table.
type timelineView struct {
	ID       string
	Desc     string
	Height   int
	Axis     int
	Bars     []barView
	Total    string
	Rows     []timeRow
	Attempts bool
	MoreBars int
	Left     int
}

type barView struct {
	Class  string
	Y, H   int
	X, W   string // in percent
	TextX  string
	TextDX int
	TextY  int
	Anchor string
	Label  string
	Wait   bool
	LineY  int
}

// timeRow is one row of the table of times.
type timeRow struct {
	Number, Name, Reply string
	Attempt             int
	Start, Took         string
	badge               badge
	Judged              bool
	Decider             bool
	Message             string
	Notes               []string
}

// Badge lets a template see the verdict.
func (r *timeRow) Badge() badge { return r.badge }

// timelineOf draws a dialogue; nil if nothing of it took place.
func timelineOf(d *result.Domain, c *result.Check, id string) *timelineView {
	phases := phasesOf(d, c)
	if len(phases) == 0 {
		return nil
	}
	v := &timelineView{ID: id + "/time", Attempts: c.Attempts > 1}
	decider := report.Decider(c)
	for i := range phases {
		if len(v.Rows) == maxLines {
			v.Left = len(phases) - i
			break
		}
		v.Rows = append(v.Rows, timeRowOf(&phases[i], c, decider))
	}
	v.draw(phases)
	return v
}

func timeRowOf(p *phase, c *result.Check, decider *result.Step) timeRow {
	r := timeRow{Number: number(p, c.StepCount), Name: cut(p.name), Attempt: p.attempt}
	if p.placed {
		if p.kind != lookup && p.kind != pause {
			r.Start = "+" + report.Duration(p.start)
		}
		if p.took > 0 {
			r.Took = report.Duration(p.took)
		}
	}
	if s := p.step; s != nil {
		r.badge, r.Judged, r.Decider, r.Notes = badgeOf(s.Status), true, s == decider, s.Notes
		r.Reply = reply(s)
		if s.Status > result.Pass && s.Message != "" && s.Message != c.Message {
			r.Message = cut(s.Message)
		}
	}
	return r
}

// reply is the last line of what came back, which is the one that is shown
// where there is room for one.
func reply(s *result.Step) string {
	if s.Code == 0 {
		return ""
	}
	r := strconv.Itoa(s.Code)
	if len(s.Text) > 0 {
		r += " " + cut(s.Text[0])
	}
	if len(s.Text) > 1 {
		r += " (" + strconv.Itoa(len(s.Text)) + " lines)"
	}
	return r
}

func (v *timelineView) draw(phases []phase) {
	before := phases[0].took // a look-up comes before the first attempt
	if phases[0].kind != lookup {
		before = 0
	}
	scale := time.Duration(1)
	for i := range phases {
		if p := &phases[i]; p.kind != pause && p.placed {
			scale = max(scale, p.end()+offset(p, before))
		}
	}
	var said []string
	for i := range phases {
		p := &phases[i]
		if !p.placed {
			continue
		}
		if len(v.Bars) == maxBars {
			v.MoreBars++
			continue
		}
		v.Bars = append(v.Bars, barOf(p, len(v.Bars), offset(p, before), scale))
		if len(said) < maxBars/4 {
			said = append(said, spoken(p))
		}
	}
	v.Desc = strings.Join(said, ", ")
	if n := len(v.Bars) - len(said); n > 0 {
		v.Desc += " and " + strconv.Itoa(n) + " more"
	}
	v.Desc += "."
	v.Height = len(v.Bars)*rowHeight + rowHeight
	v.Axis = len(v.Bars) * rowHeight
	v.Total = report.Duration(scale)
}

// offset is where the clock of a phase begins in the drawing.
func offset(p *phase, before time.Duration) time.Duration {
	if p.attempt == 1 && p.kind != lookup {
		return before
	}
	return 0
}

func spoken(p *phase) string {
	if p.took == 0 {
		return short(p.name)
	}
	return short(p.name) + " " + report.Duration(p.took)
}

func barOf(p *phase, row int, offset, scale time.Duration) barView {
	b := barView{Class: "k-" + string(p.kind), Y: row*rowHeight + barTop, H: barHeight, TextY: row*rowHeight + barTop + barHeight - 2, Label: spoken(p)}
	if p.kind == pause {
		b.Wait, b.LineY, b.TextX, b.Anchor = true, row*rowHeight+rowHeight/2, "50%", "middle"
		return b
	}
	if p.step != nil && p.step.Status > result.Pass {
		b.Class += " v-" + p.step.Status.String()
		b.Label = sign(p.step.Status) + " " + b.Label
	}
	x := 100 * float64(p.start+offset) / float64(scale)
	w := max(100*float64(p.took)/float64(scale), 0.4) // what took place can be seen
	x = min(x, 100-w)
	b.X, b.W = percent(x), percent(w)
	switch {
	case w > 50: // the label has more room inside
		b.TextX, b.TextDX, b.Anchor = percent(x), 6, "start"
		b.Class += " wide"
	case 100-x-w >= x:
		b.TextX, b.TextDX, b.Anchor = percent(x+w), 6, "start"
	default:
		b.TextX, b.TextDX, b.Anchor = percent(x), -6, "end"
	}
	return b
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) + "%" }

// short is a name that fits beside a bar.
func short(name string) string {
	name = result.PrintableString(name)
	runes := []rune(name)
	if len(runes) <= maxLabel {
		return name
	}
	return string(runes[:maxLabel-3]) + "..."
}
