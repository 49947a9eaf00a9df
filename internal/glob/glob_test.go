package glob

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"**", "a.b", true},
		{"mx?", "mx1", true},
		{"mx?", "mx", false},
		{"MX1.*", "mx1.Example.ORG", true},
		{"*.example.org", "example.org", false},
		{"*.example.org", "a.b.example.org", true},
		{"a*b*c", "aXbXbc", true},
		{"a*b*c", "aXcXb", false},
		{"[ab]", "a", false},
		{"a*", "ba", false},
	}
	for _, tt := range tests {
		if got := Match(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.text, got)
		}
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"mx?.example.org", "MX1.Example.org.", true},
		{"mx?.example.org.", "mx1.example.org", true},
		{"mx?.example.org", "mx12.example.org", false},
	} {
		if got := Host(tt.pattern, tt.name); got != tt.want {
			t.Errorf("Host(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
}

// Many stars must not make it slow: this takes minutes if each star is tried
// at every place.
func TestManyStarsAreQuick(t *testing.T) {
	t.Parallel()
	if Match(strings.Repeat("a*", 1000)+"b", strings.Repeat("a", 10000)) {
		t.Error("it fits")
	}
}
