package smtpwire

import (
	"net"
	"strings"
	"testing"
)

// Long and endless replies end in an error of their own (RFC 5321 section
// 4.5.3.1.5 has 512 octets; more is taken).
func TestTrap04Limits(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return "250 " + strings.Repeat("x", n-6) + "\r\n" }
	three := "250-" + strings.Repeat("y", 24) + "\r\n" // 30 octets
	for _, tt := range []struct {
		name    string
		o       Options
		in      string
		kind    Kind
		partial int
	}{
		{"line at the preset limit", Options{}, long(8192), 0, 0},
		{"line over the preset limit", Options{}, long(8193), TooLongLine, 8192},
		{"lines at the preset limit", Options{}, strings.Repeat("250-x\r\n", 511) + "250 x\r\n", 0, 0},
		{"lines over the preset limit", Options{}, strings.Repeat("250-x\r\n", 513), TooManyLines, 512 * 7},
		{"octets over the preset limit", Options{}, strings.Repeat("250-"+strings.Repeat("x", 1018)+"\r\n", 129), TooManyBytes, 128 << 10},
		{"line at the limit", Options{MaxLine: 40}, long(40), 0, 0},
		{"line over the limit", Options{MaxLine: 40}, long(41), TooLongLine, 40},
		{"second line over the limit", Options{MaxLine: 40}, three + long(41), TooLongLine, 70},
		{"octets at the limit", Options{MaxBytes: 90}, three + three + long(30), 0, 0},
		{"octets over the limit", Options{MaxBytes: 90}, three + three + long(31), TooManyBytes, 90},
		{"octets used up at a line end", Options{MaxBytes: 60}, three + three + long(30), TooManyBytes, 60},
		{"lines at the limit", Options{MaxLines: 2}, three + long(30), 0, 0},
		{"lines over the limit", Options{MaxLines: 2}, three + three + long(30), TooManyLines, 60},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := said(tt.o, tt.in)
			if tt.kind == 0 {
				if r := mustRead(t, c); r.Raw != tt.in {
					t.Errorf("ReadReply() = %d octets; want all %d", len(r.Raw), len(tt.in))
				}
				return
			}
			e := replyErr(t, c)
			if e.Kind != tt.kind || string(e.Partial) != tt.in[:tt.partial] {
				t.Errorf("ReadReply() = %v with %d octets; want %v with %d", e.Kind, len(e.Partial), tt.kind, tt.partial)
			}
			// What looks like a reply further on must not be taken for one.
			if again := replyErr(t, c); again.Kind != tt.kind {
				t.Errorf("ReadReply() a second time = %v; want %v", again.Kind, tt.kind)
			}
		})
	}
}

// endless says the same line for ever.
type endless struct {
	net.Conn
	line string
	at   int
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.line[e.at%len(e.line)]
		e.at++
	}
	e.read += len(p)
	return len(p), nil
}

func TestTrap04EndlessReplyIsNotKept(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"250-x\r\n", "x", "250-" + strings.Repeat("x", 4000) + "\r\n"} {
		nc := &endless{line: line}
		e := replyErr(t, NewConn(nc, Options{}))
		if len(e.Partial) > DefaultMaxBytes || nc.read > 2*DefaultMaxBytes {
			t.Errorf("endless %.10q: read %d octets, kept %d; want at most %d", line, nc.read, len(e.Partial), DefaultMaxBytes)
		}
	}
}

func TestTrap04LongLineIsNoted(t *testing.T) {
	t.Parallel()
	at := "250 " + strings.Repeat("x", 506) + "\r\n"
	over := "250 " + strings.Repeat("x", 507) + "\r\n"
	if r := mustRead(t, said(Options{}, at)); r.Notes != 0 {
		t.Errorf("line of 512 octets: notes %q; want none", r.Notes)
	}
	if r := mustRead(t, said(Options{}, over)); r.Notes != NoteLongLine {
		t.Errorf("line of 513 octets: notes %q; want %q", r.Notes, NoteLongLine)
	}
}
