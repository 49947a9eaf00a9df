package ledger

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// TestMaskLongestFirst holds that a secret which begins another one, or
// overlaps it, leaves nothing of it behind.
func TestMaskLongestFirst(t *testing.T) {
	t.Parallel()
	for range 20 { // the order of a map changes
		m := newMask(map[string]string{"a": "hunter", "b": "hunter22tail", "c": "tail-of-b"})
		for in, want := range map[string]string{
			"got hunter22tail here":  "got *** here",
			"got hunter22 here":      "got ***22 here",
			"hunter22tail-of-b":      "***",
			"hunter22tail-of-b tail": "*** tail",
			"nothing":                "nothing",
		} {
			if got := m.text(in); got != want {
				t.Fatalf("text(%q) = %q; want %q", in, got, want)
			}
		}
	}
}

// TestMaskInsideBase64 holds that base64 of something with the secret in it
// is hidden whatever stands before and after the secret.
func TestMaskInsideBase64(t *testing.T) {
	t.Parallel()
	const secret = "pa%ss w\u00f6rd"
	m := newMask(map[string]string{"p": secret})
	for before := range 7 {
		for after := range 4 {
			blob := strings.Repeat("x", before) + secret + strings.Repeat("y", after)
			for _, encoding := range encodings() {
				line := "334 " + encoding.EncodeToString([]byte(blob)) + " end"
				if got := m.text(line); got != "334 *** end" {
					t.Errorf("text(%q) = %q; want all of the base64 hidden", line, got)
				}
			}
		}
	}
}

// TestMaskAtACut holds that a text which was cut inside a secret does not
// show the part before the cut.
func TestMaskAtACut(t *testing.T) {
	t.Parallel()
	m := newMask(map[string]string{"p": "correct-horse-battery"})
	for in, want := range map[string]string{
		"not an SMTP reply: \"250 correct-hor\"...":  "not an SMTP reply: \"250 ***\"...",
		"550 correct-horse... (7 more bytes)":        "550 ***... (7 more bytes)",
		"550 incorrect... (7 more bytes)":            "550 in***... (7 more bytes)",
		"wait...":                                    "wait...",
		"the server says correct, and that is right": "the server says correct, and that is right",
	} {
		if got := m.text(in); got != want {
			t.Errorf("text(%q) = %q; want %q", in, got, want)
		}
	}
	if got, want := m.cutShort("AUTH corre"), "AUTH ***"; got != want {
		t.Errorf("cutShort = %q; want %q", got, want)
	}
}

// TestMaskLineByLine holds that a secret of several lines is hidden where its
// lines stand apart, as in a transcript.
func TestMaskLineByLine(t *testing.T) {
	t.Parallel()
	m := newMask(map[string]string{"key": "first line\r\nsecond line\nx\n"})
	for in, want := range map[string]string{
		"C: first line": "C: ***", "C: second line!": "C: ***!", "C: x": "C: x",
		"S: " + base64.StdEncoding.EncodeToString([]byte("a second line b")): "S: ***",
	} {
		if got := m.text(in); got != want {
			t.Errorf("text(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestMaskLearns(t *testing.T) {
	t.Parallel()
	var none *mask
	first := none.with("exchange-one")
	second := first.with("exchange-two")
	blob := base64.StdEncoding.EncodeToString([]byte("exchange-two"))
	if got := first.text(blob + " exchange-two"); got != blob+" exchange-two" {
		t.Errorf("the first mask changed: %q", got)
	}
	if got := second.text(blob + " exchange-one"); got != "*** ***" {
		t.Errorf("text = %q; want both hidden", got)
	}
	if none.with("") != nil {
		t.Error("an empty value makes a mask")
	}
}

// FuzzMask holds that no secret stands in what a mask lets through.
func FuzzMask(f *testing.F) {
	f.Add("secret", "a secret in a text", "overlap")
	f.Add("aaa", "aaaaaa", "aa")                                  // overlaps itself
	f.Add("p\u00e4ss", "p\u00e4ss", "\xff")                       // not ASCII, not UTF-8
	f.Add("ab", "xx ... abab...", "ba")                           // at a cut
	f.Add("*secret*", "*secret*", "***")                          // like the mask itself
	f.Add("user\x00pass", "AHVzZXIAcGFzcw==", "\x00user\x00pass") // inside base64
	f.Fuzz(func(t *testing.T, one, text, two string) {
		m := newMask(map[string]string{"one": one, "two": two})
		got := m.text(text)
		for _, secret := range []string{one, two} {
			// A secret can stand beside a mask by chance where it has
			// asterisks or is very short.
			if len(secret) < 4 || strings.Contains(secret, "*") {
				continue
			}
			if strings.Contains(got, secret) {
				t.Errorf("%q shows %q", got, secret)
			}
		}
		if fmt.Sprint(m.text(text)) != got {
			t.Error("the same text is masked in two ways")
		}
	})
}

// A name of a user is hidden like a secret, but not out of an address.
func TestNamesOfUsersAreShownInAddresses(t *testing.T) {
	t.Parallel()
	m := newMask(map[string]string{"p": "geheim"}).withNames("kate", "kate@example.org")
	for text, want := range map[string]string{
		"RCPT TO:<kate@example.test>":          "RCPT TO:<kate@example.test>",
		"RCPT TO:<kate.b@example.test>":        "RCPT TO:<kate.b@example.test>",
		"RCPT TO:<postmaster@kate.test> ok":    "RCPT TO:<postmaster@kate.test> ok",
		"user kate unknown":                    "user *** unknown",
		"kate":                                 "***",
		"kate @example.test":                   "*** @example.test",
		"kate@ and @kate":                      "***@ and @***",
		"AUTH as kate@example.org":             "AUTH as ***",
		"geheim@example.test, kate, a2F0ZQ==":  "***@example.test, ***, ***",
		"kate:geheim kate@example.test geheim": "***:*** kate@example.test ***",
	} {
		if got := m.text(text); got != want {
			t.Errorf("Text(%q) = %q; want %q", text, got, want)
		}
	}
}
