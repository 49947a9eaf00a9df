package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

const ms = result.Millis(time.Millisecond)

// writes keeps what each Write was given.
type writes struct{ all []string }

func (w *writes) Write(b []byte) (int, error) {
	w.all = append(w.all, string(b))
	return len(b), nil
}

// TestEventsAsDocumented compares with the lines of the manual: the order
// of the members is part of what people read.
func TestEventsAsDocumented(t *testing.T) {
	t.Parallel()
	var out writes
	j := NewJSONL(&out)
	at := Place{Domain: "example.org", Host: "mx1.example.org", Preference: 10, IP: netip.MustParseAddr("192.0.2.10"), Port: 25}
	_ = j.Routed(&result.Domain{Domain: "example.org", Origin: "mx", DNSMillis: 12 * ms, Hosts: []result.Host{
		{Name: "mx1.example.org", Preference: 10, Addresses: []result.Address{{IP: "192.0.2.10"}, {IP: "2001:db8::10"}}},
		{Name: "mx2.example.org", Preference: 20, Status: result.Fail, Reason: result.DNS, Message: "no such name"},
	}})
	_ = j.Stepped(at, "bad sender is refused", &result.Step{
		Attempt: 1, Number: 3, Name: "refused at RCPT at the latest", Sent: "RCPT TO:<postmaster@example.org>", Status: result.Fail,
		Reason: result.Reply, Message: "expected 5xx, got 250 2.1.5 Ok", Want: "5xx", Code: 250, Enhanced: "2.1.5", Text: []string{"2.1.5 Ok"},
		Millis: 41 * ms, File: "bad-sender.yaml", Line: 9, Col: 13,
	})
	_ = j.Checked(at, &result.Check{
		Scenario: "bad sender is refused", Status: result.Fail, Reason: result.Reply, FailedStep: ptr(3), StepCount: 3, Attempts: 1, Millis: 301 * ms,
	})
	_ = j.Domain(&result.Domain{Domain: "example.org", Origin: "null", Status: result.Pass, DNSMillis: 1 * ms, Millis: 2 * ms})
	_ = j.End(&result.End{Status: result.Fail, Exit: 1, Dialogues: result.Counts{Pass: 2, Fail: 1}, Steps: result.Counts{Pass: 12, Fail: 1, NotRun: 2}, Millis: 900 * ms})
	want := []string{
		`{"v":1,"type":"mx","domain":"example.org","origin":"mx","ms":12,"hosts":[{"pref":10,"name":"mx1.example.org","ips":["192.0.2.10","2001:db8::10"]},{"pref":20,"name":"mx2.example.org","ips":[],"reason":"dns","message":"no such name"}]}`,
		`{"v":1,"type":"step","scenario":"bad sender is refused","domain":"example.org","mx":"mx1.example.org","ip":"192.0.2.10","port":25,"attempt":1,"step":3,"name":"refused at RCPT at the latest","sent":"RCPT TO:<postmaster@example.org>","status":"fail","reason":"reply","message":"expected 5xx, got 250 2.1.5 Ok","want":"5xx","code":250,"enhanced":"2.1.5","text":["2.1.5 Ok"],"ms":41,"file":"bad-sender.yaml","line":9,"col":13}`,
		`{"v":1,"type":"check","scenario":"bad sender is refused","domain":"example.org","mx":"mx1.example.org","ip":"192.0.2.10","port":25,"pref":10,"status":"fail","reason":"reply","failed_step":3,"step_count":3,"attempts":1,"tls":null,"ms":301}`,
		`{"v":1,"type":"domain","domain":"example.org","origin":"null","status":"pass","dns_ms":1,"hosts":[],"ms":2}`,
		`{"v":1,"type":"end","status":"fail","exit":1,"dialogues":{"pass":2,"warn":0,"fail":1,"inconclusive":0,"skip":0,"not_run":0},"steps":{"pass":12,"warn":0,"fail":1,"inconclusive":0,"skip":0,"not_run":2},"ms":900}`,
	}
	for i := range want {
		if i >= len(out.all) || out.all[i] != want[i]+"\n" {
			t.Errorf("write %d = %s; want %s", i, strings.Join(out.all[min(i, len(out.all)):min(i+1, len(out.all))], ""), want[i])
		}
	}
}

// An address stands in an event as everywhere else, and a zone of it, which is
// text from elsewhere, is as harmless as that.
func TestAddressesInEvents(t *testing.T) {
	t.Parallel()
	for ip, want := range map[netip.Addr]string{
		{}:                                      "",
		netip.MustParseAddr("192.0.2.1"):        "192.0.2.1",
		netip.MustParseAddr("2001:db8::25"):     "2001:db8::25",
		netip.MustParseAddr("::ffff:192.0.2.1"): "::ffff:192.0.2.1",
		netip.IPv6LinkLocalAllNodes().WithZone("a\"\x1b\n"): "ff02::1%a\"\x1b\n",
	} {
		var out bytes.Buffer
		_ = NewJSONL(&out).Checked(Place{IP: ip}, &result.Check{})
		var event struct{ IP *string }
		if err := json.Unmarshal(out.Bytes(), &event); err != nil || event.IP == nil || *event.IP != want || bytes.ContainsRune(out.Bytes(), '\x1b') {
			t.Errorf("the address %q is written as %s (%v)", want, out.Bytes(), err)
		}
	}
}

