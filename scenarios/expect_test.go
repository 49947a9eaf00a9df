package scenarios

import (
	"strings"
	"testing"
)

func TestEnhancedPatterns(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string][2]string{
		"5.1.7": {"5.1.7", "5.1.70 5.1 5.1.7.1 4.1.7"},
		"5.7.x": {"5.7.0 5.7.123", "5.1.7 4.7.1 5.7 5.7."},
		"4.x.x": {"4.0.0 4.999.999", "5.0.0 4"},
		"2.X.X": {"2.1.5", "5.1.5"},
	} {
		p, err := parseEnhanced(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range strings.Fields(want[0]) {
			if !p.Match(code) {
				t.Errorf("%q does not match %q", pattern, code)
			}
		}
		for _, code := range append(strings.Fields(want[1]), "") {
			if p.Match(code) {
				t.Errorf("%q matches %q", pattern, code)
			}
		}
	}
	for _, bad := range []string{"", "5", "5.1", "5.10", "5.x.1", "3.1.1", "x.x.x", "5.1.1.1", "5.01.1", "5.1.1000", "5..1", "5.-1.1", "55.1.1"} {
		if p, err := parseEnhanced(bad); err == nil {
			t.Errorf("parseEnhanced(%q) = %q; want an error", bad, p.String())
		}
	}
}

func TestTextPatterns(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string][2]string{
		"no such":                {"550 no such user", "No Such"},
		"/no such/i":             {"No SUCH user", "nosuch"},
		"/^ok/":                  {"ok then", "not ok"},
		"/a\nb/":                 {"a\nb", "a b"},
		"/queued as [0-9A-F]+$/": {"x\nqueued as 4F", "queued as 4F\nx"},
		"a.b":                    {"a.b", "axb"},
	} {
		p, err := parseTextPattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if !p.Match(want[0]) || p.Match(want[1]) || p.String() != pattern {
			t.Errorf("%q: Match(%q) = %v, Match(%q) = %v", pattern, want[0], p.Match(want[0]), want[1], p.Match(want[1]))
		}
	}
}

// The value of a variable stands for itself in a regular expression.
func TestValuesInPatternsAreNoPatterns(t *testing.T) {
	t.Parallel()
	s := one(t, "  - send: a\n    text: [\"/^${x}$/\", \"${x}!\"]\n")
	e, err := s.Steps[0].Expect.Resolve(func(string) (string, bool) { return "a.*(b", true })
	if err != nil {
		t.Fatal(err)
	}
	if !e.Text[0].Match("a.*(b") || e.Text[0].Match("axx(b") || !e.Text[1].Match("say a.*(b!") {
		t.Errorf("Resolve made %q of the pattern", e.Text[0].String())
	}
}

func TestMatchLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want, got string
		at        int // -1: they match
	}{
		"all":                {"250-a|250 b", "250-a.example|250 b", -1},
		"one missing":        {"250-a|250-c|250 b", "250-a|250 b", 1},
		"one left over":      {"250-a", "250-a|250 b", 1},
		"separator counts":   {"250 a", "250-a", 0},
		"code alone":         {"250|250", "250-a|250 b", -1},
		"case counts":        {"250 A", "250 a", 0},
		"rest at the end":    {"250-a|...", "250-a|250-b|250 c", -1},
		"rest of nothing":    {"250-a|...|250 b", "250-a|250 b", -1},
		"rest in the middle": {"250-a|...|250 HELP", "250-a|250-b|250-c|250 HELP", -1},
		"rest takes more":    {"...|250-a|250 b", "250-a|250-x|250-a|250 b", -1},
		"after rest missing": {"...|250-z|250 b", "250-a|250 b", 1},
		"two rests":          {"...|250-b|...|250 d", "250-a|250-b|250-c|250 d", -1},
		"order":              {"...|250-c|...|250-b|...", "250-b|250-c|250 d", 3},
		"rest alone":         {"...", "250 a", -1},
		"not the last":       {"...|250-b", "250-b|250 c", 2},
		"nothing came":       {"250 a", "", 0},
	} {
		var want []LinePattern
		for w := range strings.SplitSeq(c.want, "|") {
			p, err := parseLinePattern(w)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, p)
		}
		var got []string
		if c.got != "" {
			got = strings.Split(c.got, "|")
		}
		ok, at := MatchLines(want, got)
		if ok != (c.at < 0) || !ok && at != c.at {
			t.Errorf("%s: MatchLines(%q, %q) = %v, %d; want %d", name, c.want, c.got, ok, at, c.at)
		}
	}
}

