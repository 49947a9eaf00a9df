package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mxprobe/internal/ascii"
)

const (
	// maxLine is how much of a line is kept: a domain and a remark. What is
	// longer is passed over without a place in memory.
	maxLine = 4096
	// maxRecord bounds a record of CSV, which a lost quote makes endless.
	maxRecord = 1 << 20
	// maxSlips is how many lines are named of those that hold no domain.
	maxSlips = 3
)

// slips are the lines of lists that hold no domain. They are passed over, so that
// one of them costs a long list no more than itself.
type slips struct {
	n     int
	first []string
}

func (s *slips) add(slip string) {
	if s == nil {
		return
	}
	if s.n++; len(s.first) < maxSlips {
		s.first = append(s.first, slip)
	}
}

// String says what was passed over, nothing if nothing was.
func (s *slips) String() string {
	if s.n == 0 {
		return ""
	}
	what, more := fmt.Sprintf("%d lines of the list were left out, which hold", s.n), ""
	if s.n == 1 {
		what = "1 line of the list was left out, which holds"
	}
	if s.n > len(s.first) {
		more = "; ..."
	}
	return what + " no domain: " + strings.Join(s.first, "; ") + more
}

// eachEntry yields the domain of each line of a list, or of each record of CSV if
// a column is named, packed with gzip or not. Lines that hold none go to the slips.
// The error is that of reading.
func eachEntry(r io.Reader, name, column string, bad *slips, yield func(string) bool) error {
	in, err := listText(r)
	if err != nil {
		return usagef("%s: it begins as a file of gzip and is none: %s", name, err)
	}
	one := func(number int, text string) bool {
		if why := domainFault(text); why != "" {
			bad.add(fmt.Sprintf("%s:%d: %s is not a domain: %s", name, number, excerpt(text), tabled(number, text, column, turned(text, why))))
			return true
		}
		return yield(text)
	}
	if column != "" {
		return eachRecord(in, name, column, bad, one)
	}
	return eachLine(in, name, bad, one)
}

// eachLine yields what stands in each line: blanks around it do not count, nor
// does what follows a # that starts the line or stands after a blank.
func eachLine(in *bufio.Reader, name string, bad *slips, yield func(number int, text string) bool) error {
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		text := strings.TrimSpace(withoutRemark(string(line)))
		tooLong := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = in.ReadSlice('\n')
		}
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return usagef("reading %s: %s", name, readFault(err))
		case tooLong:
			bad.add(fmt.Sprintf("%s:%d: %s", name, number, turned(text, "the line is too long for a domain")))
		case text != "" && !yield(number, text):
			return nil
		}
		if err != nil {
			return nil
		}
	}
}

// eachRecord yields one column of a file of CSV, which is named by its heading or
// its number. What stands between the columns is taken from the first line: a
// comma, a semicolon or a tab.
func eachRecord(in *bufio.Reader, name, column string, bad *slips, yield func(number int, text string) bool) error {
	left := &bounds{r: in, left: maxRecord}
	records := csv.NewReader(left)
	records.Comma = separator(in)
	records.FieldsPerRecord, records.ReuseRecord, records.TrimLeadingSpace = -1, true, true
	at, err := strconv.Atoi(column)
	heading := err != nil || at < 1
	for {
		record, err := records.Read()
		left.left = maxRecord
		switch slip, wrong := errors.AsType[*csv.ParseError](err); {
		case errors.Is(err, io.EOF):
			return nil
		case wrong:
			bad.add(fmt.Sprintf("%s:%d: the quotes are not as CSV has them (RFC 4180)%s", name, slip.StartLine, through(slip)))
			continue
		case err != nil:
			return usagef("reading %s: %s", name, readFault(err))
		}
		line, _ := records.FieldPos(0)
		if heading {
			if at, heading = columnOf(record, column), false; at == 0 {
				return usagef("%s has no column %s; its first line is %s", name, shown(column), excerpt(strings.Join(record, string(records.Comma))))
			}
			continue
		}
		text := ""
		if at <= len(record) {
			text = strings.TrimSpace(record[at-1])
		}
		if text == "" {
			bad.add(fmt.Sprintf("%s:%d: there is nothing in the column %s", name, line, shown(column)))
			continue
		}
		if !yield(line, text) {
			return nil
		}
	}
}

// through says how far a record of CSV goes that is none.
func through(slip *csv.ParseError) string {
	if slip.Line == slip.StartLine {
		return ""
	}
	return fmt.Sprintf(", up to line %d", slip.Line)
}

// turned adds to what is wrong with a line what is wrong with its file.
func turned(text, why string) string {
	switch {
	case strings.Contains(text, "\x00"):
		return why + "; if the file is in UTF-16, iconv -f utf-16 -t utf8 turns it round"
	case strings.Contains(text, "\r"):
		return why + `; if its lines end with CR alone, tr '\r' '\n' turns them round`
	}
	return why
}

// tabled adds to what is wrong with a line what a table has to do with it: one that
// was not said to be a table, or the heading of one whose columns are numbered.
func tabled(number int, text, column, why string) string {
	switch {
	case column == "" && strings.ContainsAny(text, ",;\t"):
		return why + "; if it is CSV, --column says where the domains stand"
	case number == 1 && ascii.Digits(column):
		return why + "; if it is a heading, --column takes it in place of " + column
	}
	return why
}

// columnOf returns the number of the column with a heading, 0 for none.
func columnOf(record []string, heading string) int {
	for i := range record {
		if strings.EqualFold(strings.TrimSpace(record[i]), heading) {
			return i + 1
		}
	}
	return 0
}

// separator is what stands between the columns of the first line.
func separator(in *bufio.Reader) rune {
	line, _ := in.Peek(maxLine)
	line, _, _ = bytes.Cut(line, []byte("\n"))
	best, most := ',', 0
	for _, c := range []byte{',', ';', '\t'} {
		if n := bytes.Count(line, []byte{c}); n > most {
			best, most = rune(c), n
		}
	}
	return best
}

// bounds is a reader that ends where a record is too long.
type bounds struct {
	r    io.Reader
	left int
}

func (b *bounds) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("a record has more than %d bytes: a quote may be missing", maxRecord)
	}
	n, err := b.r.Read(p[:min(len(p), maxLine)])
	b.left -= n
	return n, err
}
