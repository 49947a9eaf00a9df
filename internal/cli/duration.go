package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseDuration reads a time with its unit: 500ms, 30s, 1m30s, 2h, 14d. A
// bare number is an error, not a guess.
func parseDuration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err == nil && n >= 0 && n <= 36500 {
			return time.Duration(n * 24 * float64(time.Hour)), nil
		}
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return 0, fmt.Errorf("%q has no unit (%ss, %sm or %sms?)", text, text, text, text)
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a time (500ms, 30s, 2m, 1h30m, 14d)", text)
	}
	return d, nil
}

// parsePluginTime is parseDuration for the options where monitoring plugins
// take bare seconds.
func parsePluginTime(text string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 0 && n < 1e9 {
		return time.Duration(n * float64(time.Second)), nil
	}
	return parseDuration(text)
}
