package html

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// everything has each kind of domain, the hostile ones included.
func everything() []result.Domain {
	all := append(reporttest.AllDomains(), typical(), *reporttest.EncryptedDomain(), *reporttest.Interrupted(),
		*reporttest.HostileDomain(), *reporttest.ForgingDomain())
	bare := result.Domain{Domain: "bare.test", Origin: "mx", Hosts: []result.Host{{Name: "mx1.bare.test", Addresses: []result.Address{{IP: "192.0.2.1", Port: 25}}}}}
	return append(all, bare)
}

// nodes parses a page and lists its elements in order.
func nodes(t *testing.T, page []byte) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// TestPageStandsAlone: nothing in the page leads out of it or runs, but its
// one style and its one script, which the policy knows by their sums.
func TestPageStandsAlone(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	policy := ""
	for _, n := range nodes(t, pageOf(t, true, everything()...)) {
		count[n.Data]++
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset", a.Key == "action", a.Key == "formaction",
				a.Key == "data", a.Key == "background", a.Key == "ping", a.Key == "xlink:href":
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			case a.Key == "href" && (n.Data != "a" || !strings.HasPrefix(a.Val, "#")):
				t.Errorf("<%s> leads to %q", n.Data, a.Val)
			}
		}
		switch n.Data {
		case "img", "iframe", "object", "embed", "link", "base", "form", "image", "use", "video", "audio":
			t.Errorf("the page has <%s>", n.Data)
		case "meta":
			if v, _ := attr(n, "http-equiv"); v == "Content-Security-Policy" {
				policy, _ = attr(n, "content")
			}
		case "style", "script":
			if !strings.Contains(policy, n.Data+"-src 'sha256-"+sha(content(n))+"'") {
				t.Errorf("the policy %q does not allow the page's own %s", policy, n.Data)
			}
		}
	}
	if count["style"] != 1 || count["script"] != 1 || count["h1"] != 1 || count["main"] != 1 || count["header"] != 1 || count["footer"] != 1 {
		t.Errorf("the page has %v", count)
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	style, err := files.ReadFile("page/report.css")
	if err != nil {
		t.Fatal(err)
	}
	if s := strings.ToLower(string(style)); strings.Contains(s, "url(") || strings.Contains(s, "@import") || strings.Contains(s, "image-set") {
		t.Error("the style loads something")
	}
}

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// TestPageIsWellMade holds what a screen reader and a keyboard need: unique
// ids, links that lead somewhere, headings in order, and table headers that
// say what they head.
func TestPageIsWellMade(t *testing.T) {
	t.Parallel()
	for name, domains := range map[string][]result.Domain{"one": {typical()}, "many": everything(), "none": nil} {
		all := nodes(t, pageOf(t, true, domains...))
		ids := map[string]bool{}
		for _, n := range all {
			if id, ok := attr(n, "id"); ok {
				if ids[id] || id == "" || strings.ContainsAny(id, " \"'<>&%\\") {
					t.Errorf("%s: the id %q is there twice, or is none", name, id)
				}
				ids[id] = true
			}
		}
		level := 0
		for _, n := range all {
			if to, ok := attr(n, "href"); ok && !ids[strings.TrimPrefix(to, "#")] {
				t.Errorf("%s: a link leads to %q, which is not there", name, to)
			}
			for _, key := range []string{"aria-labelledby", "for", "data-row"} {
				v, _ := attr(n, key)
				for id := range strings.FieldsSeq(v) {
					if !ids[id] && !(key == "data-row" && n.Data == "div") {
						t.Errorf("%s: <%s %s> names %q, which is not there", name, n.Data, key, id)
					}
				}
			}
			switch n.Data {
			case "th":
				if scope, _ := attr(n, "scope"); scope != "col" && scope != "row" && scope != "rowgroup" {
					t.Errorf("%s: a <th> has the scope %q", name, scope)
				}
			case "h1", "h2", "h3", "h4", "h5", "h6":
				next := int(n.Data[1] - '0')
				if next > level+1 {
					t.Errorf("%s: <%s> %q follows a heading of level %d", name, n.Data, content(n), level)
				}
				level = next
			case "details":
				first := n.FirstChild
				for first.Type == html.TextNode && strings.TrimSpace(first.Data) == "" {
					first = first.NextSibling
				}
				if first.Data != "summary" {
					t.Errorf("%s: a <details> does not begin with its <summary>", name)
				}
			case "svg":
				if role, _ := attr(n, "role"); role != "img" {
					t.Errorf("%s: an <svg> is no image to a screen reader", name)
				}
			}
		}
	}
}

