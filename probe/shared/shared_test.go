package shared

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mxprobe/probe/result"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// came is what a session came to, at step 2.
func came(status result.Verdict, reason result.Reason, code int) *result.Check {
	two := 2
	c := &result.Check{Scenario: "ask", Status: status, Reason: reason, Attempts: 1, Steps: []result.Step{
		{Attempt: 1, Number: 1, Status: result.Pass, Code: 250},
		{Attempt: 1, Number: 2, Status: status, Reason: reason, Code: code},
	}}
	if status > result.Pass {
		c.FailedStep = &two
	}
	return c
}

func TestWhatStandsForOthers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		seen []*result.Check // one after the other
		want time.Duration   // how long the last stands, 0 for not at all
	}{
		"a pass":                       {seen: []*result.Check{came(result.Pass, "", 250)}, want: PassFor},
		"a refusal":                    {seen: []*result.Check{came(result.Fail, result.Reply, 550)}},
		"the same refusal again":       {seen: []*result.Check{came(result.Fail, result.Reply, 550), came(result.Fail, result.Reply, 550)}, want: OtherwiseFor},
		"another refusal":              {seen: []*result.Check{came(result.Fail, result.Reply, 550), came(result.Fail, result.Reply, 554)}},
		"a refusal after a pass":       {seen: []*result.Check{came(result.Pass, "", 250), came(result.Fail, result.Reply, 550)}},
		"a pass after refusals":        {seen: []*result.Check{came(result.Fail, result.Reply, 550), came(result.Fail, result.Reply, 550), came(result.Pass, "", 250)}, want: PassFor},
		"refusals with a pass between": {seen: []*result.Check{came(result.Fail, result.Reply, 550), came(result.Pass, "", 250), came(result.Fail, result.Reply, 550)}},
		"a silent address, twice":      {seen: []*result.Check{came(result.Fail, result.Timeout, 0), came(result.Fail, result.Timeout, 0)}, want: OtherwiseFor},
		"a warning, twice":             {seen: []*result.Check{came(result.Warn, result.Slow, 250), came(result.Warn, result.Slow, 250)}, want: OtherwiseFor},
		"refused because of us, twice": {seen: []*result.Check{came(result.Inconclusive, result.Policy, 554), came(result.Inconclusive, result.Policy, 554)}, want: OtherwiseFor},
		"421, twice":                   {seen: []*result.Check{came(result.Inconclusive, result.Temporary, 421), came(result.Inconclusive, result.Temporary, 421)}},
		"a 4xx that counts as failure": {seen: []*result.Check{came(result.Fail, result.Reply, 450), came(result.Fail, result.Reply, 450)}},
		"no route, twice":              {seen: []*result.Check{came(result.Inconclusive, result.NoRoute, 0), came(result.Inconclusive, result.NoRoute, 0)}},
		"interrupted, twice":           {seen: []*result.Check{came(result.Inconclusive, result.Interrupted, 0), came(result.Inconclusive, result.Interrupted, 0)}},
		"out of time, twice":           {seen: []*result.Check{came(result.Inconclusive, result.Deadline, 0), came(result.Inconclusive, result.Deadline, 0)}},
		"nothing begun":                {seen: []*result.Check{{}, {}}},
		"a pass, then out of time":     {seen: []*result.Check{came(result.Pass, "", 250), came(result.Inconclusive, result.Deadline, 0)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r Results
			for _, c := range test.seen {
				r.Seen("key", "one.example", start, c)
			}
			for _, age := range []time.Duration{0, OtherwiseFor - 1, OtherwiseFor, PassFor - 1, PassFor} {
				c, ok := r.Of("key", start.Add(age))
				if ok != (age < test.want) {
					t.Errorf("after %s it stands: %t", age, ok)
				}
				if ok && (c.Shared == nil || c.Shared.Domain != "one.example" || !c.Shared.At.Equal(start)) {
					t.Errorf("it is marked with %+v", c.Shared)
				}
			}
			if _, ok := r.Of("other", start); ok {
				t.Error("it stands for another key")
			}
		})
	}
}

