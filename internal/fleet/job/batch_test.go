package job

import (
	"strings"
	"testing"
)

// Every domain is in one batch and no other, in order, and the last batches are
// small.
func TestRanges(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 19, 20, 1000, 6400, 1_000_000} {
		j := &Job{Domains: n, Limits: DefaultLimits()}
		at, count, last := 0, 0, 0
		for number, r := range j.Ranges() {
			if number != count || r.First != at || r.Size < 1 || r.Size > j.Limits.Batch || last > 0 && r.Size > last {
				t.Fatalf("of %d: batch %d is %+v after %d domains in %d", n, number, r, at, count)
			}
			at, count, last = at+r.Size, count+1, r.Size
		}
		if at != n || last != 1 {
			t.Errorf("of %d: %d are in batches, the last of which has %d", n, at, last)
		}
		if n == 1_000_000 && count > 10_500 {
			t.Errorf("a million domains are %d batches", count)
		}
	}
}

func TestVantagesTakeTurns(t *testing.T) {
	t.Parallel()
	v := Vantages{Names: []string{"a", "b", "c"}, Each: 2}
	for batch, want := range []string{"a b", "b c", "a c", "a b"} {
		if got := strings.Join(v.Of(batch), " "); got != want {
			t.Errorf("batch %d is for %q; want %q", batch, got, want)
		}
	}
	v.Each = 3
	if got := strings.Join(v.Of(7), " "); got != "a b c" {
		t.Errorf("all are %q", got)
	}
	if got := strings.Join(new(Vantages).Of(3), " "); got != Any {
		t.Errorf("none is %q", got)
	}
}

func TestDecodeWorkRefuses(t *testing.T) {
	t.Parallel()
	j := sample()
	long := strings.Repeat("x", maxDomain+1)
	for _, tt := range []struct{ data, want string }{
		{`{`, "the batch is not the JSON that it has to be"},
		{`{"format":2,"job":"j1","domains":["a"]}`, "the batch has format 2, and this program knows format 1: the versions of mxprobe-fleet differ"},
		{`{"format":1,"job":"j2\u001b","domains":["a"]}`, `the batch is of the job "j2\x1b"`},
		{`{"format":1,"job":"j1","domains":[]}`, "the batch has 0 domains, not 1 to 100"},
		{`{"format":1,"job":"j1","first":-1,"domains":["a"]}`, "the batch begins at -1, which is beyond the list"},
		{`{"format":1,"job":"j1","first":1000,"domains":["a"]}`, "the batch begins at 1000, which is beyond the list"},
		{`{"format":1,"job":"j1","domains":["` + long + `"]}`, "the batch holds a domain of 1025 bytes"},
		{strings.Repeat(" ", MaxWork+1), "the batch is larger than 512 KiB"},
	} {
		if _, err := j.DecodeWork([]byte(tt.data)); err == nil || err.Error() != tt.want {
			t.Errorf("DecodeWork(%.60s) = %v; want %s", tt.data, err, tt.want)
		}
	}
	w := &Work{Format: Format, Job: j.ID, First: 998, Domains: []string{"a.test", "b.test"}}
	data, err := w.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := j.DecodeWork(data); err != nil || got.First != 998 || len(got.Domains) != 2 {
		t.Errorf("DecodeWork = %+v, %v", got, err)
	}
}

// FuzzDecodeWork reads anything as a batch.
func FuzzDecodeWork(f *testing.F) {
	f.Add([]byte(`{"format":1,"job":"j1","first":5,"domains":["a.test","b.test"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		j := sample()
		w, err := j.DecodeWork(data)
		if err == nil && (w.First < 0 || w.First+len(w.Domains) > j.Domains || len(w.Domains) == 0) {
			t.Errorf("%+v is beyond the list", w)
		}
	})
}
