package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseCodes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		match, miss []int
		shown       string
	}{
		"250":            {[]int{250}, []int{251, 249, 25, 2500, 0}, "250"},
		"25x":            {[]int{250, 259}, []int{249, 260}, "25x"},
		"2xx":            {[]int{200, 250, 299}, []int{199, 300}, "2xx"},
		"5XX":            {[]int{500, 599}, []int{499, 600}, "5xx"},
		"250, 251":       {[]int{250, 251}, []int{252}, "250 or 251"},
		"250 or 5xx":     {[]int{250, 555}, []int{450}, "250 or 5xx"},
		"221 eof":        {[]int{221}, []int{220}, "221 or eof"},
		"any":            {[]int{0, 199, 250, 999}, nil, "any"},
		"eof":            {nil, []int{250, 0}, "eof"},
		"none":           {nil, []int{250, 0}, "none"},
		"250 250":        {[]int{250}, nil, "250"},
		"4xx, 450, any ": {[]int{1}, nil, "4xx or 450 or any"},
	} {
		c, err := ParseCodes(text)
		if err != nil {
			t.Errorf("ParseCodes(%q): %v", text, err)
			continue
		}
		for _, code := range want.match {
			if !c.Match(code) {
				t.Errorf("%q does not match %d", text, code)
			}
		}
		for _, code := range want.miss {
			if c.Match(code) {
				t.Errorf("%q matches %d", text, code)
			}
		}
		if c.String() != want.shown {
			t.Errorf("String of %q = %q; want %q", text, c.String(), want.shown)
		}
	}
}

func TestCodesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", ",", "or", "2", "25", "2500", "199", "600", "xxx", "x50", "2x0", "2xy", "+50", "25 0", "250;251", "None", "250-251",
		"none, 250", "none any", "٢٥٠", "2５0", "250\n",
	} {
		if c, err := ParseCodes(text); err == nil {
			t.Errorf("ParseCodes(%q) = %q; want an error", text, c.String())
		}
	}
	_, err := ParseCodes("25y")
	want := `"25y" is not a reply code (250, 25x, 2xx, [250, 251], eof, silence, none, any)`
	if err == nil || err.Error() != want {
		t.Errorf("ParseCodes(25y) = %v; want %s", err, want)
	}
}

func TestClassesOfCodes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2xx": "false true false", "2xx, 5xx": "true true true", "5xx, 550": "false false true", "25x": "false true false",
		"550": "false false true", "5xx, eof": "true false true", "any": "false false false", "none": "false false false",
		"5xx, 454": "true false true", "5xx, 551": "true false true", "55x, 5xx": "false false true",
	} {
		c, err := ParseCodes(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(c.ByClass(550), c.HasClass(2), c.HasClass(5)); got != want {
			t.Errorf("%q: ByClass(550), HasClass(2), HasClass(5) = %s; want %s", text, got, want)
		}
	}
	var zero Codes
	if !zero.IsZero() || zero.ByClass(250) || zero.Match(250) || zero.String() != "" {
		t.Error("the zero Codes wants something")
	}
}

func TestCodesAreKnownOnceVariablesAre(t *testing.T) {
	t.Parallel()
	s := one(t, "  - send: a\n    expect: [\"${x}\", eof]\n    pass_if: ${y}\n")
	c := &s.Steps[0].Expect.Codes
	if c.IsZero() || c.ByClass(550) || c.String() != "${x} or eof" {
		t.Errorf("unresolved codes: IsZero %v, ByClass %v, %q", c.IsZero(), c.ByClass(550), c.String())
	}
	give := func(value string) Lookup {
		return func(name string) (string, bool) { return value, name == "x" }
	}
	got, err := c.Resolve(give("250, 5xx"))
	if err != nil || got.String() != "250 or 5xx or eof" || got.Pos != c.Pos {
		t.Errorf("Resolve = %q, %v", got.String(), err)
	}
	for value, want := range map[string]string{
		"25y":   `${x} stands for "25y", which is not a reply code (250,`,
		"250 x": `${x} stands for "250 x"`,
		"none":  "none stands alone",
		"":      `${x} stands for "", which is not a reply code`,
	} {
		if _, err := c.Resolve(give(value)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Resolve with %q = %v; want %s", value, err, want)
		}
	}
	if _, err := s.Steps[0].PassIf.Resolve(give("250")); err == nil || err.Error() != "${y} is not defined" {
		t.Errorf("Resolve of pass_if = %v", err)
	}
}

func FuzzParseCodes(f *testing.F) {
	for _, seed := range []string{"250", "25x", "2xx", "any", "[250, 251]", "250 or 251", "221,eof", "none", "2x0", "999", ", ,"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCodes(text)
		if err != nil {
			return
		}
		again, err := ParseCodes(c.String())
		if err != nil || again.String() != c.String() {
			t.Fatalf("ParseCodes(%q) = %q, which reads back as %q, %v", text, c.String(), again.String(), err)
		}
		for code := range 700 {
			if c.Match(code) != again.Match(code) || c.Match(code) && !c.Any && (code < 200 || code > 599) {
				t.Fatalf("%q and %q differ on %d, or match what is no code", text, again.String(), code)
			}
		}
	})
}
