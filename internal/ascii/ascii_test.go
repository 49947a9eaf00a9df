package ascii

import "testing"

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
