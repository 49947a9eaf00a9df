package html

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// TestNothingIsLost: every text in the results is somewhere on the page.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	typical := typical()
	noMatter := *reporttest.PassingDomain()
	noMatter.Notes = []string{"a note of a domain that passed"}
	noMatter.Hosts[0].Status, noMatter.Hosts[0].Message, noMatter.Hosts[0].Hint = result.Skip, "a host that was not needed", "a hint of a host"
	for _, d := range []result.Domain{
		typical, noMatter, *reporttest.EncryptedDomain(), *reporttest.UncertainDomain(), *reporttest.NullMX(), *reporttest.NoSuchDomain(),
		*reporttest.Interrupted(), *reporttest.NamedServer(), *reporttest.HostileDomain(),
	} {
		page := visible(t, pageOf(t, true, d))
		for _, text := range textsOf(reflect.ValueOf(d)) {
			if !strings.Contains(page, normal(result.PrintableString(text))) {
				t.Errorf("%s: the page does not say %q", d.Domain, text)
			}
		}
	}
}

// textsOf lists the texts of a result that a reader should find.
func textsOf(v reflect.Value) []string {
	var all []string
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.String() != "" {
			all = append(all, v.String())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch name := v.Type().Field(i).Name; {
			// Words of the program, which the page says in others; what the
			// transcript has; and places of steps that were met.
			case name == "Origin", name == "From", name == "Kind", name == "Sent", name == "Text" && v.Type() == reflect.TypeFor[result.Step]():
			case name == "Enhanced", name == "Want", name == "File", name == "Lines", name == "Action", name == "Verb":
			case name == "Message" && v.Type() == reflect.TypeFor[result.Domain]() && saidElsewhere(v.Interface().(result.Domain)):
			default:
				all = append(all, textsOf(v.Field(i))...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, textsOf(v.Index(i))...)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			all = append(all, textsOf(v.Elem())...)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			all = append(all, k.String(), v.MapIndex(k).String())
		}
	}
	return all
}

// saidElsewhere: the page has other words for a null MX, and says what
// happened at a host there.
func saidElsewhere(d result.Domain) bool { return d.Reason == result.NullMX || said(&d) }

// visible is the text of a page, style and script left out.
func visible(t *testing.T, page []byte) string {
	t.Helper()
	var b strings.Builder
	for _, n := range nodes(t, page) {
		for c := range n.ChildNodes() {
			if c.Type == html.TextNode && n.Data != "style" && n.Data != "script" {
				b.WriteString(c.Data)
			}
		}
	}
	return normal(b.String())
}

func normal(s string) string { return strings.Join(strings.Fields(s), "") }

func TestHeadlines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		domains []*result.Domain
		exit    int
		want    string
	}{
		{nil, 2, "No domain was looked at"},
		{[]*result.Domain{reporttest.NoSuchDomain()}, 1, "nosuch.test: no such domain"},
		{[]*result.Domain{reporttest.NoSuchDomain()}, 130, "Stopped before the end. nosuch.test: no such domain"},
		{reporttest.List(), 1, "Of 5 domains 3 failed, 1 inconclusive: fabrikam.test, nomail.test, nosuch.test"},
		{append(reporttest.List(), reporttest.NoSuchDomain()), 1, "Of 6 domains 4 failed, 1 inconclusive: fabrikam.test, nomail.test, nosuch.test and 1 other"},
		{[]*result.Domain{reporttest.PassingDomain(), reporttest.ImplicitMX()}, 0, "Both domains passed"},
		{[]*result.Domain{reporttest.NullMX(), reporttest.NoSuchDomain(), reporttest.NullMX()}, 1, "All 3 domains failed: nomail.test, nosuch.test, nomail.test"},
		{[]*result.Domain{reporttest.PassingDomain(), reporttest.UncertainDomain()}, 3, "Of 2 domains 1 inconclusive: contoso.test"},
	} {
		all := newTally()
		for _, d := range tt.domains {
			all.add(d)
		}
		if got := all.headline(&result.End{Exit: tt.exit}); got != tt.want {
			t.Errorf("headline = %q; want %q", got, tt.want)
		}
	}
}

// TestPageIsNoFalseCalm: what no dialogue was played with is counted, and an
// exit status that no entry explains is explained.
func TestPageIsNoFalseCalm(t *testing.T) {
	t.Parallel()
	page := visible(t, pageOf(t, true, *reporttest.MixedDomain(), *reporttest.NullMX()))
	for _, want := range []string{"1 host without address", "1 domain without hosts"} {
		if !strings.Contains(page, normal(want)) {
			t.Errorf("the page does not say %q", want)
		}
	}
	run := reporttest.Run(*reporttest.PassingDomain())
	run.End.Exit, run.End.Status = 1, result.Fail
	page = visible(t, pageWith(t, nil, run))
	if want := "the run ended with exit status 1 and the verdict fail although no dialogue failed"; !strings.Contains(page, normal(want)) {
		t.Errorf("the page does not say %q", want)
	}
}
