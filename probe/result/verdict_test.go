package result

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

var verdicts = []Verdict{NotRun, Skip, Pass, Warn, Inconclusive, Fail}

// TestWorstVerdictDecides: one failure is a failure whatever else is
// unknown, and what was left out never spoils a pass.
func TestWorstVerdictDecides(t *testing.T) {
	t.Parallel()
	for i, a := range verdicts {
		for j, b := range verdicts {
			if got, want := Worst(a, b), verdicts[max(i, j)]; got != want {
				t.Errorf("Worst(%v, %v) = %v; want %v", a, b, got, want)
			}
		}
	}
	var zero Verdict
	if zero != NotRun {
		t.Errorf("a check that was never made has the verdict %v; want %v", zero, NotRun)
	}
}

func TestVerdictNames(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"not_run", "skip", "pass", "warn", "inconclusive", "fail"} {
		v := verdicts[i]
		text, err := v.MarshalText()
		if v.String() != name || string(text) != name || err != nil {
			t.Errorf("verdict %d: String = %q, MarshalText = %q, %v; want %q", i, v, text, err, name)
		}
		var back Verdict
		if err := back.UnmarshalText([]byte(name)); err != nil || back != v {
			t.Errorf("UnmarshalText(%q) = %v, %v; want %v", name, back, err, v)
		}
	}
}

func TestUnknownVerdictIsAnError(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "PASS", "passed", "pass ", "6", "verdict(6)"} {
		v := Warn
		if err := v.UnmarshalText([]byte(name)); err == nil || v != Warn {
			t.Errorf("UnmarshalText(%q) = %v, %v; want an error and no change", name, v, err)
		}
	}
	bad := Verdict(len(verdicts))
	if text, err := bad.MarshalText(); err == nil {
		t.Errorf("MarshalText of verdict %d = %q; want an error", uint8(bad), text)
	}
	if got := bad.String(); got != "verdict(6)" {
		t.Errorf("String = %q; want verdict(6)", got)
	}
	if _, err := json.Marshal(Step{Status: bad}); err == nil {
		t.Error("a step with a verdict that does not exist is written")
	}
}

func TestCountsAddEveryVerdict(t *testing.T) {
	t.Parallel()
	var c Counts
	for i, v := range verdicts {
		for range i + 1 {
			c.Add(v)
		}
	}
	c.Add(Verdict(99)) // counts nowhere
	for i, v := range verdicts {
		if c.Of(v) != i+1 {
			t.Errorf("%v was counted %d times; want %d", v, c.Of(v), i+1)
		}
	}
	if c.Total() != 21 || c.Of(Verdict(99)) != 0 {
		t.Errorf("%d were counted, %d of no verdict; want 21 and 0", c.Total(), c.Of(Verdict(99)))
	}
	if want := (Counts{NotRun: 1, Skip: 2, Pass: 3, Warn: 4, Inconclusive: 5, Fail: 6}); c != want {
		t.Errorf("counts = %+v; want %+v", c, want)
	}
}

// TestOursAreFaultsOfTheProber: the plugin's UNKNOWN hangs on it.
func TestOursAreFaultsOfTheProber(t *testing.T) {
	t.Parallel()
	ours := map[Reason]bool{
		None: false, Reply: false, Refused: false, Unreachable: false, Timeout: false, Reset: false, EOF: false, Protocol: false,
		TLS: false, Slow: false, DNS: false, NullMX: false, Regression: false, Condition: false, Temporary: false,
		Policy: true, NoRoute: true, Resolver: true, Local: true, Deadline: true, Interrupted: true, Reason("unheard of"): false,
	}
	for r, want := range ours {
		if got := r.Ours(); got != want {
			t.Errorf("%q.Ours() = %v; want %v", r, got, want)
		}
	}
}

func TestMillis(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0"},
		{41 * time.Millisecond, "41"},
		{41*time.Millisecond + 500*time.Microsecond, "41.5"},
		{time.Microsecond, "0.001"},
		{999 * time.Nanosecond, "0"},
		{2*time.Minute + time.Second, "121000"},
		{-1500 * time.Microsecond, "-1.5"},
		{100 * time.Hour, "360000000"},
	} {
		got, err := json.Marshal(Millis(tt.d))
		if err != nil || string(got) != tt.want {
			t.Errorf("Millis(%v) = %s, %v; want %s", tt.d, got, err, tt.want)
		}
		var back Millis
		if err := json.Unmarshal(got, &back); err != nil || back.Duration() != tt.d.Truncate(time.Microsecond) {
			t.Errorf("%s is read as %v, %v; want %v", got, back.Duration(), err, tt.d.Truncate(time.Microsecond))
		}
	}
}

// TestMillisSurviveEveryMicrosecond: a fraction times a million is not
// always a whole number in binary, and a cut lost a microsecond.
func TestMillisSurviveEveryMicrosecond(t *testing.T) {
	t.Parallel()
	for us := range int64(20_000) {
		for _, m := range []Millis{Millis(us) * 1000, Millis(us+math.MaxInt32) * 1000} {
			b, err := m.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			var back Millis
			if err := back.UnmarshalJSON(b); err != nil || back != m {
				t.Fatalf("%v is written as %s and read as %v, %v", m.Duration(), b, back.Duration(), err)
			}
		}
	}
}

func TestMillisRefuseWhatIsNoTime(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`"41"`, `true`, `{}`, `[]`, `1e300`, `-1e300`, `1e400`, `9e15`} {
		m := Millis(7)
		if err := json.Unmarshal([]byte(in), &m); err == nil || m != 7 {
			t.Errorf("%s is read as %v, %v; want an error and no change", in, m.Duration(), err)
		}
	}
	m := Millis(7)
	if err := json.Unmarshal([]byte("null"), &m); err != nil || m != 7 {
		t.Errorf("null is read as %v, %v; want no change", m.Duration(), err)
	}
}
