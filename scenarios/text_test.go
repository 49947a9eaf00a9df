package scenarios

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func textOf(t *testing.T, source string, breaks bool) Text {
	t.Helper()
	text, err := parseText(source, Pos{1, 1}, breaks, func(int) Pos { return Pos{1, 1} })
	if err != nil {
		t.Fatalf("parseText(%q): %s", source, err.message)
	}
	return text
}

func values(name string) (string, bool) {
	switch name {
	case "a":
		return "A", true
	case "b.c-d_1":
		return "B", true
	case "empty":
		return "", true
	case "mail":
		return "o'neil+tag=1@ex\u00e4mple.org", true
	case "env.HOME":
		return "/root", true
	case "braces":
		return "${a} }", true
	case "lines":
		return "a\r\nQUIT", true
	case "cr":
		return "a\rb", true
	}
	return "", false
}

func TestTextsExpand(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"":                          "",
		"plain":                     "plain",
		"${a}":                      "A",
		"x${a}y${b.c-d_1}z":         "xAyBz",
		"$":                         "$",
		"$$":                        "$",
		"$a $ {a} $5 a$":            "$a $ {a} $5 a$",
		"$${a} $$${a}":              "${a} $A",
		"${none:-d}":                "d",
		"${empty:-d}":               "d",
		"${empty}":                  "",
		"${a:-d}":                   "A",
		"${none:-}":                 "",
		"${none:-x ${a} y}":         "x A y",
		"${none:-${nope:-${a}}}":    "A",
		"${none:-$$}":               "$",
		"${none:-a b:-c|d}":         "a b:-c|d",
		"${env.HOME}":               "/root",
		"${braces}":                 "${a} }", // a value is never looked at again
		"${mail|xtext}":             "o'neil+2Btag+3D1@ex+C3+A4mple.org",
		"${lines|xtext}":            "a+0D+0AQUIT",
		"${lines|base64}":           "YQ0KUVVJVA==",
		"${a|base64}":               "QQ==",
		"äöü${a}":                   "äöüA",
		"a\r\nb ${a}":               "a\r\nb A",
		"{user: ${a}} [${a}] %s %d": "{user: A} [A] %s %d",
	} {
		text := textOf(t, source, false)
		got, err := text.Expand(values)
		if err != nil || got != want {
			t.Errorf("Expand(%q) = %q, %v; want %q", source, got, err, want)
		}
		if text.String() != source {
			t.Errorf("String() = %q; want %q", text.String(), source)
		}
		literal, ok := text.Literal()
		if ok && literal != want {
			t.Errorf("Literal of %q = %q; want %q", source, literal, want)
		}
		if ok == strings.Contains(strings.ReplaceAll(source, "$$", ""), "${") {
			t.Errorf("Literal of %q is %v", source, ok)
		}
		appended, err := text.Append([]byte("before "), values)
		if err != nil || string(appended) != "before "+want {
			t.Errorf("Append(%q) = %q, %v", source, appended, err)
		}
	}
}

func TestTextsThatAreRefused(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"${":                "${ is not closed",
		"a ${a":             "${ is not closed",
		"${a:-b":            "${ is not closed",
		"${a:-${b}":         "${ is not closed",
		"${}":               `"${}" is not a variable`,
		"${ a}":             `"${ a}" is not a variable`,
		"${a }":             `"${a }" is not a variable`,
		"${a:b}":            `"${a:b}" is not a variable`,
		"${ä}":              `"${ä}" is not a variable`,
		"${a|XTEXT}":        `unknown filter "XTEXT" (did you mean "xtext"?)`,
		"${a|}":             `unknown filter ""`,
		"${a|xtext:-b}":     `unknown filter "xtext:-b" (did you mean "xtext"?)`,
		deepDefault(9, "a"): "defaults stand too deep inside defaults",
	} {
		_, err := parseText(source, Pos{1, 1}, false, func(int) Pos { return Pos{1, 1} })
		if err == nil || err.message != want {
			t.Errorf("parseText(%q) = %v; want %s", source, err, want)
		}
	}
}

func deepDefault(n int, inside string) string {
	return strings.Repeat("${x:-", n) + inside + strings.Repeat("}", n)
}

// A value with a line end in it would be a second command (command
// injection), so that no text but raw takes one.
func TestLineEndsOfValuesNeverComeOut(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"${lines}", "NOOP ${cr}", "${none:-${lines}}", "a${a}${cr}b"} {
		text := textOf(t, source, false)
		got, err := text.Append(nil, values)
		te, ok := errors.AsType[*TextError](err)
		if !ok || !strings.Contains(err.Error(), "line end") || te.Name == "" {
			t.Errorf("Append(%q) = %q, %v; want an error that names the variable", source, got, err)
		}
		if bytes.ContainsAny(got, "\r\n") {
			t.Errorf("Append(%q) left %q", source, got)
		}
		text = textOf(t, source, true)
		if _, err := text.Expand(values); err != nil {
			t.Errorf("Expand(%q) of raw: %v", source, err)
		}
	}
}

func TestUndefinedVariableIsNamed(t *testing.T) {
	t.Parallel()
	text := textOf(t, "x ${nope|xtext}", false)
	_, err := text.Expand(values)
	te, ok := errors.AsType[*TextError](err)
	if !ok || te.Name != "nope" || err.Error() != "${nope|xtext} is not defined" {
		t.Errorf("Expand = %v; want an error that names it", err)
	}
}

func TestZeroTextIsToldFromEmptyText(t *testing.T) {
	t.Parallel()
	var zero Text
	if empty := textOf(t, "", false); !zero.IsZero() || empty.IsZero() {
		t.Error("IsZero does not tell a missing text from an empty one")
	}
	if got, err := zero.Expand(values); got != "" || err != nil {
		t.Errorf("Expand of the zero Text = %q, %v", got, err)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"${a}", "x${b.c-d_1}$$", // well formed
		"${none:-${a}}", deepDefault(8, "x"), // defaults inside defaults
		"${a|xtext}${mail|base64}",                               // filters
		"${", "${a", "${}", "$", "$$$", "$${a}", "${a:-", "${|}", // cut off
		"${lines}", "a\r\n${cr}", // line ends
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		text, terr := parseText(source, Pos{1, 1}, false, func(int) Pos { return Pos{1, 1} })
		if terr != nil {
			if terr.message == "" || terr.n > strings.Count(source, "${") {
				t.Fatalf("parseText(%q): error %+v", source, terr)
			}
			return
		}
		if text.String() != source {
			t.Fatalf("String() = %q; want %q", text.String(), source)
		}
		got, err := text.Append(nil, values)
		ends := strings.Count(source, "\r") + strings.Count(source, "\n")
		if n := bytes.Count(got, []byte("\r")) + bytes.Count(got, []byte("\n")); n > ends {
			t.Fatalf("Append(%q) = %q, %v: a value brought line ends", source, got, err)
		}
		if literal, ok := text.Literal(); ok && (err != nil || literal != string(got)) {
			t.Fatalf("Append(%q) = %q, %v; but Literal = %q", source, got, err, literal)
		}
	})
}
