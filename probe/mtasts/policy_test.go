package mtasts

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	p, err := ParsePolicy("version: STSv1\r\nmode: enforce\r\nmx: MX1.example.test\r\nmx: *.example.test.\r\nmax_age: 604800\r\n")
	if err != nil || p.Mode != Enforce || p.MaxAge != 7*24*time.Hour || !slices.Equal(p.MX, []string{"mx1.example.test", "*.example.test"}) {
		t.Errorf("ParsePolicy = %+v, %v", p, err)
	}
	const good = "version:STSv1\nmode: testing\nmx: a.test\nmax_age: 0"
	tests := []struct {
		name, text string
		want       string // part of the error, empty for none
	}{
		{"LF alone, none at the end", good, ""},
		{"any order, blank lines", "max_age: 1\n\nmx: a.test\nmode: testing \nversion: STSv1\n\n", ""},
		{"unknown keys", good + "\nx-new: whatever: it is\n", ""},
		{"of two modes the first", good + "\nmode: bogus\n", ""},
		{"mode none needs no mx", "version: STSv1\nmode: none\nmax_age: 1\n", ""},
		{"largest max_age", "version: STSv1\nmode: none\nmax_age: 31557600\n", ""},

		{"empty", "", "has no version"},
		{"no version", "mode: none\nmax_age: 1\n", "has no version"},
		{"other version", "version: STSv2\nmode: none\nmax_age: 1\n", `line 1 of the policy: version is STSv1, not "STSv2"`},
		{"no mode", "version: STSv1\nmx: a.test\nmax_age: 1\n", "has no mode"},
		{"odd mode", "version: STSv1\nmode: Enforce\n", `mode is enforce, testing or none, not "Enforce"`},
		{"no mx", "version: STSv1\nmode: enforce\nmax_age: 1\n", "names no mx"},
		{"no max_age", "version: STSv1\nmode: enforce\nmx: a.test\n", "has no max_age"},
		{"negative", "version: STSv1\nmax_age: -1\n", `max_age is a number of seconds, not "-1"`},
		{"a time", "version: STSv1\nmax_age: 1w\n", "max_age is a number"},
		{"no number", "version: STSv1\nmax_age:\n", "max_age is a number"},
		{"sign", "version: STSv1\nmax_age: +1\n", "max_age is a number"},
		{"key in another case", "Version: STSv1\nmode: none\nmax_age: 1\n", "has no version"},
		{"web page", "<html>\n", `line 1 of the policy, "<html>", is not a key and a value`},
		{"star inside", "mx: mx.*.test\n", "mx is the name of a host"},
		{"star without a dot", "mx: *a.test\n", "mx is the name of a host"},
		{"star alone", "mx: *\n", "mx is the name of a host"},
		{"two stars", "mx: *.*.test\n", "mx is the name of a host"},
		{"empty mx", "mx:\n", "mx is the name of a host"},
		{"several on a line", "mx: a.test, b.test\n", "mx is the name of a host"},
		{"U-labels", "mx: bücher.test\n", "mx is the name of a host"},
		{"hostile", "mx: \x1b[2J\n", `\x1b[2J`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParsePolicy(tt.text)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParsePolicy(%q): %v; want %q", tt.text, err, tt.want)
			}
		})
	}
}

// Of keys other than mx the first counts. RFC 8461 section 3.2.
func TestTrap34FirstOfTwoKeysCounts(t *testing.T) {
	t.Parallel()
	p, err := ParsePolicy("version: STSv1\nmode: testing\nmode: enforce\nmx: a.test\nmx: b.test\nmax_age: 5\nmax_age: 6\n")
	if err != nil || p.Mode != Testing || p.MaxAge != 5*time.Second || len(p.MX) != 2 {
		t.Errorf("ParsePolicy = %+v, %v; want testing, 5s and two mx", p, err)
	}
}

func TestLargeMaxAge(t *testing.T) {
	t.Parallel()
	p, err := ParsePolicy("version: STSv1\nmode: none\nmax_age: 9999999999\n")
	if err != nil || p.MaxAge != 31557600*time.Second || len(p.Doubts) != 1 {
		t.Errorf("ParsePolicy = %+v, %v; want a year and a note", p, err)
	}
}

// A * stands for exactly the left-most label. RFC 8461 section 4.1.
func TestTrap34Wildcard(t *testing.T) {
	t.Parallel()
	p := Policy{MX: []string{"*.example.test", "mx.other.test"}}
	for host, want := range map[string]bool{
		"mx.example.test": true, "MX.Example.Test.": true, "mx.other.test": true,
		"a.mx.example.test": false, "example.test": false, "xexample.test": false, "a.mx.other.test": false,
		"other.test": false, "": false, "[192.0.2.1]": false, "*.example.test": true,
	} {
		if got := p.Allows(host); got != want {
			t.Errorf("Allows(%q) = %v; want %v", host, got, want)
		}
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add("version: STSv1\nmode: enforce\nmx: mx.test\nmx: *.test\nmax_age: 1\n")
	f.Add("version: STSv1\r\nmode: none\r\nmax_age: 9999999999\r\n")
	f.Add("a:\n:b\n\x00: \xff\r\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy(text)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("the error %q is not printable", err)
			}
			return
		}
		if p.MaxAge < 0 || p.MaxAge > maxAge*time.Second || p.Mode != None && len(p.MX) == 0 {
			t.Errorf("ParsePolicy(%q) = %+v", text, p)
		}
		for _, mx := range p.MX {
			if strings.Contains(strings.TrimPrefix(mx, "*."), "*") || !p.Allows(strings.Replace(mx, "*", "x", 1)) {
				t.Errorf("pattern %q", mx)
			}
		}
	})
}
