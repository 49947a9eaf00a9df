package scenarios

import (
	"strings"
	"testing"
)

func TestProblemHasTheFormThatEditorsRead(t *testing.T) {
	t.Parallel()
	p := Problem{
		File: "send.yaml", Pos: Pos{4, 13}, Width: 1, Message: `the blank after "RCPT TO:" makes this a YAML key`,
		Hint: "remove it, or quote the whole line", Source: "  - RCPT TO: <postmaster@example.org>",
	}
	want := `send.yaml:4:13: error: the blank after "RCPT TO:" makes this a YAML key
  4 |   - RCPT TO: <postmaster@example.org>
    |             ^ remove it, or quote the whole line`
	if got := p.Error(); got != want {
		t.Errorf("Error() =\n%s\nwant\n%s", got, want)
	}
	p.Pos.Line, p.Hint, p.Source, p.Width = 1234, "", "\tä\t  - RCPT TO: x", 3
	want = "send.yaml:1234:13: error: " + p.Message + "\n  1234 | \tä\t  - RCPT TO: x\n       | \t \t         ^^^"
	if got := p.Error(); got != want {
		t.Errorf("Error() =\n%s\nwant\n%s", got, want)
	}
	p.Source, p.Hint = "", "a hint"
	if got := p.Error(); got != "send.yaml:1234:13: error: "+p.Message+"\n    a hint" {
		t.Errorf("Error() without source =\n%s", got)
	}
	if got := (Problems{p, p}).Error(); got != p.Error()+"\n"+p.Error() {
		t.Errorf("Error() of two =\n%s", got)
	}
}

func TestProblemsOfTheScenarioComeBeforeThoseOfItsFiles(t *testing.T) {
	t.Parallel()
	p := Problems{
		{File: "a.csv", Pos: Pos{1, 1}, Message: "csv"},
		{File: "m.yaml", Pos: Pos{9, 1}, Message: "nine"},
		{File: "m.yaml", Pos: Pos{2, 5}, Message: "two five"},
		{File: "m.yaml", Pos: Pos{2, 1}, Message: "two one"},
		{File: "m.yaml", Pos: Pos{2, 1}, Message: "two one"},
	}
	var got []string
	for _, q := range p.sorted("m.yaml") {
		got = append(got, q.Message)
	}
	if want := "two one,two five,nine,csv"; strings.Join(got, ",") != want {
		t.Errorf("sorted = %v; want %s", got, want)
	}
}

func TestWidthOfWhatStandsAtAPlace(t *testing.T) {
	t.Parallel()
	src := strings.Join([]string{
		`name: héllo wörld   # comment`,
		`each: [{a: 'two ''x''', b: "th\"ree", c: four}]`,
		`vars: {a: b, c: "${x}"}`,
		`steps:`,
		`  - send: RCPT TO:<${to}> # rest`,
		`    expect: [ 250, 5xx]`,
		`    text: "${a}, b"`,
		`  - NOOP ${a} x`,
	}, "\n")
	s := mustParse(t, src)[0]
	for place, want := range map[Pos]int{
		{1, 7}: 11, {2, 8}: 1, {2, 12}: 11, {2, 28}: 9, {2, 42}: 4, {3, 11}: 1, {5, 11}: 15, {6, 13}: 1, {6, 15}: 3, {6, 20}: 3,
		{7, 11}: 9, {8, 5}: 11, {99, 1}: 1, {1, 99}: 1, {0, 0}: 1,
	} {
		if got := s.Width(place); got != want {
			t.Errorf("Width(%v) = %d; want %d", place, got, want)
		}
	}
}

func TestExcerptHasAtMostSixLines(t *testing.T) {
	t.Parallel()
	src := "name: x\nsteps:\n  - send: |-\n      NOOP\n    expect: 250\n    text:\n      - a\n      - b\n      - c\t# tab\n      - d\n"
	s := mustParse(t, src)[0]
	for _, c := range []struct {
		pos, from Pos
		first     int
		lines     string
	}{
		{Pos{5, 13}, Pos{3, 5}, 3, "  - send: |-|      NOOP|    expect: 250"},
		{Pos{9, 9}, Pos{3, 5}, 4, "      NOOP|    expect: 250|    text:|      - a|      - b|      - c\t# tab"},
		{Pos{3, 5}, Pos{3, 5}, 3, "  - send: |-"},
		{Pos{3, 5}, Pos{9, 5}, 3, "  - send: |-"}, // an alias: the step stands further down
		{Pos{1, 1}, Pos{}, 1, "name: x"},
		{Pos{}, Pos{1, 1}, 0, ""},
		{Pos{11, 1}, Pos{10, 1}, 0, ""},
	} {
		first, lines := s.Excerpt(c.pos, c.from, 1)
		if got := strings.Join(lines, "|"); first != c.first || got != c.lines {
			t.Errorf("Excerpt(%v, %v) = %d %q; want %d %q", c.pos, c.from, first, got, c.first, c.lines)
		}
	}
}

func TestExcerptOfLongLinesIsCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1000)
	s := mustParse(t, "steps:\n  - "+long+"\n")[0]
	for width, want := range map[int]int{1: maxShown + 1, 500: 506, 5000: 1004} {
		_, lines := s.Excerpt(Pos{2, 5}, Pos{2, 5}, width)
		if got := len([]rune(lines[0])); got != want {
			t.Errorf("Excerpt with width %d has %d characters; want %d", width, got, want)
		}
	}
	_, err := Parse("x.yaml", []byte("steps:\n  - {send: \""+long+"\", x: y}\n"))
	if err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("an excerpt that does not reach the place: %.300v", err)
	}
}

func TestShownLinesDoNotDisturbATerminal(t *testing.T) {
	t.Parallel()
	if got := shown("a\x1b[2J\u202eb\u009bc\td\u2066\x7f\xff", 0); got != "a\ufffd[2J\ufffdb\ufffdc\td\ufffd\ufffd\ufffd" {
		t.Errorf("shown = %q", got)
	}
}

func TestScenarioProblem(t *testing.T) {
	t.Parallel()
	p := one(t, "  - STARTTLS now\n").Problem(Pos{2, 5}, "not today", "later")
	want := "test.yaml:2:5: error: not today\n  2 |   - STARTTLS now\n    |     ^^^^^^^^^^^^ later"
	if got := p.Error(); got != want {
		t.Errorf("Problem =\n%s\nwant\n%s", got, want)
	}
	if p := (&Scenario{File: "f"}).Problem(Pos{1, 1}, "m", ""); p.Error() != "f:1:1: error: m" {
		t.Errorf("Problem of a scenario without source = %q", p.Error())
	}
}
