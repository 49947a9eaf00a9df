package html

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"

	"mxprobe/probe/result"
)

// The parts of the page: templates, style and script.
//
//go:embed page
var files embed.FS

// escape is the function through which every value of every template goes.
const escape = "text"

// load reads the templates. html/template would do the same with more
// knowledge of contexts, but costs every start of the program a tenth of a
// millisecond, whether it writes a page or not. These templates need two
// contexts, text and quoted attributes, where the same five characters have a
// meaning; a test compares what comes out with html/template.
func load() (*template.Template, error) {
	source, err := sources()
	if err != nil {
		return nil, err
	}
	t, err := template.New("page").Funcs(template.FuncMap{escape: text}).Parse(source)
	if err != nil {
		return nil, err
	}
	for _, part := range t.Templates() {
		if part.Tree != nil {
			escapeList(part.Root)
		}
	}
	return t, nil
}

// sources returns the templates as one text, style and script put in.
func sources() (string, error) {
	var all strings.Builder
	for _, name := range []string{"page.tmpl", "domain.tmpl", "check.tmpl", "tls.tmpl"} {
		b, err := files.ReadFile("page/" + name)
		if err != nil {
			return "", err
		}
		all.Write(b)
	}
	style, err := files.ReadFile("page/report.css")
	if err != nil {
		return "", err
	}
	script, err := files.ReadFile("page/report.js")
	if err != nil {
		return "", err
	}
	put := strings.NewReplacer(
		"/* report.css */", string(style), "/* report.js */", string(script),
		"STYLE-SUM", sum(style), "SCRIPT-SUM", sum(script),
	)
	return put.Replace(all.String()), nil
}

// sum is what a Content-Security-Policy wants to know of a style or script.
func sum(b []byte) string {
	s := sha256.Sum256(b)
	return "sha256-" + base64.StdEncoding.EncodeToString(s[:])
}

// text makes a value harmless: printable first, then without a character
// that ends text or a quoted attribute.
func text(value any) string {
	return template.HTMLEscapeString(result.PrintableString(fmt.Sprint(value)))
}

// escapeList sends every value that is shown below a node through text.
func escapeList(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			escapePipe(n.Pipe)
		case *parse.IfNode:
			escapeList(n.List)
			escapeList(n.ElseList)
		case *parse.RangeNode:
			escapeList(n.List)
			escapeList(n.ElseList)
		case *parse.WithNode:
			escapeList(n.List)
			escapeList(n.ElseList)
		}
	}
}

func escapePipe(p *parse.PipeNode) {
	if len(p.Decl) > 0 {
		return // a variable is set, and nothing shown
	}
	call := parse.NewIdentifier(escape).SetPos(p.Pos)
	p.Cmds = append(p.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: p.Pos, Args: []parse.Node{call}})
}
