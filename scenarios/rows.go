package scenarios

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// csvRows reads a file whose first row names the columns (RFC 4180). Values
// are taken as they are, blanks too.
func (p *parser) csvRows() []row {
	r := csv.NewReader(strings.NewReader(p.src.text))
	var names []string
	var rows []row
	for len(rows) <= maxRows {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.csvError(err)
			return nil
		}
		if names == nil {
			if !p.csvNames(r, record) {
				return nil
			}
			names = record
			continue
		}
		columns := make(map[string]string, len(names))
		for i, name := range names {
			columns[name] = record[i]
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, row{columns: columns, place: &rowPlace{p.src, Pos{line, 1}, names}})
	}
	if names == nil {
		p.failAt(Pos{1, 1}, 1, "", "the file is empty: its first row names the columns")
	}
	return rows
}

// csvNames checks the names of the columns.
func (p *parser) csvNames(r *csv.Reader, names []string) bool {
	before := len(p.problems)
	if len(names) > maxEntries {
		p.failAt(Pos{1, 1}, 1, "", "a row has more than %d columns", maxEntries)
		return false
	}
	for i, name := range names {
		line, col := r.FieldPos(i)
		at := p.src.pos(p.src.lines[line-1] + col - 1)
		names[i] = strings.TrimSpace(name)
		switch {
		case !isName(names[i]) || strings.HasPrefix(names[i], "env."):
			p.failAt(at, len(name), "letters, digits, _ . and -", "%q cannot be the name of a variable", name)
		case slices.Contains(names[:i], names[i]):
			p.failAt(at, len(name), "", "column %q is there twice", names[i])
		}
	}
	return len(p.problems) == before
}

func (p *parser) csvError(err error) {
	pe, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		p.failAt(Pos{1, 1}, 1, "", "cannot read the rows: %v", err)
		return
	}
	// The row may go over several lines; where it starts is always known.
	start := p.src.pos(p.src.lines[max(pe.StartLine, 1)-1])
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		p.failAt(start, 1, "quote a value that holds a comma", "this row has more or fewer columns than the first")
	default:
		p.failAt(start, 1, `in quotes, a quote is written ""`, "this row cannot be read: %v", pe.Err)
	}
}

// jsonRows reads a file with one JSON object in each line. Numbers keep
// their text, and null is no value.
func (p *parser) jsonRows() []row {
	var rows []row
	for n := 1; n <= p.src.count() && len(rows) <= maxRows; n++ {
		line := p.src.line(n)
		if strings.TrimSpace(line) == "" {
			continue
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil || object == nil {
			p.jsonError(n, line, err)
			continue
		}
		r := row{columns: make(map[string]string, len(object)), place: &rowPlace{src: p.src, at: Pos{n, 1}}}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			p.jsonColumn(n, r.columns, name, object[name])
		}
		rows = append(rows, r)
	}
	return rows
}

func (p *parser) jsonError(n int, line string, err error) {
	col := 1
	if se, ok := errors.AsType[*json.SyntaxError](err); ok {
		end := min(max(int(se.Offset)-1, 0), len(line))
		col += utf8.RuneCountInString(line[:end])
		p.failAt(Pos{n, col}, 1, "", "not JSON: %v", se)
		return
	}
	p.failAt(Pos{n, col}, 1, "", "a row is a JSON object")
}

func (p *parser) jsonColumn(n int, columns map[string]string, name string, raw json.RawMessage) {
	if !isName(name) || strings.HasPrefix(name, "env.") {
		p.failAt(Pos{n, 1}, 1, "letters, digits, _ . and -", "%q cannot be the name of a variable", name)
		return
	}
	switch {
	case string(raw) == "null":
	case raw[0] == '"':
		var s string
		// It was found to be JSON before.
		_ = json.Unmarshal(raw, &s)
		columns[name] = s
	case raw[0] == '{', raw[0] == '[':
		p.failAt(Pos{n, 1}, 1, "", "the value of %q is not text or a number", name)
	default:
		columns[name] = string(raw)
	}
}
