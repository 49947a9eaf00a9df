package nagios

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/foreign"
	"mxprobe/internal/report/reporttest"
)

// readPerfdata prints what the library of the Monitoring Plugins project for
// Perl (Debian: libmonitoring-plugin-perl) makes of performance data: a line
// for each value, its parts between blanks, - for what is not there.
const readPerfdata = `
use strict; use warnings;
use Monitoring::Plugin::Performance;
local $/; my $line = <STDIN>;
for my $p (Monitoring::Plugin::Performance->parse_perfstring($line)) {
	print join(" ", $p->rrdlabel, map { defined $_ && $_ ne "" ? $_ : "-" } $p->value, $p->uom, $p->warning, $p->critical, $p->min, $p->max), "\n";
}
`

// perfdataInPerl returns what Perl reads, line by line.
func perfdataInPerl(t *testing.T, output string) []string {
	t.Helper()
	perl := foreign.Program(t, "perl", "perl")
	if err := foreign.Command(t, perl, "-MMonitoring::Plugin::Performance", "-e", "1").Run(); err != nil {
		foreign.Missing(t, "Monitoring::Plugin for Perl")
	}
	first, _, _ := strings.Cut(output, "\n")
	_, perfdata, _ := strings.Cut(first, "|")
	cmd := foreign.Command(t, perl, "-e", readPerfdata)
	cmd.Stdin = strings.NewReader(perfdata)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%v\n%s", err, complaints.Bytes())
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestPerfdataInPerl: values that are undetermined are none to that library,
// which is what the guidelines ask for.
func TestPerfdataInPerl(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		output string
		want   []string
	}{
		"all passed": {
			plugin(t, OK, usual(), reporttest.PassingDomain()),
			[]string{
				"time 0.9 s 5 15 0 -", "hosts 2 - - - 0 -", "addresses 3 - - - 0 -", "failed 0 - - 0 0 -", "inconclusive 0 - 0 - 0 -",
				"warned 0 - 0 - 0 -", "skipped 0 - - - 0 -", "mx1_4 0.41 s - - 0 -", "mx1_6 0.41 s - - 0 -", "mx2_4 121 s - - 0 -",
			},
		},
		"a certificate that has expired": {
			plugin(t, Critical, Thresholds{Warning: 1500000}, reporttest.EncryptedDomain()),
			[]string{
				"time 0.9 s 0.0015 - 0 -", "hosts 1 - - - 0 -", "addresses 2 - - - 0 -", "failed 1 - - 0 0 -", "inconclusive 0 - 0 - 0 -",
				"warned 0 - 0 - 0 -", "skipped 0 - - - 0 -", "mx1_4 0.41 s - - 0 -", "mx1_cert -3 - - - - -",
			},
		},
		"a list": {
			plugin(t, Critical, Thresholds{}, reporttest.MixedDomain(), reporttest.NoSuchDomain()),
			[]string{
				"time 0.9 s - - 0 -", "domains 2 - - - 0 -", "hosts 3 - - - 0 -", "addresses 2 - - - 0 -", "failed 4 - - 0 0 -",
				"inconclusive 0 - 0 - 0 -", "warned 0 - 0 - 0 -", "skipped 0 - - - 0 -",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, perfdataInPerl(t, tt.output)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestHostilePerfdataInPerl: every value is read, whatever hosts are called.
func TestHostilePerfdataInPerl(t *testing.T) {
	t.Parallel()
	d := reporttest.Domain("fabrikam.test", hostAt(reporttest.Hostile, "192.0.2.1"), hostAt(reporttest.Forged, "192.0.2.1"), hostAt("'a=b' c", "192.0.2.1"))
	got := perfdataInPerl(t, plugin(t, OK, Thresholds{}, d))
	labels := map[string]bool{}
	for _, line := range got {
		labels[strings.Fields(line)[0]] = true
	}
	if want := 7 + 3; len(got) != want || len(labels) != want {
		t.Errorf("%d values with %d labels; want %d:\n%s", len(got), len(labels), want, strings.Join(got, "\n"))
	}
}
