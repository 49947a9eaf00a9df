package job

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mxprobe/scenarios"
)

// someFlags knows two flags.
func someFlags() Flags {
	return Flags{
		Name: func(play, name string) error {
			if play == PlayRun && (name == "helo" || name == "port" || name == "only" || name == "insecure") {
				return nil
			}
			return fmt.Errorf("%s has no flag %s", play, name)
		},
		Value: func(_, name, value string) error {
			if name == "port" && strings.Trim(value, "0123456789") != "" {
				return fmt.Errorf("%q is not a port", value)
			}
			return nil
		},
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := Parse("job.yaml", []byte(`version: 1
run: [rcpt.yaml, "@starttls"]
flags:
  helo: probe.example.org
  port: 2525
  only: [mx1.*, "mx2.*"]
  insecure: true
vantages: {names: [fra1, nyc1, sin1], each: 2}
limits: {batch: 10, attempts: 3, lease: 30s, quiet: 1h}
`), someFlags())
	want := &Job{
		Format: 1, Play: PlayRun, Files: []File{{Name: "rcpt.yaml"}, {Name: "@starttls"}},
		Flags:    []Flag{{"helo", "probe.example.org"}, {"port", "2525"}, {"only", "mx1.*"}, {"only", "mx2.*"}, {"insecure", "true"}},
		Vantages: Vantages{Names: []string{"fra1", "nyc1", "sin1"}, Each: 2},
		Limits:   Limits{Attempts: 3, Batch: 10, Lease: 30 * time.Second, Quiet: time.Hour},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	got, err = Parse("job.yaml", []byte("version: 1\ncheck: true\nvantages: {names: [fra1, nyc1]}\n"), someFlags())
	if err != nil || got.Play != PlayCheck || got.Vantages.Each != 2 || got.Limits != DefaultLimits() {
		t.Errorf("%v, %+v", err, got)
	}
}

// Every mistake is told with its place, and none hides another.
func TestParseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ src, want string }{
		"empty":        {"", "1:1 the file is empty; a job has at least version: 1, and run: or check:"},
		"no YAML":      {"version: 1\nrun: [a\n", "1:1 did not find expected ',' or ']'"},
		"no version":   {"run: a.yaml\n", "1:1 there is no version; a job begins with version: 1"},
		"version":      {"version: 2\nruns: x\nwhat: y\n", `1:10 this is version "2" of the format, and this program knows version 1`},
		"key":          {"version: 1\nrun: a\nvantage: b\n", `3:1 unknown key "vantage" in a job (did you mean "vantages"?); there are version, run, check, flags, vantages, limits`},
		"nothing":      {"version: 1\n", "1:1 nothing is asked for: write run: and scenarios, or check: true"},
		"both":         {"version: 1\nrun: a\ncheck: true\n", "3:1 a job runs scenarios or checks domains: run stands on line 2 already"},
		"check":        {"version: 1\ncheck: quick\n", `2:8 expected true, found "quick"; what is looked at stands under flags:`},
		"flag":         {"version: 1\nrun: a\nflags: {helo: b, journal: c}\n", "3:18 run has no flag journal"},
		"value":        {"version: 1\nrun: a\nflags:\n  port: [25, smtp]\n", `4:14 port: "smtp" is not a port`},
		"no value":     {"version: 1\nrun: a\nflags:\n  helo:\n", "4:8 expected text, found nothing"},
		"twice":        {"version: 1\nrun: a\nflags: {helo: b, helo: c}\n", "3:18 helo stands already on line 3"},
		"alias":        {"version: 1\nrun: &a [x]\nflags: *a\n", "3:8 aliases are not used in jobs"},
		"vantage":      {"version: 1\nrun: a\nvantages: {names: [fra1, FRA, any, fra1]}\n", "3:26 \"FRA\" is not a vantage: up to 24 small letters, digits and hyphens, and not any\n3:31 \"any\" is not a vantage: up to 24 small letters, digits and hyphens, and not any\n3:36 fra1 is named twice"},
		"each":         {"version: 1\nrun: a\nvantages: {names: [a, b], each: 3}\n", `3:33 each: expected all, or a number from 1 to 2, found "3"`},
		"no names":     {"version: 1\nrun: a\nvantages: {each: all}\n", "3:11 vantages: without names: leave it out, and any worker will do"},
		"limits":       {"version: 1\nrun: a\nlimits: {batch: 0, lease: 5, quiet: 2d}\n", "3:17 expected a number from 1 to 1000, found \"0\"\n3:27 expected a time from 1s to 24h, found \"5\"\n3:37 expected a time from 1s to 24h, found \"2d\""},
		"two jobs":     {"version: 1\nrun: a\n---\nversion: 1\n", "3:1 a file holds one job"},
		"a list":       {"- version: 1\n", "1:1 a job: expected a map, found a list"},
		"Latin-1":      {"version: 1\nrun: \xe4\n", "1:1 the file is not in UTF-8"},
		"large":        {"version: 1\n#" + strings.Repeat("x", MaxSource), "1:1 the file is larger than 256 KiB"},
		"long value":   {"version: 1\nrun: a\nflags:\n  helo: " + strings.Repeat("x", maxValue+1), "4:9 the value is longer than 4096 bytes"},
		"a deep value": {"version: 1\nrun: a\nflags:\n  helo: {a: b}\n", "4:9 expected text, found a map"},
	} {
		_, err := Parse("job.yaml", []byte(tt.src), someFlags())
		problems, _ := errors.AsType[scenarios.Problems](err)
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Pos.Line, p.Pos.Col, p.Message))
		}
		if text := strings.Join(got, "\n"); text != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, text, tt.want)
		}
	}
}

// FuzzParse reads anything as a job.
func FuzzParse(f *testing.F) {
	f.Add("version: 1\nrun: [a.yaml]\nflags: {helo: a, only: [b, c]}\nvantages: {names: [x, y], each: 1}\nlimits: {batch: 5, lease: 2s}\n")
	f.Add("version: 1\ncheck: true\n")
	f.Add("version: 1\nrun: &a [*a]\n")
	f.Fuzz(func(t *testing.T, src string) {
		j, err := Parse("job.yaml", []byte(src), someFlags())
		problems, _ := errors.AsType[scenarios.Problems](err)
		if err != nil {
			if len(problems) == 0 || slices.ContainsFunc(problems, func(p scenarios.Problem) bool { return p.Message == "" || p.Pos.Line < 1 || p.Pos.Col < 1 }) {
				t.Errorf("%v", err)
			}
			_ = problems.Error()
			return
		}
		j.ID, j.Domains = "x", 1
		for i := range j.Files {
			j.Files[i].SHA256 = strings.Repeat("0", 64)
		}
		if err := j.Valid(); err != nil && !strings.Contains(err.Error(), "name") {
			t.Errorf("what was read is no job: %v", err)
		}
	})
}
