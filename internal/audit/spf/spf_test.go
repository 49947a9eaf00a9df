package spf

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// zone answers from memory: "TXT name", "A name", "AAAA name", "MX name" and
// "PTR address"; a value of "!" is a look-up that fails.
type zone map[string][]string

func (z zone) find(typ, name string) ([]string, error) {
	values := z[typ+" "+strings.ToLower(name)]
	if slices.Equal(values, []string{"!"}) {
		return nil, errors.New("no answer")
	}
	return values, nil
}

func (z zone) TXT(_ context.Context, name string) ([]string, error) { return z.find("TXT", name) }
func (z zone) MX(_ context.Context, name string) ([]string, error)  { return z.find("MX", name) }

func (z zone) Names(_ context.Context, addr netip.Addr) ([]string, error) {
	return z.find("PTR", addr.String())
}

func (z zone) Addresses(_ context.Context, name string, v6 bool) ([]netip.Addr, error) {
	typ := "A"
	if v6 {
		typ = "AAAA"
	}
	values, err := z.find(typ, name)
	var addrs []netip.Addr
	for _, v := range values {
		addrs = append(addrs, netip.MustParseAddr(v))
	}
	return addrs, err
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, wrong string }{
		{"v=spf1", ""},
		{"V=SPF1 -ALL", ""},
		{"v=spf1 a mx/24 a:example.org/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{ir}.example.org ~all", ""},
		{"v=spf1 include:_spf.example.org redirect=example.org", ""},
		{"v=spf1 future=%{d} -all", ""},
		{"v=spf10 -all", "v=spf1"},
		{"v=spf1 all:example.org", "takes nothing"},
		{"v=spf1 ipv4:192.0.2.1", "no such mechanism"},
		{"v=spf1 ip4:192.0.2.256", "no address"},
		{"v=spf1 ip4:2001:db8::1", "no address"},
		{"v=spf1 ip6:192.0.2.1", "no address"},
		{"v=spf1 ip4:192.0.2.1/33", "0 to 32"},
		{"v=spf1 ip6:2001:db8::/129", "0 to 128"},
		{"v=spf1 ip4:192.0.2.1/08", "0 to 32"},
		{"v=spf1 a:example.org/33", "0 to 32"},
		{"v=spf1 a//129", "0 to 128"},
		{"v=spf1 include", "needs a domain"},
		{"v=spf1 include:", "needs a domain"},
		{"v=spf1 include:localhost", "one label"},
		{"v=spf1 include:example.123", "last label"},
		{"v=spf1 a:%{x}.example.org", "does not exist"},
		{"v=spf1 a:%{d0}.example.org", "keeps no label"},
		{"v=spf1 a:%{d", "closing brace"},
		{"v=spf1 a:example.org%", "at the end"},
		{"v=spf1 redirect=a.org redirect=b.org", "twice"},
		{"v=spf1 1x=y", "no name of a modifier"},
		{"v=spf1 -all\x00", "not allowed"},
		{"v=spf1 ,", "no such mechanism"},
	}
	for _, tt := range tests {
		_, err := Parse(tt.text)
		switch {
		case tt.wrong == "" && err != nil:
			t.Errorf("Parse(%q) = %v", tt.text, err)
		case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
			t.Errorf("Parse(%q) = %v; want %q in it", tt.text, err, tt.wrong)
		}
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	z := zone{
		"TXT two.example":     {"other", "v=spf1 a:h.example mx -all"},
		"TXT none.example":    {"other"},
		"TXT bad.example":     {"v=spf1 ipv4:1.2.3.4"},
		"TXT back.example":    {"v=spf1 include:top.example -all"},
		"TXT several.example": {"v=spf1 a", "v=spf1 mx"},
		"TXT gone.example":    {"!"},
		"TXT soft.example":    {"v=spf1 ip4:192.0.2.0/24 ~all"},
		"A h.example":         {"192.0.2.1"},
		"AAAA six.example":    {"2001:db8::1"},
		"MX two.example":      {"h.example"},
		"MX many.example":     strings.Split(strings.Repeat("h.example ", 11), " ")[:11],
	}
	tests := []struct {
		text string
		want Report
	}{
		{"v=spf1 ip4:192.0.2.1 -all", Report{All: '-'}},
		{"v=spf1 include:two.example ~all", Report{Lookups: 3, All: '~'}},
		{"v=spf1 include:two.example include:two.example ?all", Report{Lookups: 6, All: '?'}},
		{"v=spf1 redirect=soft.example", Report{Lookups: 1, All: '~'}},
		{"v=spf1 a:six.example a:nothing.example", Report{Lookups: 2, Voids: []string{"a:nothing.example in top.example"}}},
		{"v=spf1 include:none.example", Report{Lookups: 1, Faults: []Fault{{Kind: FaultInclude}}}},
		{"v=spf1 include:nothing.example", Report{Lookups: 1, Voids: []string{"include:nothing.example in top.example"}, Faults: []Fault{{Kind: FaultInclude}}}},
		{"v=spf1 include:bad.example -all", Report{Lookups: 1, All: '-', Faults: []Fault{{Kind: FaultSyntax}}}},
		{"v=spf1 include:back.example -all", Report{Lookups: 2, All: '-', Faults: []Fault{{Kind: FaultLoop}}}},
		{"v=spf1 include:several.example -all", Report{Lookups: 1, All: '-', Faults: []Fault{{Kind: FaultSeveral}}}},
		{"v=spf1 mx:many.example -all", Report{Lookups: 1, All: '-', Faults: []Fault{{Kind: FaultMX}}}},
		{"v=spf1 include:gone.example -all", Report{Lookups: 1, All: '-', Unknown: []string{"include:gone.example in top.example: no answer"}}},
		{"v=spf1 ptr exists:%{i}.l.example exists:no.example +all", Report{Lookups: 3, All: '+', PTR: true, Macros: true}},
		{"v=spf1 -all a redirect=soft.example", Report{All: '-', After: []string{"a"}, Ignored: true}},
	}
	for _, tt := range tests {
		got := Walk(t.Context(), z, "top.example", tt.text)
		if got.Lookups != tt.want.Lookups || got.All != tt.want.All || got.PTR != tt.want.PTR || got.Macros != tt.want.Macros ||
			got.Ignored != tt.want.Ignored || !slices.Equal(got.Voids, tt.want.Voids) || !slices.Equal(got.Unknown, tt.want.Unknown) ||
			!slices.Equal(got.After, tt.want.After) || !slices.EqualFunc(got.Faults, tt.want.Faults, func(a, b Fault) bool { return a.Kind == b.Kind }) {
			t.Errorf("Walk(%q) = %+v; want %+v", tt.text, got, tt.want)
		}
	}
}

