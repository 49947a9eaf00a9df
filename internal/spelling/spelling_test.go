package spelling

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	commands := []string{"run", "mx", "validate", "list", "init", "schema", "demo", "sandbox", "version", "help"}
	keys := []string{"expect", "enhanced", "send", "text", "warn", "if"}
	tests := []struct {
		words         []string
		written, want string
	}{
		{commands, "rnu", "run"},
		{commands, "valdate", "validate"},
		{commands, "lst", "list"},
		{commands, "sandbx", "sandbox"},
		{commands, "RUN", "run"},
		{commands, "val", "validate"},
		{commands, "box", "sandbox"},
		{commands, "frobnicate", ""},
		{commands, "x", ""},
		{commands, "quit", ""},
		{keys, "expects", "expect"},
		{keys, "sned", "send"},
		{keys, "txt", "text"},
		{keys, "warning", "warn"},
		{keys, "EXPECT", "expect"},
		{keys, "enhnaced", "enhanced"},
		{keys, "zzz", ""},
		{keys, "of", ""},
		{keys, "IF", "if"},
		{keys, "", ""},
		{keys, "unexpected", ""},
		{nil, "send", ""},
	}
	for _, tt := range tests {
		if got := Nearest(tt.written, tt.words); got != tt.want {
			t.Errorf("Nearest(%q) = %q; want %q", tt.written, got, tt.want)
		}
	}
	if got := DidYouMean("sned", keys); got != ` (did you mean "send"?)` {
		t.Errorf("DidYouMean = %q", got)
	}
	if got := DidYouMean("zzz", keys); got != "" {
		t.Errorf("DidYouMean of what is near to nothing = %q", got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 5, 0},
		{"", "abc", 5, 3},
		{"abc", "abc", 5, 0},
		{"abc", "acb", 5, 1},
		{"abc", "abd", 5, 1},
		{"kitten", "sitting", 9, 3},
		{"kitten", "sitting", 2, 2},
		{"a", "abcdefgh", 3, 3},
	}
	for _, tt := range tests {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := Distance(pair[0], pair[1], tt.limit); got != tt.want {
				t.Errorf("Distance(%q, %q, %d) = %d; want %d", pair[0], pair[1], tt.limit, got, tt.want)
			}
		}
	}
}
