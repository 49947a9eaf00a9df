package cli

import (
	"bufio"
	"bytes"
	"net"
	"net/textproto"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
)

// The log shows both sides of a session in their order, long messages by
// their begin, and nothing a client says can act on a terminal.
func TestSandboxLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ended := make(chan struct{})
	world, err := sandbox.Start(sandbox.Spec{
		Zones:   []sandbox.Zone{{Name: "example.test", Text: "@ MX 10 mx1\nmx1 A 192.0.2.10\n"}},
		Servers: []sandbox.Server{{Name: "mx1.example.test", Users: []string{"kate"}}},
		Log:     newSandboxLog(&out).add,
		Ended:   func(sandbox.Session) { close(ended) },
	})
	if err != nil {
		t.Fatal(err)
	}
	c := dialWorld(t, world)
	replies := textproto.NewReader(bufio.NewReader(c))
	answered := func() {
		t.Helper()
		for {
			line, err := replies.ReadLine()
			if err != nil {
				t.Fatal(err)
			}
			if len(line) < 4 || line[3] != '-' {
				return
			}
		}
	}
	answered() // the greeting
	body := strings.Repeat("line\r\n", maxLoggedLines+5)
	for _, said := range []string{"EHLO a\x1b[2Jb\r\n", "EHLO x\r\n", "MAIL FROM:<a@b.test>\r\n", "RCPT TO:<kate@example.test>\r\n", "DATA\r\n", body + ".\r\n", "QUIT\r\n"} {
		if _, err := c.Write([]byte(said)); err != nil {
			t.Fatal(err)
		}
		answered()
	}
	<-ended
	if err := world.Close(); err != nil {
		t.Error(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var got []string
	form := regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d\d\d #1 mx1\.example\.test (.*)$`)
	for _, line := range lines {
		m := form.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %q is not of the form TIME SESSION SERVER TEXT", line)
		}
		got = append(got, m[1])
	}
	text := strings.Join(got, "\n")
	for _, want := range []string{
		`-- 127.0.0.1:`, " connected to 192.0.2.10:25\nS: 220 mx1.example.test", `C: EHLO a\x1b[2Jb` + "\n",
		"C: RCPT TO:<kate@example.test>\nS: 250 ", "C: DATA\nS: 354 ", "-- 6 more lines of the client\nS: 250 ", "C: QUIT\nS: 221 ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "C: line"); n != maxLoggedLines {
		t.Errorf("%d lines of the message; want %d", n, maxLoggedLines)
	}
	if got[len(got)-1] != "-- the session is over" {
		t.Errorf("the last line is %q", got[len(got)-1])
	}
}

func dialWorld(t *testing.T, world *sandbox.World) net.Conn {
	t.Helper()
	c, err := world.DialContext(t.Context(), "tcp", "192.0.2.10:25")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
