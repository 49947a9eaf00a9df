package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func mustParse(t *testing.T, src string) []*Scenario {
	t.Helper()
	all, err := Parse("test.yaml", []byte(src))
	if err != nil {
		t.Fatalf("Parse:\n%v", err)
	}
	return all
}

// one parses a scenario of steps alone.
func one(t *testing.T, steps string) *Scenario {
	t.Helper()
	return mustParse(t, "steps:\n"+steps)[0]
}

func TestEveryKeyIsRead(t *testing.T) {
	t.Parallel()
	all, err := parseFile(t, "testdata/good/everything.yaml")
	if err != nil {
		t.Fatalf("Parse:\n%v", err)
	}
	if len(all) != 2 {
		t.Fatalf("got %d scenarios, want one for each of 2 rows", len(all))
	}
	s := all[0]
	got := map[string]any{
		"name":         s.Name.String(),
		"description":  s.Description,
		"tags":         strings.Join(s.Tags, ","),
		"if":           fmt.Sprint(s.If[0].String(), s.If[1].Keyword.Params, s.If[2].Word, len(s.If)),
		"unless":       s.Unless[0].String(),
		"vars":         fmt.Sprint(len(s.Vars), s.Vars[0].Name),
		"secrets":      fmt.Sprint(s.Secrets[0].Env, s.Secrets[1].Path, len(s.Secrets[2].Command), s.Secrets[3].Command),
		"row":          s.Row["user"],
		"row number":   all[1].RowNumber,
		"hosts":        fmt.Sprint(s.Hosts[0].Vars[0].Name, s.Hosts[1].Skip, s.Hosts[2].MayFail),
		"target":       s.Target.String(),
		"port":         s.Ports[0].String(),
		"tls":          s.ImplicitTLS,
		"greeting":     s.Greeting.Codes.String() + s.Greeting.Text[0].String() + s.Greeting.Lines[1].String(),
		"within":       s.Greeting.Within.Fail,
		"timeout":      s.Timeout,
		"retry":        fmt.Sprint(s.Retry.On.String(), s.Retry.Connect, s.Retry.EOF, s.Retry.Timeout, s.Retry.Times, s.Retry.Wait),
		"quit":         s.NoQuit,
		"place":        s.Pos,
		"steps":        len(s.Steps),
		"verb":         s.Steps[0].Verb,
		"pipeline":     fmt.Sprint(s.Steps[1].Number, s.Steps[1].Steps[3].Number, string(s.Steps[1].Steps[3].Bytes)),
		"bare tls":     s.Steps[2].Action,
		"tls defaults": s.Steps[3].StartTLS != nil,
		"auth":         fmt.Sprint(s.Steps[4].Auth.Mechanism.String(), s.Steps[4].Auth.AllowClear),
		"content":      string(s.Steps[5].Content),
		"as_is":        s.Steps[5].AsIs,
		"body":         fmt.Sprintf("%q", s.Steps[6].Text.String()),
		"broken":       s.Steps[6].NoStuff && s.Steps[6].NoEnd,
		"limit":        fmt.Sprint(s.Steps[6].Expect.Within.Warn, s.Steps[6].Expect.Within.Fail),
		"two commands": s.Steps[7].Text.String(),
		"pass_if":      s.Steps[7].PassIf.String(),
		"capture":      s.Steps[7].Captures[0].Re.String(),
		"optional":     s.Steps[8].Optional && s.Steps[8].Action == Read && s.Steps[8].Timeout == time.Second,
		"sleep":        s.Steps[9].Sleep,
		"close":        fmt.Sprint(s.Steps[12].Close, s.Steps[13].Close, s.Steps[14].Close),
		"last":         s.Steps[14].Number,
		"chunks":       fmt.Sprint(s.Steps[10].Chunks, s.Steps[10].NotLast, s.Steps[10].AsIs, len(s.Steps[10].Content), s.Steps[11].Chunks, s.Steps[11].NotLast),
		"groups":       fmt.Sprint(s.Grouped, s.LMTP),
	}
	want := map[string]any{
		"name": "all of it for ${who}", "description": "Two lines\nof text with ${no} variable in it.\n",
		"tags": "one,two", "if": "DSN[PLAIN LOGIN]tls3", "unless": "SIZE>=1000", "vars": "2who",
		"secrets": "A_SECRETsecret.txt3 [printf abc]", "row": "kate@${domain}", "row number": 2,
		"hosts": "replygoneslow line", "target": "mail.${domain}", "port": uint16(2525), "tls": true,
		"greeting": "220 or 554ESMTP...", "within": 5 * time.Second, "timeout": 90 * time.Second,
		"retry": "4xxtrue true true 2 0s", "quit": true, "place": Pos{2, 1}, "steps": 15, "verb": "EHLO",
		"pipeline": "2 5TA\r\n", "bare tls": StartTLS, "tls defaults": true, "auth": "SCRAM-SHA-256true",
		"content": "Subject: hi\n\nhello\n", "as_is": true, "body": `"text\n"`, "broken": true, "limit": "1s 5s",
		"two commands": "NOOP\r\nNOOP", "pass_if": "421 or eof", "capture": `(?i)(\S+)`, "optional": true,
		"sleep": time.Hour + time.Minute + time.Second, "close": "1 2 0", "last": 18, "chunks": "[100 50] true true 19 [10] false", "groups": "true true",
	}
	for key, w := range want {
		if fmt.Sprint(got[key]) != fmt.Sprint(w) {
			t.Errorf("%s = %v; want %v", key, got[key], w)
		}
	}
}

