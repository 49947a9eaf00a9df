package ascii

import (
	"bytes"
	"testing"
)

func TestOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": true, "a\x00~\x7f": true, "\x80": false, "aé": false, "a\xff": false} {
		if got := Only(text); got != want {
			t.Errorf("Only(%q) = %v", text, got)
		}
		if got := Only([]byte(text)); got != want {
			t.Errorf("Only of the bytes of %q = %v", text, got)
		}
	}
}

// Every byte in every place of a text is either plain or not, whatever stands
// around it.
func TestPlain(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		want := c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '['
		for length := range 20 {
			for at := range length {
				for _, around := range []byte{' ', '~', '!', '#', 'a', ']', '\\' + 1, '\\' - 2} {
					text := bytes.Repeat([]byte{around}, length)
					text[at] = byte(c)
					until := length
					if !want {
						until = at
					}
					if got, also := Plain(text), Plain(string(text)); got != until || also != until {
						t.Fatalf("Plain(%q) = %d, of a string %d; want %d", text, got, also, until)
					}
				}
			}
		}
	}
}

func TestFieldName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Subject": true, "X-a.b_c": true, "!": true, "": false, "a b": false, "a:": false, "a\t": false, "é": false, "a\x7f": false,
	} {
		if got := FieldName(text); got != want {
			t.Errorf("FieldName(%q) = %v", text, got)
		}
	}
}

func TestLower(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "abc": "abc", "aBC-Z@[`{": "abc-z@[`{", "\xf9CIPHER \u0130\u212a\xff": "\xf9cipher \u0130\u212a\xff",
	} {
		if got := Lower(text); got != want {
			t.Errorf("Lower(%q) = %q; want %q", text, got, want)
		}
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"0": true, "0123456789": true, "": false, "1a": false, "-1": false, "\u0661": false, "1/": false, "1:": false} {
		if got := Digits(text); got != want {
			t.Errorf("Digits(%q) = %v", text, got)
		}
	}
}

func TestHex(t *testing.T) {
	t.Parallel()
	for c, want := range map[byte]int{'0': 0, '9': 9, 'A': 10, 'F': 15, 'a': 10, 'f': 15, 'g': -1, 'G': -1, '/': -1, ':': -1, '@': -1, '`': -1} {
		if got := Hex(c); got != want {
			t.Errorf("Hex(%q) = %d; want %d", c, got, want)
		}
	}
}
