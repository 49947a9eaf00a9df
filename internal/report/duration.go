package report

import (
	"fmt"
	"math"
	"time"
)

// Duration returns d as people write it: "0.4 ms" below one millisecond,
// "12 ms" below a tenth of a second, then "0.41s", "12.3s", "2m01s" and
// "1h02m". It is rounded, never cut.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Duration(-max(d, -math.MaxInt64)) // the least one has no opposite
	case d == 0:
		return "0 ms"
	case d.Round(100*time.Microsecond) < time.Millisecond:
		// No answer is so quick that it took nothing.
		return fmt.Sprintf("%.1f ms", max(d.Seconds()*1e3, 0.1))
	case d.Round(time.Millisecond) < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d.Round(10*time.Millisecond) < 10*time.Second:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case d.Round(100*time.Millisecond) < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d.Round(time.Second) < time.Hour:
		s := int(d.Round(time.Second).Seconds())
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	}
	m := int(d.Round(time.Minute).Minutes())
	return fmt.Sprintf("%dh%02dm", m/60, m%60)
}
