package nagios

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
)

// TestVantagesHaveValuesOfTheirOwn: an address that was spoken to from three
// places gives three values, each with its label, and its failure says from where.
func TestVantagesHaveValuesOfTheirOwn(t *testing.T) {
	t.Parallel()
	d := reporttest.SeveralVantages()
	text := reporttest.Written(t, func(w io.Writer) reporttest.Writer { return New(w, Thresholds{}) }, reporttest.EndOf(d), d)
	if !strings.Contains(text, "192.0.2.10:25 from sgp1") {
		t.Errorf("it is not said from where:\n%s", text)
	}
	seen := map[string]bool{}
	values := regexp.MustCompile(`([\w-]+)=(?:U|[\d.]+s)`).FindAllStringSubmatch(text[strings.Index(text, "|"):], -1)
	for _, m := range values {
		if seen[m[1]] {
			t.Errorf("two values have the label %s:\n%s", m[1], text)
		}
		seen[m[1]] = true
	}
	if len(seen) < 6 {
		t.Errorf("%d values; want one for each address and vantage\n%s", len(seen), text)
	}
}