func TestKeywords(t *testing.T) {
	t.Parallel()
	const missing = "-"
	for _, c := range []struct {
		keyword, sent string
		want          bool
	}{
		{"DSN", "", true},
		{"DSN", missing, false},
		{"dsn", "x y", true},
		{"AUTH PLAIN LOGIN", "LOGIN PLAIN CRAM-MD5", true},
		{"AUTH PLAIN LOGIN", "PLAIN", false},
		{"AUTH plain", "PLAIN", true},
		{"AUTH PLAI", "PLAIN", false},
		{"AUTH PLAIN", missing, false},
		{"SIZE>=20000000", "20000000", true},
		{"SIZE >= 20000000", "19999999", false},
		{"SIZE>=1", "", false},
		{"SIZE>=1", missing, false},
		{"SIZE>=1", "big", false},
		{"SIZE<1000", "999", true},
		{"SIZE<1000", "1000", false},
		{"SIZE<=1000", "1000", true},
		{"SIZE>1000", "1000", false},
		{"SIZE=1000", "1000", true},
		{"SIZE>=1", "99999999999999999999999", true},
		{"SIZE<1000", "99999999999999999999999", false},
		// SIZE 0 says that there is no limit (RFC 1870 section 4).
		{"SIZE>=20000000", "0", true},
		{"SIZE<20000000", "0", false},
		{"SIZE=0", "0", true},
		{"X-LEVEL<1", "0", true},
		{"LIMITS RCPTMAX=20", "MAILMAX=5 RCPTMAX=20", true},
	} {
		k, err := parseKeyword(c.keyword)
		if err != nil {
			t.Errorf("parseKeyword(%q): %v", c.keyword, err)
			continue
		}
		if got := k.Offered(c.sent, c.sent != missing); got != c.want {
			t.Errorf("%q offered by %q = %v; want %v", c.keyword, c.sent, got, c.want)
		}
	}
	for _, bad := range []string{"", " ", "DSN,SIZE", "DSN, SIZE", "SIZE>=", "SIZE>=x", "SIZE>=-1", "AUTH=LOGIN", "=1", "A.B", "STARTLS", "PIPELINIG", "8BITMIM"} {
		if k, err := parseKeyword(bad); err == nil {
			t.Errorf("parseKeyword(%q) = %q; want an error", bad, k.String())
		}
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tls": "tls", "TLS": "tls", "authenticated": "authenticated", "ipv4": "ipv4", "IPv6": "ipv6", "STARTTLS": "", "AUTH PLAIN": "",
	} {
		c, err := parseCondition(text)
		if err != nil || c.Word != want || want == "" && c.String() != text {
			t.Errorf("parseCondition(%q) = %q (%q), %v", text, c.Word, c.String(), err)
		}
	}
}

func TestResolveOfExpectationsWithVariables(t *testing.T) {
	t.Parallel()
	s := one(t, strings.Join([]string{
		"  - send: EHLO x", `    expect: ["${code}"]`, `    enhanced: [5.1.1, "5.${n}.x"]`, `    text: "hello ${who}"`,
		`    lines: ["250-${who}", "..."]`, `    offers: AUTH ${mech}`, `    lacks: [DSN, "${kw}"]`, "    within: 2s",
	}, "\n"))
	lookup := func(name string) (string, bool) {
		v, ok := map[string]string{"code": "25x", "n": "7", "who": "mx1", "mech": "PLAIN LOGIN", "kw": "SIZE>=10"}[name]
		return v, ok
	}
	was := s.Steps[0].Expect
	e, err := s.Steps[0].Expect.Resolve(lookup)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{
		e.Codes.String(), e.Enhanced[1].String(), e.Text[0].String(), e.Lines[0].Prefix, e.Offers[0].String(),
		strings.Join(e.Offers[0].Params, "+"), e.Lacks[1].String(), e.Within.Fail.String(),
	}
	want := []string{"25x", "5.7.x", "hello mx1", "250-mx1", "AUTH PLAIN LOGIN", "PLAIN+LOGIN", "SIZE>=10", "2s"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("Resolve gave %q; want %q", got[i], want[i])
		}
	}
	if e.Enhanced[1].Pos != was.Enhanced[1].Pos || e.Lacks[1].Pos != was.Lacks[1].Pos || e.Lines[0].Pos != was.Lines[0].Pos {
		t.Error("Resolve lost a place")
	}
	if s.Steps[0].Expect.Offers[0].String() != "AUTH ${mech}" {
		t.Error("Resolve changed the step, which others share")
	}
	for name, bad := range map[string]string{"code": "9", "n": "1.2", "mech": "a,", "kw": "STARTLS"} {
		_, err := s.Steps[0].Expect.Resolve(func(n string) (string, bool) {
			if n == name {
				return bad, true
			}
			return lookup(n)
		})
		if err == nil {
			t.Errorf("Resolve with %s=%s succeeded", name, bad)
		}
	}
}

// Expectations without variables cost nothing when a target is known.
func TestResolveWithoutVariablesAllocatesNothing(t *testing.T) {
	s := one(t, "  - send: EHLO x\n    expect: [250, 5xx]\n    enhanced: 5.1.1\n    text: /x/\n    lines: [250, ...]\n    offers: DSN\n")
	e := &s.Steps[0].Expect
	allocs := testing.AllocsPerRun(100, func() {
		got, err := e.Resolve(nil)
		if got != e || err != nil {
			t.Fatal("Resolve did not return the expectation itself")
		}
		if !got.Codes.Match(250) || got.Codes.Match(450) {
			t.Fatal("codes do not match")
		}
	})
	if allocs != 0 {
		t.Errorf("Resolve and Match made %v allocations; want none", allocs)
	}
}
