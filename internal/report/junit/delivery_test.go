package junit

import (
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
)

func TestDeliveryTime(t *testing.T) {
	t.Parallel()
	const want = `<property name="delivery_seconds" value="2.100"/>`
	if got := documentOf(t, reporttest.DeliveredDomain()); strings.Count(got, want) != 1 {
		t.Errorf("%s is not there once:\n%s", want, got)
	}
}
