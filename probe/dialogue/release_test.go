package dialogue

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// parrot is a server in the same goroutine: it repeats what it is told.
type parrot struct {
	net.Conn // no method of it is called
	out      bytes.Buffer
	data     bool
}

func (p *parrot) Read(b []byte) (int, error)  { return p.out.Read(b) }
func (p *parrot) SetDeadline(time.Time) error { return nil }
func (p *parrot) Close() error                { return nil }

func (p *parrot) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		switch {
		case p.data && string(line) != ".\r\n":
			continue
		case bytes.HasPrefix(line, []byte("EHLO")):
			_, _ = io.WriteString(&p.out, "250-mx\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n")
			continue
		case bytes.HasPrefix(line, []byte("QUIT")):
			_, _ = io.WriteString(&p.out, "221 2.0.0 bye\r\n")
			continue
		case bytes.HasPrefix(line, []byte("AUTH")):
			_, _ = io.WriteString(&p.out, "235 2.7.0 ")
		case bytes.HasPrefix(line, []byte("DATA")):
			p.data = true
			_, _ = io.WriteString(&p.out, "354 go on ")
			_, _ = p.out.Write(line)
			continue
		default:
			p.data = false
			_, _ = io.WriteString(&p.out, "250 2.0.0 ")
		}
		_, _ = p.out.Write(line)
	}
	return len(b), nil
}

func (p *parrot) DialContext(context.Context, string, string) (net.Conn, error) {
	*p = parrot{}
	p.out.WriteString("220 mx ESMTP\r\n")
	return p, nil
}

// parroted is a dialogue with a parrot.
func parroted(t testing.TB, src string) (*Dialogue, probe.Target) {
	t.Helper()
	parsed, err := (&scenarios.Loader{}).Parse(t.Context(), "test.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	getenv := func(string) (string, bool) { return "canary-secret", true }
	run := NewRun(&Settings{Dialer: &parrot{}, HELO: "probe.example.net", From: "probe@example.net", To: "canary@${domain}", RunID: "run1", Getenv: getenv})
	d, err := New(t.Context(), parsed[0], run)
	if err != nil {
		t.Fatal(err)
	}
	return d, probe.Target{Domain: "canary.example.test", Host: "mx1.canary.example.test", IP: netip.MustParseAddr("192.0.2.10"), Port: 25}
}

// find returns where in a value a text is, however far away, to the end of every
// buffer and not only of what is in use of it. What a session shares with all of
// its dialogue does not count.
func find(v reflect.Value, text, path string, seen map[uintptr]bool) string {
	switch v.Kind() {
	case reflect.String:
		if strings.Contains(v.String(), text) {
			return path
		}
	case reflect.Pointer:
		switch v.Type() {
		case reflect.TypeFor[*Run](), reflect.TypeFor[*scenarios.Scenario](), reflect.TypeFor[*Dialogue]():
			return ""
		}
		if v.IsNil() || seen[v.Pointer()] {
			return ""
		}
		seen[v.Pointer()] = true
		return find(v.Elem(), text, path, seen)
	case reflect.Interface:
		return find(v.Elem(), text, path, seen)
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Type() == reflect.TypeFor[scenarios.Bindings]() && (name == "Secrets" || name == "Overrides") {
				continue
			}
			if at := find(v.Field(i), text, path+"."+name, seen); at != "" {
				return at
			}
		}
	case reflect.Slice:
		v = v.Slice(0, v.Cap())
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if bytes.Contains(v.Bytes(), []byte(text)) {
				return path
			}
			return ""
		}
		fallthrough
	case reflect.Array:
		var b []byte
		for i := range v.Len() {
			if e := v.Index(i); e.Kind() == reflect.Uint8 {
				b = append(b, byte(e.Uint()))
			} else if at := find(e, text, path+"[]", seen); at != "" {
				return at
			}
		}
		if bytes.Contains(b, []byte(text)) {
			return path
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if at := find(k, text, path+"[key]", seen) + find(v.MapIndex(k), text, path+"[]", seen); at != "" {
				return at
			}
		}
	}
	return ""
}

