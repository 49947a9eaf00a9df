// Package timespan reads and writes lengths of time as scenarios, flags and
// worlds have them: 500ms, 2s, 1.5s, 5m, 1h30m, 21d.
package timespan

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Longest is the longest time that may be named; it keeps sums of times far
// from overflow.
const Longest = 10000 * 24 * time.Hour

// Parse reads a time such as 500ms, 2s, 1.5s, 2m, 1h30m or 21d. A number
// without a unit is an error, not a guess; so is a sign.
func Parse(text string) (time.Duration, error) {
	var sum time.Duration
	rest := text
	for rest != "" {
		i := 0
		for i < len(rest) && (rest[i] >= '0' && rest[i] <= '9' || rest[i] == '.') {
			i++
		}
		n, err := strconv.ParseFloat(rest[:i], 64)
		if err != nil || rest[0] == '.' || rest[i-1] == '.' {
			return 0, notTime(text)
		}
		unit, length := unitAt(rest[i:])
		if length == 0 && i == len(rest) && sum == 0 {
			return 0, fmt.Errorf("%q has no unit (%ss, %sm or %sms?)", text, text, text, text)
		}
		if length == 0 {
			return 0, notTime(text)
		}
		if n*float64(unit) > float64(Longest) {
			return 0, fmt.Errorf("%q is too long: the longest time is 10000d", text)
		}
		sum += time.Duration(n * float64(unit))
		rest = rest[i+length:]
	}
	switch {
	case text == "":
		return 0, notTime(text)
	case sum > Longest:
		return 0, fmt.Errorf("%q is too long: the longest time is 10000d", text)
	}
	return sum, nil
}

func notTime(text string) error {
	return fmt.Errorf("%q is not a time (500ms, 2s, 5m, 1h30m, 21d)", text)
}

// unitAt returns the unit at the start of text, and how long its name is.
func unitAt(text string) (time.Duration, int) {
	switch {
	case strings.HasPrefix(text, "ms"):
		return time.Millisecond, 2
	case strings.HasPrefix(text, "s"):
		return time.Second, 1
	case strings.HasPrefix(text, "m"):
		return time.Minute, 1
	case strings.HasPrefix(text, "h"):
		return time.Hour, 1
	case strings.HasPrefix(text, "d"):
		return 24 * time.Hour, 1
	default:
		return 0, 0
	}
}

// String is a time without the zeros that time.Duration puts behind it: 5m for
// 5m0s.
func String(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
