package report

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// excerpt writes lines of a scenario with their numbers, and below the one
// that was not met a caret and what came instead.
func (p *page) excerpt(x *result.Excerpt, why string) {
	width := max(len(strconv.Itoa(x.First+len(x.Lines)-1)), 2)
	margin := strings.Repeat(" ", 2+width) + " | "
	for i, l := range x.Lines {
		number := x.First + i
		if number != x.Line {
			p.line("  ", padLeft(strconv.Itoa(number), width), " | ", p.clip(sourceLine(l), len(margin)))
			continue
		}
		source, from, n := p.around(l, x, len(margin))
		p.line("  ", padLeft(strconv.Itoa(number), width), " | ", source)
		p.caret(margin+strings.Repeat(" ", from), strings.Repeat("^", n), why)
	}
}

// caret writes the underline with the reason behind it, or below where the
// reason is too long.
func (p *page) caret(indent, underline, why string) {
	used := len(indent) + len(underline) + 1
	if p.width > 0 && used+cells(why) > p.width {
		p.line(indent, p.paint(red, underline))
		bar := strings.Index(indent, "|")
		for _, l := range wrap(why, p.room(bar+2)) {
			p.line(indent[:bar+2], p.paint(red, l))
		}
		return
	}
	p.line(strings.TrimRight(indent+p.paint(red, underline)+" "+p.paint(red, why), " "))
}

// sourceLine is a line of a file as it is shown: a tab is one blank, which
// keeps the columns that positions count.
func sourceLine(l string) string { return clean(strings.ReplaceAll(l, "\t", " ")) }

// around returns the line of the mistake, shortened to what fits on both
// sides of it, and the columns to underline.
func (p *page) around(l string, x *result.Excerpt, margin int) (source string, from, n int) {
	before, marked, after := Split(l, x.Col, x.Width)
	before, marked, after = sourceLine(before), sourceLine(marked), sourceLine(after)
	if room := p.room(margin); room > 0 && cells(before)+cells(marked)+cells(after) > room {
		marked = shorten(marked, room*2/3)
		left := room - cells(marked)
		if cells(before) > left {
			before = dots + cutFront(before, left-len(dots))
		}
		after = p.clip(after, margin+cells(before)+cells(marked))
	}
	return strings.TrimRight(before+marked+after, " "), cells(before), max(cells(marked), 1)
}

// Split divides a line at a column, which counts characters from 1. A
// column beyond the line is its end.
func Split(l string, col, width int) (before, marked, after string) {
	from := byteOf(l, max(col, 1)-1)
	to := from + byteOf(l[from:], max(width, 1))
	return l[:from], l[from:to], l[to:]
}

func byteOf(s string, characters int) int {
	for i := range s {
		if characters == 0 {
			return i
		}
		characters--
	}
	return len(s)
}

// clip leaves out the end of s where it does not fit behind an indent.
func (p *page) clip(s string, indent int) string {
	if p.width == 0 || indent+cells(s) <= p.width {
		return s
	}
	room := p.width - indent - len(dots)
	if room < 0 {
		return ""
	}
	return cut(s, room) + dots
}
