package trace

import "testing"

func TestAlign(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, domain string
		want         Alignment
	}{
		{"sender.test", "Sender.Test.", Strict},
		{"sender.test", "kate@sender.test", Strict},
		{"news.sender.test", "mail.sender.test", Relaxed},
		{"news.sender.co.uk", "sender.co.uk", Relaxed},
		{"one.co.uk", "two.co.uk", NotAligned},
		{"a.github.io", "b.github.io", NotAligned},
		{"sender.test", "example.org", NotAligned},
		{"co.uk", "a.co.uk", NotAligned},
		{"", "", NotAligned},
	} {
		if got := Align(c.from, c.domain); got != c.want {
			t.Errorf("%s with %s is %q; want %q", c.from, c.domain, got, c.want)
		}
	}
}
