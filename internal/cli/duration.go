package cli

import (
	"strconv"
	"time"

	"mxprobe/internal/timespan"
)

// parsePluginTime reads a time for the options where monitoring plugins take
// bare seconds.
func parsePluginTime(text string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 0 && n < 1e9 {
		return time.Duration(n * float64(time.Second)), nil
	}
	return timespan.Parse(text)
}
