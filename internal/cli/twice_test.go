package cli

import (
	"fmt"
	"testing"
)

func TestSeen(t *testing.T) {
	t.Parallel()
	var s seen
	for _, tc := range []struct {
		domain string
		want   bool
	}{
		{"example.org", false},
		{"EXAMPLE.org.", true},
		{"mail.example.org", false},
		{"b\u00fccher.example", false},
		{"xn--bcher-kva.example", true},
		{"[192.0.2.1]", false},
		{"[192.0.2.1]", true},
	} {
		if got := s.before(tc.domain); got != tc.want {
			t.Errorf("before(%q) = %v; want %v", tc.domain, got, tc.want)
		}
	}
}

// A list of any length needs memory for so many domains only, and what comes
// again soon enough is still found.
func TestSeenIsBounded(t *testing.T) {
	t.Parallel()
	var s seen
	for i := range 5 * remembered {
		if s.before(fmt.Sprintf("d%d.example", i)) {
			t.Fatalf("domain %d came before", i)
		}
		if n := len(s.newer) + len(s.older); n > 2*remembered {
			t.Fatalf("%d domains are kept after %d; want %d at most", n, i+1, 2*remembered)
		}
		if back := i - remembered + 1; back >= 0 && i%9973 == 0 && !s.before(fmt.Sprintf("d%d.example", back)) {
			t.Fatalf("domain %d is not found after domain %d", back, i)
		}
	}
}
