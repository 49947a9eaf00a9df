package probe_test

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// Hosts and addresses that are too many are left out, which is not to be
// taken for a pass.
func TestWhatIsLeftOutIsNoPass(t *testing.T) {
	t.Parallel()
	var hosts, addresses strings.Builder
	for i := range 103 {
		fmt.Fprintf(&hosts, "@ MX %d mx%d\nmx%d A 192.0.2.10\n", i, i, i)
	}
	addresses.WriteString("@ MX 10 mx1\n")
	for i := range 66 {
		fmt.Fprintf(&addresses, "mx1 A 192.0.2.%d\n", i+1)
	}
	for _, tc := range []struct {
		name, zone, server, host, message string
	}{
		{"hosts", hosts.String(), "mx0.example.test", "mx100.example.test", "left out, and 2 more: there are too many hosts"},
		{"addresses", addresses.String(), "mx1.example.test", "mx1.example.test", "2 of its 66 addresses are left out"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, tc.zone, sandbox.Server{Name: tc.server})
			d := play(t, w, ask)
			for range 2 {
				h := d.Hosts[len(d.Hosts)-1]
				if h.Name != tc.host || h.Status != result.Warn || h.Message != tc.message {
					t.Errorf("host is %s, %v: %q; want %s, warn: %q", h.Name, h.Status, h.Message, tc.host, tc.message)
				}
				if len(h.Addresses) > 0 && (h.Lack == nil || h.Lack.Status != result.Warn || h.Lack.Message != tc.message) {
					t.Errorf("what is missing of the host: %+v", h.Lack)
				}
				if d.Status != result.Warn || d.Reason != result.Condition || !strings.HasSuffix(d.Message, tc.message) {
					t.Errorf("domain is %v, %q: %s; want a warning", d.Status, d.Reason, d.Message)
				}
				verdict.Rejudge(&d, verdict.All)
			}
		})
	}
}
