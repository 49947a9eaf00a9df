package smtpwire

import (
	"strings"
	"testing"
)

// A leading dot is doubled on every line and a last line gets its CRLF (RFC
// 5321 section 4.5.2).
func TestTrap42DotStuffing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", ".\r\n"},
		{"a", "a\r\n.\r\n"},
		{"a\r\n", "a\r\n.\r\n"},
		{"a\n\n", "a\r\n\r\n.\r\n"},
		{".", "..\r\n.\r\n"},
		{"..", "...\r\n.\r\n"},
		{".\r\n.\r\n", "..\r\n..\r\n.\r\n"},
		{"a.b\n.c", "a.b\r\n..c\r\n.\r\n"},
		{"\n", "\r\n.\r\n"},
		{"\r\n.", "\r\n..\r\n.\r\n"},
	} {
		if got := AppendData(nil, []byte(tt.in), true, true); string(got) != tt.want {
			t.Errorf("AppendData(%q) = %q; want %q", tt.in, got, tt.want)
		}
	}
}

func TestTrap42WithoutStuffingOrEnd(t *testing.T) {
	t.Parallel()
	const in = "a\n.\nb"
	for _, tt := range []struct {
		stuff, end bool
		want       string
	}{
		{false, true, "x:a\r\n.\r\nb\r\n.\r\n"},
		{true, false, "x:a\r\n..\r\nb\r\n"},
		{false, false, "x:a\r\n.\r\nb\r\n"},
	} {
		if got := AppendData([]byte("x:"), []byte(in), tt.stuff, tt.end); string(got) != tt.want {
			t.Errorf("AppendData(%q, %t, %t) = %q; want %q", in, tt.stuff, tt.end, got, tt.want)
		}
	}
}

// Lines over 998 octets are flagged; the doubled dot does not count (RFC
// 5321 section 4.5.3.1.6).
func TestTrap42LongLines(t *testing.T) {
	t.Parallel()
	at, over := strings.Repeat("x", 998), strings.Repeat("x", 999)
	for _, tt := range []struct {
		in           string
		count, first int
	}{
		{"", 0, 0},
		{at, 0, 0},
		{"." + at[1:] + "\r\n", 0, 0},
		{over, 1, 1},
		{at + "\r\n" + over + "\n" + over + "\rshort", 2, 2},
		{"\n\n\r\n\r" + over, 1, 5},
	} {
		if count, first := LongLines([]byte(tt.in)); count != tt.count || first != tt.first {
			t.Errorf("LongLines(%.20q) = %d, %d; want %d, %d", tt.in, count, first, tt.count, tt.first)
		}
	}
}

// No text can end the data early: each of these has been taken for an end
// mark by some server (RFC 5321 section 4.1.1.4).
func TestTrap43NoEndMarkByAccident(t *testing.T) {
	t.Parallel()
	ends := []string{"\n", "\r", "\r\n", "\r\r\n", "\n\r"}
	for _, before := range ends {
		for _, after := range append(ends, "\x00\r\n", "") {
			in := "a" + before + "." + after + "MAIL FROM:<x>"
			got := string(AppendData(nil, []byte(in), true, true))
			body, ok := strings.CutSuffix(got, "\r\n.\r\n")
			if !ok || strings.Contains(body+"\r\n", "\n.\r") || strings.Contains(body+"\r\n", "\n.\n") {
				t.Errorf("AppendData(%q) = %q; want one end mark, at the end", in, got)
			}
			if rest := strings.ReplaceAll(got, "\r\n", ""); strings.ContainsAny(rest, "\r\n") {
				t.Errorf("AppendData(%q) = %q; want no bare CR or LF", in, got)
			}
			if !strings.Contains(got, "\r\n..") {
				t.Errorf("AppendData(%q) = %q; want the dot doubled", in, got)
			}
		}
	}
}
