package prometheus

import (
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
)

func TestDeliveryTime(t *testing.T) {
	t.Parallel()
	d := reporttest.DeliveredDomain()
	got := reporttest.Written(t, writer, reporttest.EndOf(d), d)
	_, line, _ := strings.Cut(got, "\nmxprobe_delivery_duration_seconds{")
	line, _, _ = strings.Cut(line, "\n")
	if !strings.HasSuffix(line, "} 2.1") {
		t.Errorf("the metric is %q; want 2.1 in\n%s", line, got)
	}
}
