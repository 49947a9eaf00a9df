package markdown

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// page is a document as a Markdown parser with GitHub's extensions
// understood it.
type page struct {
	rows      int   // of tables, heads not counted
	cells     []int // of each row
	code      []string
	blocks    []string
	plain     []string // text that is no code
	forbidden []string // HTML, links, pictures
}

func (p *page) hasCode(s string) bool  { return slices.Contains(p.code, s) }
func (p *page) hasBlock(s string) bool { return slices.Contains(p.blocks, s+"\n") }

func read(t *testing.T, source string) page {
	t.Helper()
	b := []byte(source)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(b))
	var p page
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan:
			p.code = append(p.code, plainText(n, b))
			return ast.WalkSkipChildren, nil
		case *ast.FencedCodeBlock:
			p.blocks = append(p.blocks, string(n.Lines().Value(b)))
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			p.plain = append(p.plain, string(n.Segment.Value(b)))
		case *east.TableRow:
			p.rows++
			p.cells = append(p.cells, n.ChildCount())
		case *ast.HTMLBlock, *ast.RawHTML, *ast.Link, *ast.Image, *ast.AutoLink, *ast.CodeBlock, *ast.ThematicBreak, *ast.Blockquote,
			*east.TaskCheckBox, *east.Strikethrough, *ast.LinkReferenceDefinition:
			p.forbidden = append(p.forbidden, n.Kind().String())
		case *ast.Heading:
			if n.Level < 2 {
				p.forbidden = append(p.forbidden, fmt.Sprintf("heading %d", n.Level))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if s, ok := c.(*ast.Text); ok {
			b.Write(s.Segment.Value(source))
		}
	}
	return b.String()
}

// TestReaderFindsWhatItIsFor: the reader of these tests notices what servers
// would like to write.
func TestReaderFindsWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"<b>x</b>", "<script>\n</script>", "[a](http://x.test)", "![a](x.png)", "<http://x.test>", "http://x.test", "www.x.test", "me@x.test",
		"~~x~~", "- [ ] x", "> x", "# x", "    x", "***",
	} {
		if p := read(t, bad+"\n"); len(p.forbidden) == 0 {
			t.Errorf("%q is not noticed", bad)
		}
	}
}
