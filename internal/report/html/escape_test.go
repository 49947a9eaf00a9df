package html

import (
	"bytes"
	htmltemplate "html/template"
	"io"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"text/template/parse"

	"golang.org/x/net/html"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// TestAgreesWithHTMLTemplate fills the same templates in by html/template,
// which knows every context of HTML. A value in a context where the five
// escaped characters are not enough would come out differently, or as an
// error.
func TestAgreesWithHTMLTemplate(t *testing.T) {
	t.Parallel()
	for name, domains := range map[string][]result.Domain{
		"typical": {typical()},
		"list":    reporttest.AllDomains(),
		"hostile": {*reporttest.HostileDomain()},
		"forging": {*reporttest.ForgingDomain()},
	} {
		run := reporttest.Run(domains...)
		got, want := pageWith(t, nil, run), pageWith(t, oracle(t), run)
		a, b := tokens(t, got), tokens(t, want)
		if len(a) != len(b) {
			t.Errorf("%s: %d tokens; html/template makes %d", name, len(a), len(b))
		}
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s: token %d is\n%s\nhtml/template makes\n%s", name, i, a[i], b[i])
			}
		}
	}
}

// oracle is the same templates, escaped by html/template. What makes values
// printable comes before its escaping.
func oracle(t *testing.T) *htmltemplate.Template {
	t.Helper()
	source, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	printable := func(v any) any {
		if s, ok := v.(string); ok {
			return result.PrintableString(s)
		}
		return v
	}
	all, err := htmltemplate.New("page").Funcs(htmltemplate.FuncMap{escape: printable}).Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range all.Templates() {
		if part.Tree != nil {
			escapeList(part.Tree.Root)
		}
	}
	return all
}

func pageWith(t *testing.T, templates executor, run *result.Run) []byte {
	t.Helper()
	return pageBy(t, run, func(w *Writer) {
		w.Again = reporttest.Again
		if templates != nil {
			w.templates = templates
		}
	})
}

// tokens lists the page as a browser would read it. Style and script are left
// out: html/template takes the comments out of them.
func tokens(t *testing.T, page []byte) []string {
	t.Helper()
	var all []string
	z := html.NewTokenizer(bytes.NewReader(page))
	raw := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			return all
		case html.TextToken:
			if !raw {
				all = append(all, html.UnescapeString(string(z.Raw())))
			}
			continue
		}
		token := z.Token()
		for i, a := range token.Attr {
			if a.Key == "href" { // html/template writes / and : as %2f and %3a, which means the same
				token.Attr[i].Val, _ = url.PathUnescape(a.Val)
			}
		}
		raw = token.Type == html.StartTagToken && (token.Data == "style" || token.Data == "script")
		all = append(all, token.String())
	}
}

// TestEveryActionIsEscaped looks at the templates themselves: each value that
// is shown goes through text last.
func TestEveryActionIsEscaped(t *testing.T) {
	t.Parallel()
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	actions := 0
	var walk func(name string, n parse.Node)
	walk = func(name string, n parse.Node) {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) > 0 {
				return
			}
			actions++
			if last := n.Pipe.Cmds[len(n.Pipe.Cmds)-1]; last.String() != escape {
				t.Errorf("template %q shows %s as it is", name, n)
			}
		case *parse.ListNode:
			if n == nil {
				return
			}
			for _, child := range n.Nodes {
				walk(name, child)
			}
		case *parse.IfNode:
			walk(name, n.List)
			walk(name, n.ElseList)
		case *parse.RangeNode:
			walk(name, n.List)
			walk(name, n.ElseList)
		case *parse.WithNode:
			walk(name, n.List)
			walk(name, n.ElseList)
		case *parse.TextNode, *parse.TemplateNode, *parse.CommentNode:
		default:
			t.Errorf("template %q has a %T, which escapeList does not know", name, n)
		}
	}
	for _, part := range all.Templates() {
		if part.Tree != nil {
			walk(part.Name(), part.Root)
		}
	}
	if actions < 100 {
		t.Errorf("only %d values were found", actions)
	}
}

// FuzzHostileText puts text into every field: whatever it is, the page has
// the same elements and attributes as with a harmless word.
func FuzzHostileText(f *testing.F) {
	f.Add(reporttest.Hostile)
	f.Add(reporttest.Forged)
	f.Add(`"><img src=x onerror=alert(1)>`)
	f.Add(`' onmouseover='alert(1)`)
	f.Add("</title></style></script><script>alert(1)</script>")
	f.Add("&lt;b&gt; &#60;b&#62; &amp;lt;")
	f.Add("{{.}} ${x} `y`")
	f.Add("\x00\xff\r\n<!--")
	harmless := skeleton(f, "harmless")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		if got := skeleton(t, "x"+text); got != harmless {
			t.Errorf("with %q the page is made of\n%s\nwith a harmless word of\n%s", text, got, harmless)
		}
	})
}

// skeleton is the elements of a page and the names of their attributes.
func skeleton(t testing.TB, text string) string {
	t.Helper()
	d := typical()
	fill(reflect.ValueOf(&d).Elem(), text)
	var b strings.Builder
	z := html.NewTokenizer(bytes.NewReader(pageOf(t, true, d)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken, html.CommentToken, html.DoctypeToken:
			token := z.Token()
			b.WriteString(token.Type.String() + token.Data)
			for _, a := range token.Attr {
				b.WriteString(" " + a.Key)
			}
			b.WriteByte('\n')
		}
	}
}

// fill sets every text below v, keys of maps included, that is not one of
// the program's own words.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.CanSet() && v.String() != "" {
			v.SetString(text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch v.Type().Field(i).Name {
			case "Origin", "From", "Kind":
			default:
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), text)
		}
	case reflect.Map:
		if v.Len() > 0 && v.Type() == reflect.TypeFor[map[string]string]() {
			v.Set(reflect.ValueOf(map[string]string{text: text}))
		}
	}
}
