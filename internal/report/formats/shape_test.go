package formats

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	gmtext "github.com/yuin/goldmark/text"
	"golang.org/x/net/html"

	"mxprobe/internal/report"
	"mxprobe/internal/report/reporttest"
)

// shapes read a report with a parser of somebody else and say what is in it
// but its text: elements, cells, metrics, points, commands. No text may add
// to that or take away from it.
func shapes() map[string]func(t *testing.T, report string) []string {
	return map[string]func(*testing.T, string) []string{
		JSON:         jsonShape,
		JSONL:        jsonShape,
		"junit":      xmlShape,
		"tap":        tapShape,
		"prometheus": metricShape,
		Markdown:     markdownShape,
		"html":       pageShape,
		GitHub:       commandShape,
		Text:         commandShape,
		Nagios:       pluginShape,
		"csv":        tableShape,
	}
}

func jsonShape(t *testing.T, text string) []string {
	t.Helper()
	var shape []string
	d := json.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return shape
		}
		if err != nil {
			t.Fatal(err)
		}
		if delim, ok := token.(json.Delim); ok {
			shape = append(shape, delim.String())
		}
	}
}

func xmlShape(t *testing.T, text string) []string {
	t.Helper()
	var shape []string
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return shape
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			shape = append(shape, token.Name.Local)
		case xml.Comment, xml.Directive, xml.ProcInst:
			shape = append(shape, fmt.Sprintf("%T", token))
		}
	}
}

var tapLine = regexp.MustCompile(`^( *)(ok \d+|not ok \d+|1\.\.\d+|Bail out!|TAP version \d+|---|\.\.\.)`)

func tapShape(_ *testing.T, text string) []string {
	var shape []string
	for line := range strings.Lines(text) {
		if m := tapLine.FindString(line); m != "" {
			shape = append(shape, m)
		}
	}
	return shape
}

func metricShape(t *testing.T, text string) []string {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var shape []string
	for name, f := range families {
		for _, m := range f.Metric {
			for _, l := range m.Label {
				name += " " + l.GetName()
			}
		}
		shape = append(shape, name)
	}
	slices.Sort(shape)
	return shape
}

// markdownShape are the nodes, and the text outside of code: pages of projects
// make links of names and numbers there (@octocat, #1), which no parser knows.
func markdownShape(t *testing.T, text string) []string {
	t.Helper()
	gfm := goldmark.New(goldmark.WithExtensions(extension.GFM))
	var shape []string
	err := ast.Walk(gfm.Parser().Parse(gmtext.NewReader([]byte(text))), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch plain, ok := n.(*ast.Text); {
		case !entering:
		case ok && n.Parent().Kind() != ast.KindCodeSpan:
			shape = append(shape, "text "+string(plain.Value([]byte(text))))
		case !ok:
			shape = append(shape, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return shape
}

func pageShape(t *testing.T, text string) []string {
	t.Helper()
	var shape []string
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			return shape
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := string(name)
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				tag += " " + string(key)
				if leads(string(key)) && !bytes.HasPrefix(value, []byte("#")) {
					tag += "=" + string(value)
				}
			}
			shape = append(shape, tag)
		case html.CommentToken:
			shape = append(shape, "comment")
		}
	}
}

// leads reports whether an attribute can lead out of the page, or is a program.
func leads(attribute string) bool {
	switch attribute {
	case "href", "src", "srcset", "srcdoc", "action", "formaction", "data", "poster", "xlink:href", "content", "http-equiv":
		return true
	}
	return strings.HasPrefix(attribute, "on")
}

