package trace

import (
	"strconv"
	"strings"
	"time"

	"mxprobe/internal/ascii"
)

// ParseDate reads a date of a header (RFC 5322 section 3.3) as programs have
// written it since RFC 822: with or without a weekday and seconds, years of
// two digits, zones by name, or none (UTC is taken then), the form of ctime,
// and that of RFC 3339.
func ParseDate(s string) (at time.Time, zoneMissing bool, ok bool) {
	var d date
	d.year, d.month, d.day = -1, -1, -1
	d.hour = -1
	words := strings.FieldsFunc(withoutRemarks(s), func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == '\r' || r == '\n' })
	for i, word := range words {
		if i >= 12 {
			break
		}
		d.take(word)
	}
	return d.time()
}

// withoutRemarks takes off "(PDT)".
func withoutRemarks(s string) string {
	if len(s) > 200 {
		s = s[:200]
	}
	var b strings.Builder
	depth := 0
	for i := range len(s) {
		switch {
		case s[i] == '(':
			depth++
		case s[i] == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// date is a date that is being read.
type date struct {
	year, month, day     int
	hour, minute, second int
	afternoon, morning   bool
	zone                 int // seconds
	zoned                bool
}

// take reads one word of a date.
func (d *date) take(word string) {
	lower := strings.ToLower(strings.TrimSuffix(word, "."))
	if strings.IndexByte(word, ':') > 0 {
		d.takeTime(word)
		return
	}
	if len(lower) >= 3 {
		if m, ok := month(lower[:3]); ok && (d.month < 0) {
			d.month = m
			return
		}
		if _, ok := weekday(lower[:3]); ok {
			return
		}
	}
	switch {
	case lower == "pm":
		d.afternoon = true
	case lower == "am":
		d.morning = true
	case len(word) > 1 && (word[0] == '+' || word[0] == '-') && ascii.Digit(word[1]):
		d.takeOffset(word)
	case strings.Count(word, "-") == 2 || strings.Count(word, "/") == 2:
		d.takeDay(word)
	case ascii.Digit(word[0]):
		d.takeNumber(word)
	default:
		if offset, ok := zoneNamed(lower); ok && d.hour >= 0 {
			d.zone, d.zoned = offset, true
		}
	}
}

func (d *date) takeNumber(word string) {
	n, err := strconv.Atoi(word)
	switch {
	case err != nil:
	case d.day < 0 && len(word) <= 2 && n >= 1 && n <= 31:
		d.day = n
	case d.year < 0:
		d.year = fullYear(n, len(word))
	}
}

// fullYear completes a year of two or three digits (RFC 5322 section 4.3).
func fullYear(n, digits int) int {
	switch {
	case digits <= 2 && n < 50:
		return n + 2000
	case digits <= 3:
		return n + 1900
	}
	return n
}

// takeDay reads 2030-01-31, 31-Jan-2030, 31-Jan-30.
func (d *date) takeDay(word string) {
	parts := strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == '/' })
	if len(parts) != 3 {
		return
	}
	if m, ok := month(strings.ToLower(parts[1])); ok {
		d.takeNumber(parts[0])
		d.month = m
		d.takeNumber(parts[2])
		return
	}
	if len(parts[0]) == 4 {
		d.year, _ = strconv.Atoi(parts[0])
		d.month, _ = strconv.Atoi(parts[1])
		d.day, _ = strconv.Atoi(parts[2])
	}
}

// takeTime reads 23:59, 23:59:59, 23:59:59.123, and with a zone behind it or a
// date before it.
func (d *date) takeTime(word string) {
	if day, clock, ok := strings.Cut(word, "T"); ok && strings.Count(day, "-") == 2 {
		d.takeDay(day)
		word = clock
	}
	if d.hour >= 0 {
		d.takeOffset(word) // +02:00
		return
	}
	end := strings.IndexAny(word, "+-Zz")
	if end > 0 {
		d.takeOffset(word[end:])
		word = word[:end]
	}
	parts := strings.Split(word, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return
	}
	h, err1 := strconv.Atoi(parts[0])
	m, err2 := strconv.Atoi(parts[1])
	if err1 != nil || err2 != nil {
		return
	}
	s := 0
	if len(parts) == 3 {
		whole, _, _ := strings.Cut(parts[2], ".")
		s, _ = strconv.Atoi(whole)
	}
	d.hour, d.minute, d.second = h, m, s
}

// takeOffset reads +0200, +02:00, +02 and Z.
func (d *date) takeOffset(word string) {
	if strings.EqualFold(word, "z") {
		d.zone, d.zoned = 0, true
		return
	}
	digits := strings.ReplaceAll(strings.TrimLeft(word, "+-"), ":", "")
	if len(digits) > 4 {
		digits = digits[:4]
	}
	n, err := strconv.Atoi(digits)
	if err != nil || d.zoned {
		return
	}
	if len(digits) <= 2 {
		n *= 100
	}
	d.zone, d.zoned = (n/100*60+n%100)*60, true
	if word[0] == '-' {
		d.zone = -d.zone
	}
}

func (d *date) time() (at time.Time, zoneMissing bool, ok bool) {
	if d.afternoon && d.hour < 12 {
		d.hour += 12
	}
	if d.morning && d.hour == 12 {
		d.hour = 0
	}
	if d.year < 1970 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 || d.hour < 0 || d.hour > 24 || d.minute < 0 || d.minute > 59 ||
		d.second < 0 || d.second > 60 || d.zone > 18*3600 || d.zone < -18*3600 {
		return time.Time{}, false, false
	}
	zone := time.UTC
	if d.zone != 0 {
		zone = time.FixedZone("", d.zone)
	}
	return time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, 0, zone), !d.zoned, true
}

func month(s string) (int, bool) {
	const names = "jan feb mar apr may jun jul aug sep oct nov dec "
	i := strings.Index(names, s+" ")
	return i/4 + 1, len(s) == 3 && i >= 0 && i%4 == 0
}

func weekday(s string) (int, bool) {
	const names = "sun mon tue wed thu fri sat "
	i := strings.Index(names, strings.ToLower(s)+" ")
	return i / 4, len(s) == 3 && i >= 0 && i%4 == 0
}

// zoneNamed knows the names of RFC 5322 section 4.3 and those that are in use
// beside them, where they mean one thing. Others are UTC there too.
func zoneNamed(lower string) (offset int, ok bool) {
	const hour = 3600
	switch lower {
	case "ut", "gmt", "utc", "z", "wet":
		return 0, true
	case "edt", "ast":
		return -4 * hour, true
	case "est", "cdt":
		return -5 * hour, true
	case "cst", "mdt":
		return -6 * hour, true
	case "mst", "pdt":
		return -7 * hour, true
	case "pst":
		return -8 * hour, true
	case "cet", "met", "mez", "west":
		return hour, true
	case "cest", "mest", "mesz", "eet", "sast":
		return 2 * hour, true
	case "eest", "msk":
		return 3 * hour, true
	case "jst", "kst":
		return 9 * hour, true
	}
	if rest, ok := strings.CutPrefix(lower, "gmt"); ok && len(rest) > 1 {
		var d date
		d.takeOffset(rest)
		return d.zone, d.zoned
	}
	return 0, false
}
