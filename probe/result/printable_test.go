package result

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"nothing", "", 0, ""},
		{"plain", "250 2.1.5 Ok", 0, "250 2.1.5 Ok"},
		{"backslash stays", `C:\x1b`, 0, `C:\x1b`},
		{"escape", "\x1b[31mred", 0, `\x1b[31mred`},
		{"every C0", "\x00\t\r\n\x1f\x7f", 0, `\x00\x09\x0d\x0a\x1f\x7f`},
		{"C1 as UTF-8", "\u0080\u009b31m\u009f", 0, `\x80\x9b31m\x9f`},
		{"C1 as single bytes", "\x80\x9b31m", 0, `\x80\x9b31m`},
		{"no-break space", "a\u00a0b", 0, `a\u00a0b`},
		{"letters of other alphabets", "Grüße, 世界 🙂", 0, "Grüße, 世界 🙂"},
		{"bidi embeddings", "\u202a\u202b\u202c\u202d\u202e", 0, `\u202a\u202b\u202c\u202d\u202e`},
		{"bidi isolates", "\u2066\u2067\u2068\u2069", 0, `\u2066\u2067\u2068\u2069`},
		{"bidi marks", "\u200e\u200f\u061c", 0, `\u200e\u200f\u061c`},
		{"zero width", "a\u200b\u200c\u200d\u2060\ufeff\u00adb", 0, `a\u200b\u200c\u200d\u2060\ufeff\u00adb`},
		{"letters and marks without a shape", "\u034f\u115f\u1160\u17b4\u180b\u3164\ufe0f\uffa0\U000e0100", 0, `\u034f\u115f\u1160\u17b4\u180b\u3164\ufe0f\uffa0\U000e0100`},
		{"line and paragraph separator", "\u2028\u2029\u0085", 0, `\u2028\u2029\x85`},
		{"tags and private use", "\U000e0041\ue000", 0, `\U000e0041\ue000`},
		{"not UTF-8", "a\xffb\xc3", 0, `a\xffb\xc3`},
		{"surrogate and overlong", "\xed\xa0\x80\xc0\xaf", 0, `\xed\xa0\x80\xc0\xaf`},
		{"a command to a log", "250 ##[error]x ###[x ##x[", 0, `250 ##\x5berror]x ###\x5bx ##x[`},
		{"a command behind what is escaped", "\x1b##[error]x", 0, `\x1b##\x5berror]x`},
		{"a command that is cut off", "##[error]x", 3, `##\x5b... (7 more bytes)`},
		{"a real replacement character", "\ufffd", 0, "\ufffd"},
		{"exactly the limit", "abcd", 4, "abcd"},
		{"beyond the limit", "abcdef", 4, "abcd... (2 more bytes)"},
		{"a character at the limit is not cut", "abcü!", 4, "abc... (3 more bytes)"},
		{"nor one of four bytes", "a🙂b", 4, "a... (5 more bytes)"},
		{"nor one at the very start", "🙂b", 1, "... (5 more bytes)"},
		{"a character that ends at the limit stays", "abü!", 4, "abü... (1 more bytes)"},
		{"bytes that are no character are cut", "ab\x80\x80\x80\x80", 4, `ab\x80\x80... (2 more bytes)`},
		{"half a character behind the limit", "abc\xc3", 3, "abc... (1 more bytes)"},
		{"half a character across the limit", "abc\xe2\x82", 4, `abc\xe2... (1 more bytes)`},
		{"hostile beyond the limit", "\x1b[2Jabc", 4, `\x1b[2J... (3 more bytes)`},
	} {
		if got := Printable([]byte(tt.in), tt.limit); got != tt.want {
			t.Errorf("%s: Printable(%q, %d) = %q; want %q", tt.name, tt.in, tt.limit, got, tt.want)
		}
		if tt.limit == 0 {
			if got := PrintableString(tt.in); got != tt.want {
				t.Errorf("%s: PrintableString(%q) = %q; want %q", tt.name, tt.in, got, tt.want)
			}
		}
	}
}

// TestPlainTextIsCheap: nearly every reply is plain ASCII, and there may be
// millions of them.
func TestPlainTextIsCheap(t *testing.T) {
	ascii := []byte(strings.Repeat("250 2.1.5 Ok ", 40))
	letters := "Grüße aus Köln"
	var sink string
	for name, tt := range map[string]struct {
		most float64
		f    func()
	}{
		"ASCII":             {1, func() { sink = Printable(ascii, 0) }},
		"ASCII below limit": {1, func() { sink = Printable(ascii, 4096) }},
		"ASCII cut":         {1, func() { sink = Printable(ascii, 100) }},
		"string":            {0, func() { sink = PrintableString(letters) }},
	} {
		if got := testing.AllocsPerRun(100, tt.f); got > tt.most {
			t.Errorf("%s: %v allocations; want at most %v", name, got, tt.most)
		}
	}
	_ = sink
}

// acts reports whether r does something on a terminal or in a log but being
// seen. It knows ranges, not the tables that Printable uses.
func acts(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f: // C0, DEL, C1
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c: // bidi
		return true
	case r >= 0x200b && r <= 0x200d, r >= 0x2060 && r <= 0x2064, r == 0xfeff, r == 0xad, r == 0x180e, r == 0x34f: // no width
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0000 && r <= 0xe01ef, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0:
		return true
	}
	return r == 0x2028 || r == 0x2029
}

func FuzzPrintable(f *testing.F) {
	f.Add([]byte("250 2.1.5 Ok"), 0)                       // the usual
	f.Add([]byte("\x1b]0;title\x07\x9b2J"), 3)             // sequences, cut inside
	f.Add([]byte("\u202eabc\u2066\u200f\ufeff\u00ad"), 4)  // marks, cut inside of one
	f.Add([]byte("Grüße, 世界 🙂"), 9)                        // a character across the limit
	f.Add([]byte("\xff\xc3\x28\xed\xa0\x80\xf4\x90"), 2)   // not UTF-8
	f.Add([]byte("\u034f\u3164\ufe0f\U000e0100\ue000"), 0) // no shape
	f.Add([]byte(`a\x1b\`), -1)                            // looks escaped; a limit that is none
	f.Fuzz(func(t *testing.T, b []byte, limit int) {
		was := string(b)
		got := Printable(b, limit)
		if string(b) != was {
			t.Fatalf("Printable changed its argument %q", was)
		}
		if !utf8.ValidString(got) {
			t.Errorf("Printable(%q, %d) = %q is not UTF-8", b, limit, got)
		}
		for _, r := range got {
			if acts(r) {
				t.Errorf("Printable(%q, %d) = %q holds %U", b, limit, got, r)
			}
			if !IsPrintable(r) {
				t.Errorf("Printable(%q, %d) = %q holds %U, which IsPrintable denies", b, limit, got, r)
			}
		}
		looked := len(b)
		if limit > 0 {
			looked = min(looked, limit)
		}
		if most := 4*looked + len("... ( more bytes)") + 20; len(got) > most {
			t.Errorf("Printable(%q, %d) has %d bytes; want at most %d", b, limit, len(got), most)
		}
		if again := PrintableString(got); again != got {
			t.Errorf("PrintableString(%q) = %q; want it unchanged", got, again)
		}
		if limit <= 0 && PrintableString(was) != got {
			t.Errorf("PrintableString(%q) = %q; want %q", was, PrintableString(was), got)
		}
	})
}
