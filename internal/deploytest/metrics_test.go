package deploytest

import (
	"io"
	"regexp"
	"testing"

	"mxprobe/internal/report/prometheus"
	"mxprobe/internal/report/reporttest"
)

// metrics are the names of all metrics that mxprobe writes, each with the
// names of its labels.
func metrics(t *testing.T) map[string]map[string]bool {
	t.Helper()
	domains := append(reporttest.List(), reporttest.EncryptedDomain())
	text := reporttest.Written(t, func(w io.Writer) reporttest.Writer {
		return prometheus.New(w, reporttest.Run())
	}, reporttest.EndOf(domains...), domains...)
	all := map[string]map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(mxprobe_\w+)(?:{(.*)})? `).FindAllStringSubmatch(text, -1) {
		if all[m[1]] == nil {
			all[m[1]] = map[string]bool{}
		}
		for _, l := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[2], -1) {
			all[m[1]][l[1]] = true
		}
	}
	if len(all) < 25 || !all["mxprobe_failed_step"]["reason"] {
		t.Fatalf("metrics = %v", all)
	}
	return all
}

// knowsMetrics fails the test for every metric that a text names and nobody
// writes.
func knowsMetrics(t *testing.T, what, text string) {
	t.Helper()
	all := metrics(t)
	for _, name := range regexp.MustCompile(`\bmxprobe_\w+`).FindAllString(text, -1) {
		if all[name] == nil {
			t.Errorf("%s names %s, which mxprobe does not write", what, name)
		}
	}
}
