package report

import "testing"

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]string{
		61: "61 days left", 1: "1 day left", 0: "0 days left",
		-1: "expired less than 2 days ago", -10: "expired 10 days ago",
	} {
		if got := DaysLeft(days); got != want {
			t.Errorf("DaysLeft(%d) = %q; want %q", days, got, want)
		}
	}
}
