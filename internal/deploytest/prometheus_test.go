package deploytest

import (
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// promtool runs Prometheus' own tool.
func promtool(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := foreign.Command(t, foreign.Program(t, "prometheus", "promtool"), args...).CombinedOutput()
	return string(out), err
}

func TestAlertRules(t *testing.T) {
	t.Parallel()
	rules, tests := deployed(t, "prometheus", "mxprobe.rules.yml"), deployed(t, "prometheus", "mxprobe.rules_test.yml")
	for _, args := range [][]string{{"check", "rules", "--lint=all", "--lint-fatal", rules}, {"test", "rules", tests}} {
		if out, err := promtool(t, args...); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// TestAlertsKnowTheirMetrics: an alert on a metric that nobody writes is
// silent for ever.
func TestAlertsKnowTheirMetrics(t *testing.T) {
	t.Parallel()
	knowsMetrics(t, "mxprobe.rules.yml", read(t, deployed(t, "prometheus", "mxprobe.rules.yml")))
	knowsMetrics(t, "mxprobe.rules_test.yml", read(t, deployed(t, "prometheus", "mxprobe.rules_test.yml")))
}

// TestEveryAlertFiresInATest: and is silent in one.
func TestEveryAlertFiresInATest(t *testing.T) {
	t.Parallel()
	tests := read(t, deployed(t, "prometheus", "mxprobe.rules_test.yml"))
	alerts := regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(read(t, deployed(t, "prometheus", "mxprobe.rules.yml")), -1)
	if len(alerts) < 10 {
		t.Fatalf("%d alerts are found", len(alerts))
	}
	for _, m := range alerts {
		if !regexp.MustCompile(`alertname: ` + m[1] + `\n +exp_alerts:\n +- exp_labels`).MatchString(tests) {
			t.Errorf("no test has %s fire", m[1])
		}
		if !strings.Contains(tests, "alertname: "+m[1]+"}") {
			t.Errorf("no test has %s be silent", m[1])
		}
	}
}
