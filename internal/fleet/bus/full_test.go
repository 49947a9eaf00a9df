package bus

import (
	"bytes"
	"strings"
	"testing"

	"mxprobe/internal/fleet/bus/bustest"
)

// TestFullServerSaysSo: whoever reads it at night knows what to do.
func TestFullServerSaysSo(t *testing.T) {
	t.Parallel()
	options := bustest.Options(t)
	options.JetStreamMaxStore = 64 << 10
	f, err := connect(t, bustest.StartWith(t, options).ClientURL()).Setup(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.PutFile(t.Context(), bytes.Repeat([]byte("some text that is no text\n"), 10_000))
	if why := f.Why(err); why == nil || !strings.HasPrefix(why.Error(), "the NATS server has no room left: ") {
		t.Errorf("%v is said as %v", err, why)
	}
}