// tableShape is also what a spreadsheet would run: in many countries it takes
// the semicolon for what is between cells, and some take the tab as well.
func tableShape(t *testing.T, text string) []string {
	t.Helper()
	for _, comma := range ",;\t" {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range slices.Concat(rows...) {
			if cell = strings.TrimLeft(cell, " \""); cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("with %q between them, a cell is the formula %q", comma, cell)
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var shape []string
	for _, row := range rows {
		shape = append(shape, fmt.Sprint(len(row)))
	}
	return shape
}

// commandShape is what the runner of GitHub Actions obeys.
func commandShape(_ *testing.T, text string) []string {
	var r reporttest.Runner
	r.Run(text)
	shape := []string{"token " + fmt.Sprint(r.StopToken == "")}
	for _, c := range r.Obeyed {
		shape = append(shape, c.Name)
	}
	return shape
}

// pluginShape is what Nagios takes apart: the first bar, and lines.
func pluginShape(_ *testing.T, text string) []string {
	first, rest, _ := strings.Cut(text, "\n")
	_, data, _ := strings.Cut(first, "|")
	var shape []string
	for _, value := range strings.Fields(data) {
		shape = append(shape, strings.Trim(value, "0123456789.;=UsQWERTYabcdefghijklmnopqrtuvwxyz_-"))
	}
	for line := range strings.Lines(rest) {
		word, _, _ := strings.Cut(line, " ")
		shape = append(shape, word+strings.Repeat("|", strings.Count(line, "|")))
	}
	return shape
}

// written is the report on a domain with a text in every field.
func written(t *testing.T, format, text string) string {
	t.Helper()
	d, end := reporttest.Everywhere(text)
	return reporttest.Written(t, func(w io.Writer) reporttest.Writer {
		return New(format, w, &Occasion{Header: reporttest.Run(), Text: report.Options{}})
	}, end, d)
}

// holds compares the shape of a report with the one on a harmless text, and
// has nothing on standard output that a runner obeys but from the format that
// is for it.
func holds(t *testing.T, format, text string, want []string) {
	t.Helper()
	got := written(t, format, text)
	if got := shapes()[format](t, got); !slices.Equal(got, want) {
		at := 0
		for at < len(got) && at < len(want) && got[at] == want[at] {
			at++
		}
		t.Errorf("%s: %q makes, from element %d on, %q; want %q", format, text, at, got[at:min(at+5, len(got))], want[at:min(at+5, len(want))])
	}
	var r reporttest.Runner
	if r.Run(got); format != GitHub && len(r.Obeyed) > 0 {
		t.Errorf("%s: %q has the runner obey %+v", format, text, r.Obeyed)
	}
	for _, line := range bytes.Split([]byte(got), []byte("\n")) {
		if bytes.ContainsAny(bytes.TrimSuffix(line, []byte("\r")), "\x00\x07\x1b\r") {
			t.Errorf("%s: %q is written as %q", format, text, line)
		}
	}
}

func TestNoTextForges(t *testing.T) {
	t.Parallel()
	for _, format := range Names() {
		if shapes()[format] == nil {
			t.Errorf("nobody reads %s back", format)
			continue
		}
		want := shapes()[format](t, written(t, format, "harmless"))
		for _, text := range []string{
			reporttest.Hostile, reporttest.Forged, "::error::x", "##[add-mask]x", "x\n::set-env name=PATH::x", "=cmd|' /C calc'!A0", "x|y=1;2", "</script><b>",
			"x\n\nok 99 - y", "{a=\"b\"} 1", "[l](http://x.test)", "<http://x.test>", "a,b\"c\n", "&lt;&#10;", "x # TODO y", "a_b*c~d`e", "x;=1+1", "x; @SUM(A1)", "x\t=1+1", " =1+1", "x;\"=1", "@octocat #1", "javascript:alert(1)",
		} {
			holds(t, format, text, want)
		}
	}
}

func FuzzNoTextForges(f *testing.F) {
	f.Add("250 2.1.5 Ok")
	f.Add(reporttest.Forged[:100])
	f.Add("::error file=a::##[error]")
	var once sync.Once
	harmless := map[string][]string{}
	f.Fuzz(func(t *testing.T, text string) {
		once.Do(func() {
			for _, format := range Names() {
				harmless[format] = shapes()[format](t, written(t, format, "harmless"))
			}
		})
		text = "x" + text[:min(len(text), 200)] // an empty text is left out, and a long one is cut
		for _, format := range Names() {
			holds(t, format, text, harmless[format])
		}
	})
}
