package timespan

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"500ms": 500 * time.Millisecond, "2s": 2 * time.Second, "1.5s": 1500 * time.Millisecond, "5m": 5 * time.Minute,
		"1h30m": 90 * time.Minute, "21d": 21 * 24 * time.Hour, "0s": 0, "1m500ms": time.Minute + 500*time.Millisecond,
		"10000d": Longest, "14d": 14 * 24 * time.Hour, "0.5d": 12 * time.Hour, "1d2h": 26 * time.Hour, "0d": 0,
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "5", "0", "s", "-1s", "1 s", "1S", "1sec", "1us", "1w", ".5s", "1.s", "1.2.3s", "1e3s", "10001d", "9999d9999d", "NaNs", "999999999999999999999s", "1s5", "d", "1.5", "inf", "9999999h", "+1s", "1m -1s"} {
		if got, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) = %v; want an error", bad, got)
		}
	}
	if _, err := Parse("30"); err == nil || !strings.Contains(err.Error(), "30s, 30m") {
		t.Errorf("Parse(30) = %v; want an error that proposes 30s", err)
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0s": 0, "1.5s": 1500 * time.Millisecond, "5m": 5 * time.Minute, "1h": time.Hour, "1h0m5s": time.Hour + 5*time.Second,
		"1h30m": 90 * time.Minute, "10m": 10 * time.Minute, "20h": 20 * time.Hour, "1m30s": 90 * time.Second,
	} {
		got := String(d)
		if back, err := Parse(got); got != want || err != nil || back != d {
			t.Errorf("String(%d) = %q, which reads as %v, %v; want %q", d, got, back, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "5", "1h30m", "0.5d", "9999d9999d", ".5s", "1e3s", "-1s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(text)
		if err == nil && (d < 0 || d > Longest) {
			t.Errorf("Parse(%q) = %v", text, d)
		}
	})
}
