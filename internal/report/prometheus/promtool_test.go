package prometheus

import (
	"strings"
	"testing"

	"mxprobe/internal/foreign"
	"mxprobe/internal/report/reporttest"
)

// TestPromtool has Prometheus' own tool read the metrics and judge their
// names, units and help.
func TestPromtool(t *testing.T) {
	t.Parallel()
	promtool := foreign.Program(t, "prometheus", "promtool")
	check := func(text string) (string, error) {
		cmd := foreign.Command(t, promtool, "check", "metrics")
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for name, domains := range reporttest.Runs() {
		if out, err := check(metricsOf(t, domains...)); err != nil || out != "" {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	// It would find something.
	if out, err := check("# TYPE mxprobe_duration_ms counter\nmxprobe_duration_ms 1\n"); err == nil {
		t.Errorf("bad names pass: %s", out)
	}
}