func TestPlacesCountCharacters(t *testing.T) {
	t.Parallel()
	s := mustParse(t, strings.Join([]string{
		`steps:`,
		`  - name: "ü ${a}"`,
		`    send: äöü ${b} $${c} ${d}`,
		`    text: [ü, 'é ${e}']`,
		`    expect: [250, "${f}"]`,
		`  - message: |`,
		``,
		`      é ${g}`,
		`  - >-`,
		`    NOOP`,
		`    ${h}`,
	}, "\n"))[0]
	step := &s.Steps[0]
	for name, c := range map[string]struct{ got, want Pos }{
		"step":            {step.Pos, Pos{2, 5}},
		"name":            {step.Name.Pos(), Pos{2, 11}},
		"in quotes":       {step.Name.parts[1].pos, Pos{2, 14}},
		"in plain text":   {step.Text.parts[1].pos, Pos{3, 15}},
		"after a dollar":  {step.Text.parts[3].pos, Pos{3, 26}},
		"in a list":       {step.Expect.Text[1].tmpl.parts[1].pos, Pos{4, 18}},
		"codes":           {step.Expect.Codes.Pos, Pos{5, 13}},
		"code":            {step.Expect.Codes.vars[0].pos, Pos{5, 19}},
		"in a block":      {s.Steps[1].Text.parts[1].pos, Pos{8, 9}},
		"in a folded one": {s.Steps[2].Text.parts[1].pos, Pos{11, 5}},
	} {
		if c.got != c.want {
			t.Errorf("%s is at %v; want %v", name, c.got, c.want)
		}
	}
}

func TestSeveralDocumentsAndByteOrderMark(t *testing.T) {
	t.Parallel()
	all, err := parseFile(t, "testdata/good/documents.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Name.String() != "first" || all[1].Name.String() != "documents 2" {
		t.Errorf("got %d scenarios; want first and documents 2", len(all))
	}
}

func TestAliasesStandForSteps(t *testing.T) {
	t.Parallel()
	all, err := parseFile(t, "testdata/good/anchors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	steps := all[0].Steps
	if len(steps) != 6 || steps[3].Verb != "MAIL" || steps[3].Number != 4 || steps[5].Expect.Codes.String() != "5xx" {
		t.Errorf("steps = %+v", steps)
	}
}

func TestBareStartTLSIsAHandshakeAndSendIsNot(t *testing.T) {
	t.Parallel()
	s := one(t, "  - starttls\n  - send: STARTTLS\n")
	if s.Steps[0].Action != StartTLS || s.Steps[0].StartTLS == nil || s.Steps[0].Text.String() != "starttls" {
		t.Errorf("bare line = %+v; want the action StartTLS with the line as typed", s.Steps[0])
	}
	if s.Steps[1].Action != Send || s.Steps[1].Verb != "STARTTLS" {
		t.Errorf("send: = %+v; want Send", s.Steps[1])
	}
}

func TestVerbNeedsItsFirstWordWrittenOut(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"mail FROM:<${x}>": "MAIL", "${x} y": "", "EHLO${x} y": "", "quit": "QUIT", `"rset\r\nnoop"`: "RSET",
		`"$$x ${y}"`: "$X", `""`: "", "NOOP\t${x}": "NOOP",
	} {
		if got := one(t, "  - send: "+line+"\n").Steps[0].Verb; got != want {
			t.Errorf("Verb of %s = %q; want %q", line, got, want)
		}
	}
}

func TestValuesThatYAMLWouldConvertKeepTheirText(t *testing.T) {
	t.Parallel()
	s := one(t, "  - bytes: 2e10\n  - send: 0x1F\n  - send: 1_000\n  - send: true\n  - send: null\n  - send: 2001-01-01\n")
	if got := fmt.Sprintf("% x", s.Steps[0].Bytes); got != "2e 10" {
		t.Errorf("bytes: 2e10 = %s; want 2e 10", got)
	}
	for i, want := range []string{"0x1F", "1_000", "true", "null", "2001-01-01"} {
		if got := s.Steps[i+1].Text.String(); got != want {
			t.Errorf("send: %s = %q", want, got)
		}
	}
}

func TestDefaultExpectations(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]string{
		"NOOP": "2xx", "data": "354", "DATA now": "354", "AUTH PLAIN": "2xx or 334", "{send: STARTTLS}": "2xx", "STARTTLS": "220",
		"{raw: x}": "none", "{bytes: 00}": "none", "{message: x}": "2xx", "{body: x}": "2xx",
		"{auth: PLAIN, user: a, password: b}": "235", "{expect: 250}": "any", "{sleep: 1s}": "none", "{close: true}": "none",
		"{pipeline: [NOOP]}": "none",
	} {
		e := one(t, "  - "+step+"\n").Steps[0].Default()
		if got := e.Codes.String(); got != want {
			t.Errorf("Default of %s = %s; want %s", step, got, want)
		}
	}
}

