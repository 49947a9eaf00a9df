package smtpwire

import (
	"slices"
	"strings"
	"testing"
)

// An enhanced code of another class than the reply does not count (RFC 2034
// section 4, RFC 3463 section 2).
func TestTrap09EnhancedCodeOfOtherClass(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw          string
		code         string
		ok, mismatch bool
		all          []string
	}{
		{"550 5.1.1 unknown\r\n", "5.1.1", true, false, []string{"5.1.1"}},
		{"550 unknown\r\n", "", false, false, nil},
		{"550\r\n", "", false, false, nil},
		{"550 4.7.1 later\r\n", "", false, true, nil},
		{"250 5.0.0 what\r\n", "", false, true, nil},
		{"354 2.0.0 go on\r\n", "", false, true, nil},
		{"550-5.7.1 no\r\n550-4.7.1 other\r\n550-plain\r\n550 5.7.25 no PTR\r\n", "5.7.1", true, false, []string{"5.7.1", "5.7.25"}},
		{"550-see below\r\n550 5.1.1 unknown\r\n", "", false, false, []string{"5.1.1"}},
	} {
		r := Reply{Code: int(tt.raw[0]-'0') * 100, Raw: tt.raw}
		code, ok, mismatch := r.Enhanced()
		if code != tt.code || ok != tt.ok || mismatch != tt.mismatch {
			t.Errorf("Enhanced(%q) = %q, %t, %t; want %q, %t, %t", tt.raw, code, ok, mismatch, tt.code, tt.ok, tt.mismatch)
		}
		if all := slices.Collect(r.EnhancedCodes()); !slices.Equal(all, tt.all) {
			t.Errorf("EnhancedCodes(%q) = %q; want %q", tt.raw, all, tt.all)
		}
	}
}

func TestTrap09EnhancedCodeIsReadStrictly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2.1.5 ok":         "2.1.5",
		"5.7.509":          "5.7.509",
		"4.999.999 x":      "4.999.999",
		"5.0.0 ":           "5.0.0",
		"5.1000.1 x":       "",
		"5.1.1000 x":       "",
		"5.01.1 x":         "",
		"5.1.01 x":         "",
		"3.1.1 x":          "",
		"55.1.1 x":         "",
		"5.1 x":            "",
		"5.1.":             "",
		"5..1 x":           "",
		"5.1.1: x":         "",
		"5.1.1.1 x":        "",
		"#5.1.0 rejected":  "",
		" 5.1.1 x":         "",
		"5.1.1\u00a0x":     "",
		"192.0.2.1 is bad": "",
		"":                 "",
	} {
		if got, ok := EnhancedCode(text); got != want || ok != (want != "") {
			t.Errorf("EnhancedCode(%q) = %q, %t; want %q", text, got, ok, want)
		}
	}
}

func TestReplyLinesAndText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw   string
		lines []string
		text  string
	}{
		{"250 ok\r\n", []string{"250 ok"}, "ok"},
		{"250\r\n", []string{"250"}, ""},
		{"250-SIZE 100\r\n250-\n250  two blanks\r\n", []string{"250-SIZE 100", "250-", "250  two blanks"}, "SIZE 100\n\n two blanks"},
		{"250 a\r\r\n", []string{"250 a\r"}, "a\r"},
	} {
		r := Reply{Code: 250, Raw: tt.raw}
		if got := slices.Collect(r.Lines()); !slices.Equal(got, tt.lines) {
			t.Errorf("Lines(%q) = %q; want %q", tt.raw, got, tt.lines)
		}
		if got := r.Text(); got != tt.text {
			t.Errorf("Text(%q) = %q; want %q", tt.raw, got, tt.text)
		}
		if got := strings.Join(slices.Collect(r.TextLines()), "\n"); got != tt.text {
			t.Errorf("TextLines(%q) = %q; want %q", tt.raw, got, tt.text)
		}
		for range r.Lines() {
			break // an iterator that goes on after this panics
		}
	}
}

func TestNoteTexts(t *testing.T) {
	t.Parallel()
	seen := map[string]Note{}
	for n := NoteBareLF; n <= NoteOddKeyword; n <<= 1 {
		text := n.String()
		if text == "" || strings.HasPrefix(text, "note ") {
			t.Errorf("Note(%d).String() = %q; want a text", n, text)
		}
		if other, twice := seen[text]; twice {
			t.Errorf("Note(%d) and Note(%d) are both %q", n, other, text)
		}
		seen[text] = n
	}
	both := NoteBareLF | Note8Bit
	if got, want := both.String(), "line ended in a bare LF; 8-bit bytes in the reply"; got != want {
		t.Errorf("String() = %q; want %q", got, want)
	}
	if !both.Has(NoteBareLF) || both.Has(NoteBareLF|NoteNUL) || Note(0).String() != "" {
		t.Error("Has or the empty note is wrong")
	}
}

func TestReplyErrorTextIsBounded(t *testing.T) {
	t.Parallel()
	e := newReplyError(TooLongLine, []byte(strings.Repeat("\x1b", 8192)), nil)
	if got := e.Error(); len(got) > 400 || strings.Contains(got, "\x1b") {
		t.Errorf("Error() has %d octets: %.80q; want a short one without control characters", len(got), got)
	}
}
