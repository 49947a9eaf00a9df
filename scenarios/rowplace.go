package scenarios

import (
	"encoding/csv"
	"fmt"
	"strings"
)

// rowPlace is where a row stands in a file of its own.
type rowPlace struct {
	src *source
	at  Pos
	// names are the columns of a CSV file in their order, nil for other files.
	names []string
}

// columnsOf returns the names that any of the rows has.
func columnsOf(rows []row) map[string]bool {
	columns := map[string]bool{}
	if len(rows) > 0 && rows[0].place != nil && rows[0].place.names != nil {
		rows = rows[:1] // all have those of the first line
	}
	for i := range rows {
		for name := range rows[i].columns {
			columns[name] = true
		}
	}
	return columns
}

// rowProblem reports a text that is wrong with the values of a row: at the
// value, if the text names its column and the row stands in a file of its
// own, else at the text.
func (s *Scenario) rowProblem(pos Pos, text, message, hosts string) Problem {
	row := fmt.Sprintf(" (row %d)", s.RowNumber)
	if s.place == nil {
		return s.source.problem(pos, len(text), text+" "+message+row+hosts, "")
	}
	name := s.columnIn(text)
	if name == "" {
		row = fmt.Sprintf(" (row %d, %s:%d)", s.RowNumber, s.place.src.file, s.place.at.Line)
		return s.source.problem(pos, len(text), text+" "+message+row+hosts, "")
	}
	at, width := s.place.cell(name)
	where := fmt.Sprintf(" in %s:%d:%d ", s.File, pos.Line, pos.Col)
	return s.place.src.problem(at, width, text+where+message+hosts, "")
}

// columnIn returns the first column of the rows that a text names.
func (s *Scenario) columnIn(text string) string {
	for _, variable := range strings.Split(text, "${")[1:] {
		if end := strings.IndexAny(variable, ":}"); end > 0 && s.columns[variable[:end]] {
			return variable[:end]
		}
	}
	return ""
}

// cell returns where the value of a column stands, or its row where that is
// not known.
func (r *rowPlace) cell(name string) (at Pos, width int) {
	if r.names == nil {
		return r.at, 1
	}
	record := csv.NewReader(strings.NewReader(r.src.text[r.src.lines[r.at.Line-1]:]))
	values, err := record.Read()
	for i := range values {
		if err == nil && r.names[i] == name {
			line, col := record.FieldPos(i)
			line += r.at.Line - 1
			return r.src.pos(r.src.lines[line-1] + col - 1), len([]rune(values[i]))
		}
	}
	return r.at, 1
}