const talkative = `name: talkative
secrets: {pw: {env: PW}}
steps:
  - {send: "EHLO ${helo}", capture: {said: /(.+)/}}
  - {auth: PLAIN, user: canary, password: "${pw}", allow_clear: true}
  - {send: "NOOP ${pw}", capture: {secret: /(.+)/}}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<${to}>", name: "canary ${domain}"}
  - message: |
      Subject: canary ${pw}

      ${secret}
  - {send: "VRFY canary", expect: 5xx}
`

// What a session leaves to the next one is memory, and nothing of what was said
// in it or of who said it: no name, no reply, no capture, no secret.
func TestReleasedSessionHoldsNothing(t *testing.T) {
	d, target := parroted(t, talkative)
	for range 20 {
		trial := d.Start(target, nil)
		trial.Play(t.Context())
		c := trial.Result()
		if c.Status != result.Fail || c.FailedStep == nil || *c.FailedStep != 7 {
			t.Fatalf("the dialogue ends with %v: %s", c.Status, c.Message)
		}
		left, ok := d.sessions.Get().(*session)
		if !ok {
			continue // the pool may let go of what it has
		}
		for _, text := range []string{"canary", "secret", "192.0.2.10", "mx ESMTP", "2.0.0", "PIPELINING", "EHLO"} {
			if at := find(reflect.ValueOf(left).Elem(), text, "session", map[uintptr]bool{}); at != "" {
				t.Errorf("%q is still in %s", text, at)
			}
		}
		if left.trial != nil || left.ctx != nil || left.record != nil || left.over || left.peer.Ip.IsValid() || left.line.Ctx != nil {
			t.Errorf("something of the session is left: %+v", left)
		}
		return
	}
	t.Error("no session was left in the pool")
}

// A connection that somebody goes on with takes its session out of the pool.
func TestSessionInUseIsNotReleased(t *testing.T) {
	t.Parallel()
	d, target := parroted(t, "name: x\nsteps: [NOOP]\n")
	one, _ := d.Start(target, nil).(*trial)
	s := newSession(t.Context(), one)
	s.line.Open(&parrot{}, s.record)
	conn := s.line.Conn
	s.release()
	if s.line.Conn != conn || s.trial != one {
		t.Error("a session was forgotten while its connection is open")
	}
	s.line.Close()
	if s.release(); s.line.Conn != nil || s.trial != nil {
		t.Error("a session was not forgotten that is over")
	}
}

// Most of what a session needs it has from the one before, so that a list costs
// the collector little. Under the race detector a pool lets go of some.
func TestSessionAllocations(t *testing.T) {
	for name, tt := range map[string]struct {
		src  string
		most float64
	}{
		"line by line": {"name: x\n", 70},
		"in groups":    {"name: x\npipeline: auto\n", 76},
	} {
		d, target := parroted(t, tt.src+`steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
  - message: "Subject: test\n\ntext\n"
`)
		got := testing.AllocsPerRun(200, func() {
			trial := d.Start(target, nil)
			trial.Play(t.Context())
			if c := trial.Result(); c.Status != result.Pass || len(c.Steps) != 6 {
				t.Fatalf("%s: %v with %d steps: %s", name, c.Status, len(c.Steps), c.Message)
			}
		})
		t.Logf("%s: %v allocations", name, got)
		if got > tt.most {
			t.Errorf("%s: a session makes %v allocations; want at most %v", name, got, tt.most)
		}
	}
}

func BenchmarkSession(b *testing.B) {
	d, target := parroted(b, "name: x\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n  - message: \"Subject: test\\n\\ntext\\n\"\n")
	b.ReportAllocs()
	for b.Loop() {
		trial := d.Start(target, nil)
		trial.Play(b.Context())
	}
}

// Ten thousand sessions wait at once for their servers, each with one of these. The
// bounds are those of the size classes that the runtime has.
func TestWhatWaitsIsSmall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		what    string
		n, most uintptr
	}{
		{"a session", unsafe.Sizeof(session{}), 1152 - 8}, // 8 are the runtime's own
		{"a trial", unsafe.Sizeof(trial{}), 288},
	} {
		if tt.n > tt.most {
			t.Errorf("%s takes %d bytes; want at most %d", tt.what, tt.n, tt.most)
		}
	}
}