// What has stood for its time is confirmed by one session that comes to the same.
func TestARefusalThatGoesOnIsAskedForOnceAMinute(t *testing.T) {
	t.Parallel()
	var r Results
	asked := 0
	for at := start; at.Before(start.Add(10 * time.Minute)); at = at.Add(time.Second) {
		if _, ok := r.Of("key", at); !ok {
			asked++
			r.Seen("key", "one.example", at, came(result.Fail, result.Timeout, 0))
		}
	}
	if asked != 11 {
		t.Errorf("a dead address was asked %d times in 10 minutes; want 11", asked)
	}
}

func TestNotesOfOneAreNotThoseOfAll(t *testing.T) {
	t.Parallel()
	var r Results
	seen := came(result.Pass, "", 250)
	seen.Notes = append(make([]string, 0, 8), "seen")
	r.Seen("key", "one.example", start, seen)
	one, _ := r.Of("key", start)
	two, _ := r.Of("key", start)
	one.Notes, two.Notes = append(one.Notes, "one"), append(two.Notes, "two")
	if one.Notes[1] != "one" || two.Notes[1] != "two" || seen.Shared != nil {
		t.Errorf("notes %q and %q; the result that was seen is marked with %v", one.Notes, two.Notes, seen.Shared)
	}
}

func TestBoundOfResults(t *testing.T) {
	t.Parallel()
	var r Results
	for i := range 3 * maxResults {
		r.Seen(i, "one.example", start, came(result.Pass, "", 250))
		if _, ok := r.Of(0, start); !ok {
			t.Fatalf("the result used last is gone after %d others", i)
		}
	}
	if n := len(r.byKey); n != maxResults || r.used.Len() != n {
		t.Errorf("%d results are kept, %d in their order; want %d", n, r.used.Len(), maxResults)
	}
	if _, ok := r.Of(1, start); ok {
		t.Error("the oldest is kept")
	}
}

func TestBoundOfBytes(t *testing.T) {
	t.Parallel()
	var r Results
	large := came(result.Pass, "", 250)
	large.Steps[1].Text = []string{strings.Repeat("x", 100_000)}
	for i := range 500 {
		r.Seen(i, "one.example", start, large)
		if r.bytes > maxBytes {
			t.Fatalf("%d bytes are kept after %d", r.bytes, i)
		}
	}
	if n := len(r.byKey); n < maxBytes/110_000 || n > maxBytes/100_000 {
		t.Errorf("%d results of 100,000 bytes are kept", n)
	}
	large.Steps[1].Transcript = []result.Line{{Text: strings.Repeat("y", maxBytes)}}
	r.Seen("too large", "one.example", start, large)
	if _, ok := r.Of("too large", start); ok || len(r.byKey) < 10 {
		t.Error("one result has pushed all others out")
	}
	for i := range 500 {
		r.Seen(i, "one.example", start, &result.Check{}) // nothing stays of it
	}
	if r.bytes != 0 || len(r.byKey) != 0 || !r.Empty() {
		t.Errorf("%d bytes of %d results are left", r.bytes, len(r.byKey))
	}
}

func TestNobodyShares(t *testing.T) {
	t.Parallel()
	var none *Results
	none.Seen("key", "one.example", start, came(result.Pass, "", 250))
	if _, ok := none.Of("key", start); ok || !none.Empty() {
		t.Error("nothing keeps something")
	}
	var r Results
	r.Seen(nil, "one.example", start, came(result.Pass, "", 250))
	if _, ok := r.Of(nil, start); ok {
		t.Error("what has no key is kept")
	}
}

func BenchmarkOf(b *testing.B) {
	var r Results
	for i := range 1000 {
		r.Seen(fmt.Sprint(i), "one.example", start, came(result.Pass, "", 250))
	}
	for b.Loop() {
		r.Of("500", start)
	}
}
