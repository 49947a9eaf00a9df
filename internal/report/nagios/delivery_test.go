package nagios

import (
	"io"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
)

func TestDeliveryTime(t *testing.T) {
	t.Parallel()
	d := reporttest.DeliveredDomain()
	got := reporttest.Written(t, func(w io.Writer) reporttest.Writer { return New(w, Thresholds{}) }, reporttest.EndOf(d), d)
	if _, data, _ := strings.Cut(got, "|"); strings.Count(data, "_mail=2.1s;;;0") != 1 {
		t.Errorf("the delivery time is not there once: %s", got)
	}
}
