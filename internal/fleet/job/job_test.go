package job

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a job that is right.
func sample() *Job {
	return &Job{
		Format: Format, ID: "j1", Program: "mxprobe-fleet 1.0", Play: PlayRun, Limits: DefaultLimits(), Domains: 1000,
		Files: []File{{Name: "rcpt.yaml", SHA256: strings.Repeat("0a", 32), Size: 100}},
		Flags: []Flag{{"helo", "probe.example.org"}}, Vantages: Vantages{Names: []string{"fra1", "nyc1"}, Each: 1},
	}
}

func TestJobComesBackAsItWas(t *testing.T) {
	t.Parallel()
	j := sample()
	data, err := j.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(data)
	if err != nil || !cmp.Equal(j, got) {
		t.Errorf("Decode = %v, %s", err, cmp.Diff(j, got))
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Job)
		want   string
	}{
		"name":          {func(j *Job) { j.ID = "a.b" }, "the job has a name that is none"},
		"no domains":    {func(j *Job) { j.Domains = 0 }, "the job has 0 domains, not 1 to 20000000"},
		"too many":      {func(j *Job) { j.Domains = MaxDomains + 1 }, "the job has 20000001 domains, not 1 to 20000000"},
		"play":          {func(j *Job) { j.Play = "rm\x1b" }, `the job asks for "rm\x1b", which is neither run nor check`},
		"nothing":       {func(j *Job) { j.Files = nil }, "a job that runs has scenarios, and one that checks has none"},
		"no hash":       {func(j *Job) { j.Files[0].SHA256 = "../x" }, `the scenario file "rcpt.yaml" has no SHA-256`},
		"large file":    {func(j *Job) { j.Files[0].Size = MaxFile + 1 }, `the scenario file "rcpt.yaml" is larger than 1024 KiB`},
		"name of file":  {func(j *Job) { j.Files[0].Name = "a\nb" }, "scenario file 1 has no name"},
		"long flag":     {func(j *Job) { j.Flags[0].Value = strings.Repeat("x", maxValue+1) }, `the flag "helo" is too long`},
		"each":          {func(j *Job) { j.Vantages.Each = 3 }, "3 vantages of 2 are asked for"},
		"vantage":       {func(j *Job) { j.Vantages.Names[0] = "any" }, `"any" is no vantage, or one twice`},
		"twice":         {func(j *Job) { j.Vantages.Names[1] = "fra1" }, `"fra1" is no vantage, or one twice`},
		"attempts":      {func(j *Job) { j.Limits.Attempts = 0 }, "a job has 1 to 100 attempts, not 0"},
		"batch":         {func(j *Job) { j.Limits.Batch = 1001 }, "a batch has 1 to 1000 domains, not 1001"},
		"lease":         {func(j *Job) { j.Limits.Lease = 1 }, "lease and quiet are times from 1s to 24h0m0s"},
		"other version": {func(j *Job) { j.Format = 7 }, "the job has format 7, and this program knows format 1: the versions of mxprobe-fleet differ"},
	} {
		j := sample()
		tt.change(j)
		if _, err := j.Encode(); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v; want %s", name, err, tt.want)
		}
	}
	_, err := Decode([]byte(`{"format":9,"id":{"new":"shape"}}`))
	if _, ok := errors.AsType[*VersionError](err); !ok {
		t.Errorf("a job of another format, whatever else is in it: %v", err)
	}
	for _, data := range []string{"", "[]", `{"format":1,"id":5}`, `{"format":1}`} {
		if _, err := Decode([]byte(data)); err == nil {
			t.Errorf("Decode(%s) has no error", data)
		}
	}
	if _, err := Decode(make([]byte, MaxStored+1)); err == nil || err.Error() != "the job is larger than 512 KiB" {
		t.Errorf("a large job: %v", err)
	}
}

// FuzzDecode reads anything as a stored job.
func FuzzDecode(f *testing.F) {
	data, err := sample().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		j, err := Decode(data)
		if err != nil {
			return
		}
		n := 0
		for number, r := range j.Ranges() {
			if n++; n > 1000 {
				break
			}
			if r.Size < 1 || len(j.Vantages.Of(number)) == 0 {
				t.Errorf("batch %d is %+v", number, r)
			}
		}
	})
}