// TestSameResultsSamePage: no clock and no order of a map is in the page, and
// results may be changed once they have been handed over.
func TestSameResultsSamePage(t *testing.T) {
	t.Parallel()
	first := pageOf(t, true, everything()...)
	for range 5 {
		if !bytes.Equal(first, pageOf(t, true, everything()...)) {
			t.Fatal("the same results made another page")
		}
	}
	run := reporttest.Run(typical())
	var want, got bytes.Buffer
	for i, out := range []*bytes.Buffer{&want, &got} {
		d := typical()
		w := New(out, run)
		if err := w.Domain(&d); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			for j := range d.Hosts {
				for k := range d.Hosts[j].Addresses {
					clear(d.Hosts[j].Addresses[k].Checks)
				}
			}
			clear(d.Hosts)
			clear(d.Notes)
			clear(d.Differences)
		}
		if err := w.End(&run.End); err != nil {
			t.Fatal(err)
		}
	}
	if want.String() != got.String() {
		t.Error("the page shows a change that was made after the domain had been handed over")
	}
}

// TestLinksStayTheSame: an id is made of names, so that a link keeps its
// meaning when a host is added before.
func TestLinksStayTheSame(t *testing.T) {
	t.Parallel()
	d := typical()
	const id = `id="fabrikam.test/mx1.fabrikam.test/192.0.2.10:25/bad-sender-is-refused"`
	if page := pageOf(t, true, d); !bytes.Contains(page, []byte(id)) {
		t.Errorf("the page has no %s", id)
	}
	d.Hosts = append([]result.Host{reporttest.Host(1, "mx0.fabrikam.test", reporttest.Address("192.0.2.1", reporttest.Passed("basic send", "mx0")))}, d.Hosts...)
	if page := pageOf(t, true, d, *reporttest.NoSuchDomain()); !bytes.Contains(page, []byte(id)) {
		t.Errorf("with a host more, the page has no %s", id)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	ids := idSet{}
	for _, tt := range []struct{ parent, name, want string }{
		{"", "Example.org", "example.org"},
		{"", "example.org", "example.org~2"},
		{"", "example.org~2", "example.org-2"},
		{"a", "2001:db8::1:25", "a/2001:db8::1:25"},
		{"a", "basic send!", "a/basic-send"},
		{"", "\x1b[2J <b>", "2j-b"},
		{"", "", "x"},
		{"", "世界", "x~2"},
		{"", strings.Repeat("a", 500), strings.Repeat("a", maxID)},
	} {
		if got := ids.take(tt.parent, tt.name); got != tt.want {
			t.Errorf("take(%q, %q) = %q; want %q", tt.parent, tt.name, got, tt.want)
		}
	}
}

// TestErrorsOfTheWriterStay: nothing is written behind a gap.
func TestErrorsOfTheWriterStay(t *testing.T) {
	t.Parallel()
	run := reporttest.Run(reporttest.AllDomains()...)
	for room := range 6 {
		out := &narrow{room: room}
		w := New(out, run)
		for i := range run.Domains {
			if err := w.Domain(&run.Domains[i]); err != nil {
				t.Fatalf("nothing was written yet, and Domain = %v", err)
			}
		}
		if err := w.End(&run.End); err != errNarrow {
			t.Errorf("after %d writes: End = %v; want %v", room, err, errNarrow)
		}
		if out.late {
			t.Errorf("after %d writes: something was written behind the error", room)
		}
		if err := w.Domain(&run.Domains[0]); err != errNarrow {
			t.Errorf("after %d writes: Domain = %v; want %v", room, err, errNarrow)
		}
	}
}

// narrow takes a number of writes and then fails.
type narrow struct {
	room         int
	failed, late bool
}

type narrowError struct{}

func (narrowError) Error() string { return "no room" }

var errNarrow error = narrowError{}

func (n *narrow) Write(b []byte) (int, error) {
	n.late = n.late || n.failed
	if n.room--; n.room < 0 {
		n.failed = true
		return 0, errNarrow
	}
	return len(b), nil
}

// TestPageIsBounded: a great many domains make a page of bounded size that
// says what it leaves out, and none that is well pushes out one that is not.
func TestPageIsBounded(t *testing.T) {
	t.Parallel()
	run := reporttest.Run()
	var b bytes.Buffer
	w := New(&b, run)
	w.budget = budget{badDetails: 60_000, goodDetails: 60_000, badLines: 9_000, goodLines: 9_000}
	const each = 100
	var end result.End
	for i := range 2 * each {
		d := reporttest.PassingDomain()
		if i >= each {
			d = reporttest.MixedDomain()
		}
		d.Domain = "n" + strconv.Itoa(i) + ".test"
		if err := w.Domain(d); err != nil {
			t.Fatal(err)
		}
	}
	end.Status, end.Exit = result.Fail, 1
	if err := w.End(&end); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if most := 2*60_000 + 2*12_000 + len(pageOf(t, false)); len(page) > most {
		t.Errorf("the page has %d bytes; want at most %d", len(page), most)
	}
	if !strings.Contains(page, `id="n100.test/mx1.fabrikam.test/192.0.2.10:25/bad-sender-is-refused"`) {
		t.Error("the first domain that failed has no details")
	}
	shown := 0
	for i := range 2 * each {
		if strings.Contains(page, `id="n`+strconv.Itoa(i)+`.test"`) {
			shown++
		}
	}
	left := w.left.domains.Pass + w.left.domains.Fail
	if left == 0 || shown+left != 2*each {
		t.Errorf("%d domains are shown and %d left out; want %d together", shown, left, 2*each)
	}
	for _, want := range []string{"100 domains failed", "100 domains passed", strconv.Itoa(w.left.domains.Fail) + " domains (failed) left out", "the JSON report of the same run has everything"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestPageOfBareDomainsIsBounded: of domains without hosts, what stands around
// the details is more than the details.
func TestPageOfBareDomainsIsBounded(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := New(&b, reporttest.Run())
	w.budget = budget{badDetails: 60_000, badLines: 9_000}
	for i := range 1000 {
		d := reporttest.NoSuchDomain()
		d.Domain, d.Hint = "n"+strconv.Itoa(i)+".test", ""
		if err := w.Domain(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(&result.End{Status: result.Fail, Exit: 1}); err != nil {
		t.Fatal(err)
	}
	if most := 60_000 + 12_000 + len(pageOf(t, false)); b.Len() > most {
		t.Errorf("the page has %d bytes; want at most %d", b.Len(), most)
	}
}

// TestPageOfALongList: of a long list a page has what the domains have in
// common and the worst thousand, and says what it left out.
func TestPageOfALongList(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := New(&b, reporttest.Run())
	const passed, failed = 1500, 700
	for i := range passed + failed {
		d := reporttest.ImplicitMX()
		if i >= passed {
			d = reporttest.NoSuchDomain()
		}
		d.Domain = "n" + strconv.Itoa(i) + ".test"
		if err := w.Domain(d); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.domains) > 2*maxDomains {
		t.Errorf("%d domains are kept", len(w.domains))
	}
	if err := w.End(&result.End{Status: result.Fail, Exit: 1}); err != nil {
		t.Fatal(err)
	}
	shown := strings.Count(b.String(), `<details class="domain`) + strings.Count(b.String(), `<div class="domain`)
	if shown != maxDomains {
		t.Errorf("%d domains are shown; want %d", shown, maxDomains)
	}
	page := visible(t, b.Bytes())
	for _, want := range []string{
		"By cause", "dns 700 700 0", "By provider", "fabrikam.test 1500 0 0", "By software", "not named 1500 0 0",
		"700 domains failed", "1500 domains passed", "1200 domains (passed) left out",
	} {
		if !strings.Contains(page, normal(want)) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !strings.Contains(b.String(), `id="n2199.test"`) || strings.Contains(b.String(), `id="n1400.test"`) {
		t.Error("the worst are not shown before the others")
	}
}

// TestLongDialogueIsBounded: the step that decided is there however much was
// said before.
func TestLongDialogueIsBounded(t *testing.T) {
	t.Parallel()
	c := reporttest.Failed("mx1")
	for range 3 * maxLines {
		c.Steps[2].Transcript = append(c.Steps[2].Transcript, result.Line{From: "S", Text: "250-" + strings.Repeat("x", 3*maxText), Millis: 1000})
	}
	d := reporttest.Domain("long.test", reporttest.Host(10, "mx1", reporttest.Address("192.0.2.1", c)))
	page := string(pageOf(t, true, *d))
	if most := maxLines*(maxText+200) + 100_000; len(page) > most {
		t.Errorf("the page has %d bytes; want at most %d", len(page), most)
	}
	for _, want := range []string{"expected 5xx</b>", "lines are left out here"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
