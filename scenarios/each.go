package scenarios

import (
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/bounded"
	"mxprobe/internal/yamlnode"
)

// row is one row of each.
type row struct {
	columns map[string]string
	texts   []Var // columns with variables in them
	number  int
	place   *rowPlace // nil for rows in the scenario itself
}

// each reads the rows: a list of maps, or a file of rows.
func (p *parser) each(n *yaml.Node) []row {
	n = yamlnode.Deref(n)
	if n.Kind == yaml.SequenceNode {
		before := len(p.problems)
		rows := p.inlineRows(n, true)
		if len(p.problems) > before {
			return nil
		}
		return p.counted(n, rows)
	}
	path, ok := p.word(n, "each")
	if !ok {
		return nil
	}
	ext := strings.ToLower(filepath.Ext(path))
	switch ext {
	case ".csv", ".yaml", ".yml", ".jsonl":
	default:
		p.fail(n, "allowed: .csv, .jsonl, .yaml, .yml", "%q does not end as a file of rows does", path)
		return nil
	}
	b, err := p.files.open(path)
	if err != nil {
		p.fail(n, fileHint(err), "%v", err)
		return nil
	}
	full := beside(filepath.Dir(p.src.file), path)
	sub := &parser{src: newSource(full, strings.TrimPrefix(string(b), "\ufeff")), reach: p.reach, files: p.files}
	var rows []row
	if sub.legible() {
		switch ext {
		case ".csv":
			rows = sub.csvRows()
		case ".jsonl":
			rows = sub.jsonRows()
		default:
			rows = sub.yamlRows()
		}
	}
	p.problems = append(p.problems, sub.problems...)
	if len(sub.problems) > 0 {
		return nil
	}
	return p.counted(n, rows)
}

// counted numbers the rows and keeps their number within bounds.
func (p *parser) counted(n *yaml.Node, rows []row) []row {
	if p.rows += len(rows); p.rows > maxRows {
		p.fail(n, "", "there are more than %d rows", maxRows)
		return nil
	}
	if len(rows) == 0 {
		p.fail(n, "", "each has no rows")
	}
	for i := range rows {
		rows[i].number = i + 1
	}
	return rows
}

// inlineRows reads a list of maps. Variables in the values are the
// scenario's own business, but not in a file of rows.
func (p *parser) inlineRows(n *yaml.Node, variables bool) []row {
	rows := make([]row, 0, len(n.Content))
	for _, e := range n.Content {
		fields, ok := p.fields(e, keySet{what: "a row"})
		if !ok {
			continue
		}
		r := row{columns: make(map[string]string, len(fields))}
		if !variables {
			r.place = &rowPlace{src: p.src, at: pos(yamlnode.Deref(e))}
		}
		for _, f := range fields {
			if !p.variableName(f.key) {
				continue
			}
			if !variables {
				r.columns[f.name], _ = p.scalar(f.value, f.name)
				continue
			}
			t := p.template(f.value, f.name, true)
			r.columns[f.name] = t.value
			if t.parts != nil {
				r.columns[f.name] = t.source
				r.texts = append(r.texts, Var{pos(f.key), f.name, t})
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// yamlRows reads a file that is a list of maps.
func (p *parser) yamlRows() []row {
	if len(p.src.text) > maxFile {
		p.failAt(Pos{1, 1}, 1, "use .csv or .jsonl", "a YAML file of rows can have %s", bounded.Size(maxFile))
		return nil
	}
	nodes, err := yamlnode.Decode(p.src.text)
	if err != nil {
		if nodes = p.repair(err); nodes == nil {
			return nil
		}
	}
	if len(nodes) != 1 || len(nodes[0].Content) == 0 || yamlnode.Deref(nodes[0].Content[0]).Kind != yaml.SequenceNode {
		p.failAt(Pos{1, 1}, 1, "", "a YAML file of rows is one list of maps")
		return nil
	}
	if n := yamlnode.Deref(nodes[0].Content[0]); p.bounded(n) {
		return p.inlineRows(n, false)
	}
	return nil
}
