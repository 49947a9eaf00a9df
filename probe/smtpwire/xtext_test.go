package smtpwire

import (
	"errors"
	"strings"
	"testing"
)

// "+" and "=" and all that cannot be printed is encoded (RFC 3461 section 4).
func TestTrap51Xtext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ plain, xtext string }{
		{"", ""},
		{"kate@fabrikam.test", "kate@fabrikam.test"},
		{"a+b=c", "a+2Bb+3Dc"},
		{"a b", "a+20b"},
		{"~!", "~!"},
		{"\x00\r\n\x7f\xff", "+00+0D+0A+7F+FF"},
		{"ü", "+C3+BC"},
	} {
		if got := EncodeXtext(tt.plain); got != tt.xtext {
			t.Errorf("EncodeXtext(%q) = %q; want %q", tt.plain, got, tt.xtext)
		}
		if got, err := DecodeXtext(tt.xtext); err != nil || got != tt.plain {
			t.Errorf("DecodeXtext(%q) = %q, %v; want %q", tt.xtext, got, err, tt.plain)
		}
	}
	if got, err := DecodeXtext("+41"); err != nil || got != "A" {
		t.Errorf("DecodeXtext(+41) = %q, %v; want A", got, err)
	}
	for _, bad := range []string{"+", "+2", "a+", "+2b", "+GG", "a=b", "a b", "ü", "a\x7f", "+2B+"} {
		if got, err := DecodeXtext(bad); !errors.Is(err, ErrXtext) {
			t.Errorf("DecodeXtext(%q) = %q, %v; want ErrXtext", bad, got, err)
		}
	}
}

// ENVID has at most 100 characters and ORCPT 500, as sent (RFC 3461 sections
// 4.4 and 4.2).
func TestTrap51Lengths(t *testing.T) {
	t.Parallel()
	a := strings.Repeat("a", 97)
	for _, tt := range []struct {
		id   string
		want string
	}{
		{"QQ314159", "ENVID=QQ314159"},
		{a + "+", "ENVID=" + a + "+2B"},
		{a + "a+", ""},
		{a + "aaaa", ""},
		{"", ""},
		{"a\nb", ""},
		{"ü", ""},
	} {
		got, err := FormatENVID(tt.id)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("FormatENVID(%q) = %q, %v; want %q", tt.id, got, err, tt.want)
		}
	}
	b := strings.Repeat("b", 493)
	for _, tt := range []struct{ addr, want string }{
		{"kate+list@fabrikam.test", "ORCPT=rfc822;kate+2Blist@fabrikam.test"},
		{b, "ORCPT=rfc822;" + b},
		{b + "b", ""},
		{"", ""},
		{"k\u00e4te@fabrikam.test", ""},
	} {
		got, err := FormatORCPT("rfc822", tt.addr)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("FormatORCPT(%.30q) = %.40q, %v; want %.40q", tt.addr, got, err, tt.want)
		}
	}
}