// TestWalkIsBounded: records that lead to ever more records end.
func TestWalkIsBounded(t *testing.T) {
	t.Parallel()
	z := zone{}
	for i := range 200 {
		z[fmt.Sprintf("TXT n%d.example", i)] = []string{fmt.Sprintf("v=spf1 include:n%d.example include:n%d.example -all", i+1, i+2)}
	}
	r := Walk(t.Context(), z, "n0.example", z["TXT n0.example"][0])
	if !r.Cut || len(r.Records) > maxWalk {
		t.Errorf("Cut = %t with %d records", r.Cut, len(r.Records))
	}
}

// TestCheckCounts: the limits hold across includes.
func TestCheckCounts(t *testing.T) {
	t.Parallel()
	z := zone{"TXT top.example": {"v=spf1 include:a.example include:a.example -all"}, "TXT a.example": {"v=spf1 a:v1.example a:v2.example ?all"}}
	o := Check(t.Context(), z, Sender{IP: netip.MustParseAddr("192.0.2.1"), HELO: "h.example", From: "a@top.example"})
	if o.Result != PermError || !strings.Contains(o.Why, "find nothing") || o.Voids != 3 {
		t.Errorf("Check = %+v; want permerror after three look-ups that find nothing", o)
	}
}

// TestNullSender: with the null sender the name of EHLO is looked at.
func TestNullSender(t *testing.T) {
	t.Parallel()
	z := zone{"TXT h.example": {"v=spf1 ip4:192.0.2.1 -all"}}
	for ip, want := range map[string]Result{"192.0.2.1": Pass, "192.0.2.2": Fail} {
		if o := Check(t.Context(), z, Sender{IP: netip.MustParseAddr(ip), HELO: "h.example"}); o.Result != want {
			t.Errorf("Check(%s) = %s; want %s", ip, o.Result, want)
		}
	}
}

// FuzzParse: nothing panics, and what parses can be walked and checked.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"v=spf1 -all", "v=spf1 a:%{ir}.%{v}.%{d2}//64 exists:%{l1r+-}.x.org exp=e.%{d}.org redirect=%{o}.org", "v=spf1 ip6:::1/0 %", "v=spf1 a:%{D99r.-+,/_=}.org",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		record, err := Parse(text)
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("an error of %d octets", len(err.Error()))
		}
		z := zone{"TXT d.example": {text}, "A d.example": {"192.0.2.1"}, "PTR 192.0.2.9": {"d.example"}}
		report := Walk(t.Context(), z, "d.example", text)
		looks := 0
		for _, term := range record.Terms {
			if term.LooksUp() {
				looks++
			}
		}
		if err == nil && report.Lookups > looks+1 && len(report.Records) == 1 {
			t.Errorf("%d look-ups of %d terms", report.Lookups, looks)
		}
		o := Check(t.Context(), z, Sender{IP: netip.MustParseAddr("192.0.2.9"), HELO: "d.example", From: "l@d.example"})
		if IsRecord(text) && err != nil && o.Result != PermError {
			t.Errorf("Check = %s (%s) of a record that is none", o.Result, o.Why)
		}
	})
}