// TestHostileEventsAreOneLineEach: nothing a server says can end a line,
// begin another event or reach a terminal.
func TestHostileEventsAreOneLineEach(t *testing.T) {
	t.Parallel()
	run := reporttest.Run(*reporttest.HostileDomain())
	for _, line := range events(t, run) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if !json.Valid(line) || !harmless(line) {
			t.Errorf("not a harmless line: %q", line)
		}
	}
	for line := range strings.Lines(string(document(t, run))) {
		if !harmless([]byte(strings.TrimSuffix(line, "\n"))) {
			t.Errorf("not a harmless line: %q", line)
		}
	}
}

// TestEventsFromManyGoroutines: events of different sessions never mix in a
// line.
func TestEventsFromManyGoroutines(t *testing.T) {
	t.Parallel()
	var out writes
	j := NewJSONL(&out)
	d := reporttest.MixedDomain()
	step := reporttest.Failed("mx1").Steps[3]
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				_ = j.Stepped(Place{}, "s", &step)
				_ = j.Domain(d)
			}
		})
	}
	all.Wait()
	if len(out.all) != 800 {
		t.Errorf("%d writes; want 800", len(out.all))
	}
	for _, line := range out.all {
		if !json.Valid([]byte(line)) || strings.Count(line, "\n") != 1 {
			t.Fatalf("not one line of JSON: %q", line)
		}
	}
}

// broken fails from its second write on and then recovers, which nobody may
// take for a whole report.
type broken struct{ n int }

var errFull = errors.New("disk full")

func (b *broken) Write(p []byte) (int, error) {
	b.n++
	if b.n == 2 {
		return 0, errFull
	}
	return len(p), nil
}

func TestErrorsOfTheWriterStay(t *testing.T) {
	t.Parallel()
	d := reporttest.MixedDomain()
	for name, start := range map[string]func(io.Writer) (func() error, func() error){
		"text": func(w io.Writer) (func() error, func() error) {
			x := NewText(w, Options{})
			return func() error { return x.Domain(d) }, func() error { return x.End(reporttest.EndOf(d)) }
		},
		"json": func(w io.Writer) (func() error, func() error) {
			x := NewJSON(w, reporttest.Run())
			return func() error { return x.Domain(d) }, func() error { return x.End(reporttest.EndOf(d)) }
		},
		"jsonl": func(w io.Writer) (func() error, func() error) {
			x := NewJSONL(w)
			return func() error { return x.Domain(d) }, func() error { return x.End(reporttest.EndOf(d)) }
		},
	} {
		w := &broken{}
		domain, end := start(w)
		if err := domain(); err != nil {
			t.Errorf("%s: first write: %v", name, err)
		}
		for _, step := range []func() error{domain, domain, end} {
			if err := step(); !errors.Is(err, errFull) {
				t.Errorf("%s: error = %v; want %v", name, err, errFull)
			}
		}
		if w.n != 2 {
			t.Errorf("%s: %d writes; want none after the one that failed", name, w.n)
		}
	}
}

// TestEventCostsNoAllocation: a list of a million domains writes several
// million of these.
func TestEventCostsNoAllocation(t *testing.T) {
	j := NewJSONL(io.Discard)
	step := reporttest.Passed("basic send", "mx1.fabrikam.test").Steps[3]
	at := Place{Domain: "fabrikam.test", Host: "mx1.fabrikam.test", Preference: 10, IP: netip.MustParseAddr("192.0.2.10"), Port: 25}
	if got := testing.AllocsPerRun(100, func() { _ = j.Stepped(at, "basic send", &step) }); got > 0 {
		t.Errorf("an event costs %v allocations; want none", got)
	}
}

func BenchmarkStepEvent(b *testing.B) {
	step := reporttest.Passed("basic send", "mx1.fabrikam.test").Steps[3]
	at := Place{Domain: "fabrikam.test", Host: "mx1.fabrikam.test", Preference: 10, IP: netip.MustParseAddr("192.0.2.10"), Port: 25}
	j := NewJSONL(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		_ = j.Stepped(at, "basic send", &step)
	}
}

// BenchmarkStepEncodingJSON is what BenchmarkStepEvent is measured against.
func BenchmarkStepEncodingJSON(b *testing.B) {
	step := reporttest.Passed("basic send", "mx1.fabrikam.test").Steps[3]
	step.Transcript = nil
	e := json.NewEncoder(io.Discard)
	e.SetEscapeHTML(false)
	b.ReportAllocs()
	for b.Loop() {
		_ = e.Encode(&step)
	}
}

func BenchmarkTextOneLine(b *testing.B) {
	d := reporttest.PassingDomain()
	w := NewText(io.Discard, Options{List: true})
	b.ReportAllocs()
	for b.Loop() {
		_ = w.Domain(d)
	}
}
