package html

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

const ms = result.Millis(time.Millisecond)

// told writes phases as "attempt kind name start+took", in milliseconds.
func told(phases []phase) string {
	var b strings.Builder
	for i := range phases {
		p := &phases[i]
		fmt.Fprintf(&b, "%d %s %s %d+%d", p.attempt, p.kind, p.name, p.start.Milliseconds(), p.took.Milliseconds())
		if !p.placed {
			b.WriteString(" not run")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestPhases(t *testing.T) {
	t.Parallel()
	line := func(from string, at result.Millis) result.Line {
		return result.Line{From: from, Text: "x", Millis: at * ms}
	}
	for _, tt := range []struct {
		name string
		dns  result.Millis
		c    result.Check
		want string
	}{
		{"nothing was played", 5 * ms, result.Check{}, ""},
		{
			"without a transcript steps follow one another", 5 * ms,
			result.Check{ConnectMillis: 10 * ms, Millis: 70 * ms, Steps: []result.Step{
				{Attempt: 1, Name: "greeting", Status: result.Pass, Millis: 20 * ms},
				{Attempt: 1, Number: 1, Name: "EHLO", Status: result.Pass, Millis: 30 * ms},
				{Attempt: 1, Number: 2, Name: "MAIL", Status: result.NotRun},
			}},
			"1 lookup DNS look-up 0+5\n1 connect connect 0+10\n1 step greeting 10+20\n1 step EHLO 30+30\n1 step MAIL 60+0 not run\n",
		},
		{
			"a transcript is exact", 0,
			result.Check{ConnectMillis: 10 * ms, Steps: []result.Step{
				{Attempt: 1, Name: "greeting", Status: result.Pass, Millis: 20 * ms, Transcript: []result.Line{line("S", 31)}},
				{Attempt: 1, Number: 1, Name: "EHLO", Status: result.Pass, Millis: 9 * ms, Transcript: []result.Line{line("C", 50), line("S", 60), line("S", 61)}},
			}},
			"1 connect connect 0+10\n1 step greeting 11+20\n1 step EHLO 50+11\n",
		},
		{
			"nobody took the connection", 0,
			result.Check{Steps: []result.Step{{Attempt: 1, Name: "connect", Status: result.Fail, Millis: 10_000 * ms, Transcript: []result.Line{line("-", 10_000)}}}},
			"1 connect connect 0+10000\n",
		},
		{
			"STARTTLS and its handshake", 0,
			result.Check{TLS: &result.TLSState{}, Steps: []result.Step{
				{Attempt: 1, Number: 2, Name: "starttls", Sent: "STARTTLS", Status: result.Pass, Millis: 50 * ms, Transcript: []result.Line{line("C", 10), line("S", 30), line("-", 60)}},
			}},
			"1 step starttls 10+20\n1 tls TLS handshake 30+30\n",
		},
		{
			"TLS from the first byte", 0,
			result.Check{ConnectMillis: 10 * ms, TLS: &result.TLSState{Implicit: true}, Steps: []result.Step{
				{Attempt: 1, Name: "greeting", Status: result.Pass, Millis: 20 * ms, Transcript: []result.Line{line("-", 40), line("S", 60)}},
			}},
			"1 connect connect 0+10\n1 tls TLS handshake 10+30\n1 step greeting 40+20\n",
		},
		{
			"the wait between two attempts is what is left of the time", 0,
			result.Check{Attempts: 2, ConnectMillis: 10 * ms, Millis: 1030 * ms, Steps: []result.Step{
				{Attempt: 1, Name: "greeting", Status: result.Inconclusive, Millis: 10 * ms},
				{Attempt: 2, Name: "greeting", Status: result.Pass, Millis: 10 * ms},
			}},
			"1 step greeting 0+10\n2 wait waited 0+1000\n2 connect connect 0+10\n2 step greeting 10+10\n",
		},
		{
			"of several waits only the sum is known", 0,
			result.Check{Attempts: 3, Millis: 630 * ms, Steps: []result.Step{
				{Attempt: 1, Name: "a", Status: result.Inconclusive, Millis: 10 * ms},
				{Attempt: 2, Name: "b", Status: result.Inconclusive, Millis: 10 * ms},
				{Attempt: 3, Name: "c", Status: result.Pass, Millis: 10 * ms},
			}},
			"1 step a 0+10\n2 wait waited (0.60s in all) 0+0\n2 step b 0+10\n3 wait waited (0.60s in all) 0+0\n3 step c 0+10\n",
		},
	} {
		if got := told(phasesOf(&result.Domain{DNSMillis: tt.dns}, &tt.c)); got != tt.want {
			t.Errorf("%s:\n%swant:\n%s", tt.name, got, tt.want)
		}
	}
}

// TestBarsStayInTheDrawing: whatever times are in a result, each bar lies
// between the two ends and can be seen.
func TestBarsStayInTheDrawing(t *testing.T) {
	t.Parallel()
	strange := reporttest.Passed("strange", "mx")
	strange.Millis, strange.ConnectMillis = -5*ms, -1*ms
	for i := range strange.Steps {
		strange.Steps[i].Millis = result.Millis(1<<62) * result.Millis(1-2*(i%2))
	}
	long := reporttest.Passed("long", "mx")
	for range 5 * maxBars {
		long.Steps = append(long.Steps, long.Steps[2])
	}
	for _, c := range []result.Check{
		strange, long, reporttest.Greylisted("mx"), reporttest.Unanswered(), {Steps: []result.Step{{Attempt: 1, Status: result.Pass}}},
	} {
		v := timelineOf(reporttest.PassingDomain(), &c, "x")
		if len(v.Bars) == 0 || len(v.Bars) > maxBars || len(v.Rows) > maxLines {
			t.Errorf("%s: %d bars, %d rows", c.Scenario, len(v.Bars), len(v.Rows))
		}
		for _, b := range v.Bars {
			if b.Wait {
				continue
			}
			x, w := fraction(t, b.X), fraction(t, b.W)
			if x < 0 || w <= 0 || x+w > 100.01 {
				t.Errorf("%s: a bar from %s with a width of %s", c.Scenario, b.X, b.W)
			}
		}
	}
}

func fraction(t *testing.T, percent string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(strings.TrimSuffix(percent, "%"), 64)
	if err != nil {
		t.Error(err)
	}
	return f
}
