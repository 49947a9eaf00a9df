package manners

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestGrantNeverGivesWhatIsTaken plays workers that ask in any order, and want now
// more and now less.
func TestGrantNeverGivesWhatIsTaken(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		total, workers := 1+r.IntN(20), 1+r.IntN(12)
		rec := &record{V: version}
		demand := make([]int, workers)
		for i := range workers {
			rec.Workers = append(rec.Workers, claim{ID: string(rune('a' + i))})
		}
		for range 400 {
			i := r.IntN(workers)
			if r.IntN(10) == 0 {
				demand[i] = r.IntN(2 * total)
			}
			got := rec.grant(i, total, demand[i])
			rec.Workers[i].Units, rec.Workers[i].Wants = got, demand[i] > got
			if sum := rec.taken(-1); sum > total || got > demand[i] {
				t.Fatalf("seed %d: %d of %d are taken, %d granted to who could use %d", seed, sum, total, got, demand[i])
			}
		}
		settles(t, seed, rec, total, demand)
	}
}

// settles plays on until nothing changes, and looks that nobody has nothing while
// another has more than one.
func settles(t *testing.T, seed uint64, rec *record, total int, demand []int) {
	t.Helper()
	for range 100 {
		for i := range rec.Workers {
			rec.Workers[i].Units = rec.grant(i, total, demand[i])
			rec.Workers[i].Wants = demand[i] > rec.Workers[i].Units
		}
	}
	rich, poor, unused := 0, 0, total-rec.taken(-1)
	for i, c := range rec.Workers {
		if c.Units > 1 {
			rich++
		}
		if c.Units == 0 && demand[i] > 0 {
			poor++
		}
	}
	if rich > 0 && poor > 0 {
		t.Errorf("seed %d: of %d, %+v for the demand %v", seed, total, rec.Workers, demand)
	}
	if wants := rec.othersWant(-1); wants && unused > 0 && poor > 0 {
		t.Errorf("seed %d: %d of %d are free, and yet %+v", seed, unused, total, rec.Workers)
	}
}

func TestStrangeRecords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"v":2,"w":[]}`:                      "it has the format 2, and this worker knows 1",
		`[]`:                                  "it is no JSON of this kind",
		`{"v":1,"w":[{"i":"","n":1}]}`:        "has no name",
		`{"v":1,"w":[{"i":"a","n":-1}]}`:      "holds what nobody can",
		`{"v":1,"w":[{"i":"a","n":9999999}]}`: "holds what nobody can",
		strings.Repeat(" ", maxRecord+1):      "262144 are the most",
	} {
		if _, err := decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v; want %q", text, err, want)
		}
	}
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, name := range []string{"google.com", "[192.0.2.1]", "[ipv6:2001:db8::1]", "a b", "", ".", "a..b", "x*.test", ">", "größe.example", strings.Repeat("x", 300), "=clock", "$SYS"} {
		k := keyOf(name)
		if strings.ContainsAny(k, " *>[]:$") || k == "" || k == clockKey || len(k) > maxKey || strings.HasSuffix(k, ".") || strings.HasPrefix(k, ".") {
			t.Errorf("%q has the key %q", name, k)
		}
		if other, had := seen[k]; had {
			t.Errorf("%q and %q have one key", name, other)
		}
		seen[k] = name
	}
	if keyOf("google.com") != "google.com" {
		t.Error("a plain name is not its own key")
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"v":1,"w":[{"i":"a","n":2,"q":true,"b":7},{"i":"b","b":1}]}`), []byte(`{"v":1,"p":"a.test","r":2,"w":30000}`))
	f.Fuzz(func(t *testing.T, value, asked []byte) {
		if r, err := decode(value); err == nil {
			for i := range r.Workers {
				if got := r.grant(i, 8, 5); got < 0 || got > 5 {
					t.Errorf("%d units are granted to who wants 5 of 8", got)
				}
			}
			r.crowded(8)
		}
		if a, err := decodeAsking(asked); err == nil && (a.Wait < 0 || a.Wait > forgetTime.Milliseconds() || a.Refusals < 1) {
			t.Errorf("%+v is out of bounds", a)
		}
	})
}