func TestDelivers(t *testing.T) {
	t.Parallel()
	for steps, want := range map[string]bool{
		"[NOOP]": false, "[DATA]": true, "[data]": true, "[{send: DATA, expect: 5xx}]": false,
		"[{send: DATA, expect: [354, 503]}]": true, "[{send: DATA, expect: any}]": true, "[{send: DATA, expect: none}]": true,
		"[{message: x}]": true, "[{message: x, expect: 5xx}]": false, "[{message: x, expect: \"${r}\"}]": true,
		"[{body: x}]": true, "[{body: x, expect: [4xx, 5xx]}]": false, "[{pipeline: [NOOP, DATA]}]": true,
		"[{pipeline: [NOOP, {send: data, expect: [503, 554]}]}]": false, `[{raw: "data\r\n"}]`: true,
		`[{raw: "NOOP\r\nDATA\r\n"}]`: true, "[{bytes: 44 41 54 41 0d 0a}]": true, `[{send: "RSET\r\nDATA"}]`: true,
		"[BDAT 5 LAST]": true, "[{send: BDAT 5, expect: 5xx}]": false, `["${command}"]`: true, `["NOOP ${x}"]`: false,
		"[DATABASE]": false,
	} {
		s := mustParse(t, "steps: "+steps)[0]
		if s.Delivers != want {
			t.Errorf("Delivers of %s = %v; want %v", steps, s.Delivers, want)
		}
	}
}

func TestLimitsOfSize(t *testing.T) {
	t.Parallel()
	steps := func(n int) string { return "steps:\n" + strings.Repeat("  - NOOP\n", n) }
	piped := "steps:\n  - pipeline:\n" + strings.Repeat("      - NOOP\n", 1001)
	for name, c := range map[string]struct{ src, want string }{
		"steps":     {steps(1001), "test.yaml:1002:5: error: the scenario has more than 1000 steps"},
		"pipelined": {piped, "test.yaml:2:5: error: the scenario has more than 1000 steps"},
		"file":      {"#" + strings.Repeat(" ", 1<<20) + "\n", "test.yaml:1:1048578: error: the file is larger than 1 MiB"},
		"depth":     {"steps: " + strings.Repeat("[", 60) + strings.Repeat("]", 60), "maps and lists are nested deeper than 50"},
		"abyss":     {strings.Repeat("[", 100000), "exceeded max depth"},
	} {
		_, err := Parse("test.yaml", []byte(c.src))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error = %.200v; want %s", name, err, c.want)
		}
	}
	if _, err := Parse("test.yaml", []byte(steps(1000))); err != nil {
		t.Errorf("1000 steps: %v", err)
	}
}

func TestLimitsOfRowsAndFiles(t *testing.T) {
	t.Parallel()
	rows := func(n int) []byte { return []byte("a\n" + strings.Repeat("1\n", n)) }
	for name, c := range map[string]struct {
		src  string
		file []byte
		want string
	}{
		"most rows":      {"each: a.csv\nsteps: [NOOP]", rows(100_000), ""},
		"too many rows":  {"each: a.csv\nsteps: [NOOP]", rows(100_001), "there are more than 100000 rows"},
		"over documents": {"each: a.csv\nsteps: [NOOP]\n---\neach: a.csv\nsteps: [NOOP]", rows(50_001), "test.yaml:4:7: error: there are more than 100000 rows"},
		"all files": {
			"steps:\n  - message: {file: a}\n  - message: {file: b}\n  - message: {file: c}\n  - message: {file: d}\n  - message: {file: e}\n  - message: {file: a}\n",
			make([]byte, 25<<20), "test.yaml:6:21: error: the files named so far are larger than 100 MiB together",
		},
	} {
		read := func(string, int) ([]byte, error) { return c.file, nil }
		_, err := whole(newParser("test.yaml", []byte(c.src), read).all())
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error = %v; want %s", name, err, c.want)
		}
	}
}

func TestFileLargerThanItsLimit(t *testing.T) {
	t.Parallel()
	r := &reach{dir: "testdata", Loader: &Loader{}}
	if _, err := r.read(t.Context(), "good/hello.eml", 5); err == nil || !strings.Contains(err.Error(), "is larger than") {
		t.Errorf("a long file: %v", err)
	}
	if _, err := r.read(t.Context(), "good", 5); err == nil {
		t.Error("a folder was read")
	}
}

func TestNothingIsReturnedBesideAnError(t *testing.T) {
	t.Parallel()
	all, err := Parse("x.yaml", []byte("steps: [NOOP]\n---\nsteps: [{sned: x}]\n"))
	if _, ok := errors.AsType[Problems](err); !ok || all != nil {
		t.Errorf("Parse = %v, %v; want Problems alone", all, err)
	}
}
