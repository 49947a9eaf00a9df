package sandbox

import (
	"slices"
	"strings"
	"testing"
)

// upToData plays a dialogue up to the 354.
func upToData(t *testing.T, w *World) *client {
	t.Helper()
	c := hello(t, w)
	c.say("MAIL FROM:<a@b.example>", "250")
	c.say("RCPT TO:<kate@example.test>", "250")
	c.say("RCPT TO:<nobody@example.test>", "550")
	c.say("DATA", "354")
	return c
}

// TestTrap43OnlyCRLFDotCRLFEnds holds the server against the ways of
// smuggling an end mark (RFC 5321 section 4.1.1.4).
func TestTrap43OnlyCRLFDotCRLFEnds(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, sent, want string }{
		{"plain", "Subject: x\r\n\r\nhi\r\n.\r\n", "Subject: x\r\n\r\nhi\r\n"},
		{"empty", ".\r\n", ""},
		{"stuffed dots", "..a\r\n...\r\n. b\r\n.\r\n", ".a\r\n..\r\n b\r\n"},
		{"LF . LF", "a\n.\nb\r\n.\r\n", "a\n.\nb\r\n"},
		{"LF . CR LF", "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n"},
		{"CR LF . LF", "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n"},
		{"CR . CR", "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n"},
		{"CR LF . CR", "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n"},
		{"dot before NUL", "a\r\n.\x00\r\n.\r\n", "a\r\n\x00\r\n"},
		// The reader's buffer has 4096 bytes: CR and LF fall apart.
		{"CR at the buffer's end", strings.Repeat("x", 4095) + "\r\n.\r\n", strings.Repeat("x", 4095) + "\r\n"},
		{"dot at the buffer's start", strings.Repeat("x", 4096) + ".\r\n.\r\n", strings.Repeat("x", 4096) + ".\r\n"},
	}
	w := startOne(t, Server{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := upToData(t, w)
			c.write(tt.sent)
			c.want("250 2.0.0 Ok: queued as ")
			c.say("NOOP", "250")
			all := w.Sessions()
			got := all[len(all)-1].Messages
			if len(got) != 1 || string(got[0].Data) != tt.want {
				t.Fatalf("messages = %q; want one with %q", got, tt.want)
			}
			if got[0].From != "a@b.example" || !slices.Equal(got[0].To, []string{"kate@example.test"}) {
				t.Errorf("envelope = %q, %q", got[0].From, got[0].To)
			}
		})
	}
}

// A server with further ends ends a message there, and takes what follows for
// commands.
func TestUnsoundServerEndsElsewhere(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{Ends: []string{"\n.\n", "\r.\r\n"}})
	for sent, want := range map[string]string{
		"a\r\n..b\n.\nNOOP\r\n": "a\r\n.b", "a\r.\r\nNOOP\r\n": "a", "..\r\n.\r\nNOOP\r\n": "..", ".\r\nNOOP\r\n": "",
	} {
		c := upToData(t, w)
		c.write(sent)
		c.want("250 2.0.0 Ok: queued as ")
		c.want("250 2.0.0 Ok")
		all := w.Sessions()
		if got := all[len(all)-1].Messages; len(got) != 1 || string(got[0].Data) != want {
			t.Errorf("%q: messages = %q; want one with %q", sent, got, want)
		}
	}
}

func TestMessageOverTheLimitIsRefusedAtItsEnd(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{Size: 10})
	c := upToData(t, w)
	c.write("0123456789\r\n.\r\n")
	c.want("552 5.3.4")
	c.say("MAIL FROM:<>", "250") // the transaction is over
	c.say("RCPT TO:<kate@example.test>", "250")
	c.say("DATA", "354")
	c.write("..34567890\r\n.\r\n") // eleven octets without the stuffing (RFC 1870 section 5)
	c.want("552")
	c.say("MAIL FROM:<>", "250")
	c.say("RCPT TO:<kate@example.test>", "250")
	c.say("DATA", "354")
	c.write("..3456789\r\n.\r\n") // ten
	c.want("250")
	got := w.Sessions()[0].Messages
	if len(got) != 1 || string(got[0].Data) != ".3456789\r\n" {
		t.Errorf("messages = %q", got)
	}
}

func TestMessageIsTakenWhereTheConnectionEndsAfterIt(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{Rules: []Rule{{On: "end-of-data", Reply: "250 ok", Close: true}}})
	c := upToData(t, w)
	c.write("x\r\n.\r\n")
	if got, err := c.rest(); got != "250 ok\r\n" || err != nil {
		t.Errorf("answer = %q, %v; want 250 and the end", got, err)
	}
	if got := w.Sessions()[0].Messages; len(got) != 1 || string(got[0].Data) != "x\r\n" {
		t.Errorf("messages = %q; want one", got)
	}
}

func TestSessionsTellWhatWasSaid(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{})
	c := upToData(t, w)
	c.write("Subject: x\r\n\r\n..hi\r\n.\r\n")
	c.want("250")
	c.say("QUIT", "221")
	if rest, err := c.rest(); rest != "" || err != nil {
		t.Errorf("after QUIT: %q, %v; want the end", rest, err)
	}
	_ = c.nc.Close()
	s := w.Sessions()[0]
	want := []string{
		"EHLO client.example", "MAIL FROM:<a@b.example>", "RCPT TO:<kate@example.test>",
		"RCPT TO:<nobody@example.test>", "DATA", "Subject: x", "", "..hi", ".", "QUIT",
	}
	if !slices.Equal(s.Lines, want) {
		t.Errorf("Lines = %q; want %q", s.Lines, want)
	}
	if !slices.Equal(s.Commands, append(slices.Clone(want[:5]), "QUIT")) {
		t.Errorf("Commands = %q", s.Commands)
	}
	if got := strings.Join(want, "\r\n") + "\r\n"; string(s.Received) != got {
		t.Errorf("Received = %q; want %q", s.Received, got)
	}
	if len(s.Chunks) != 7 || s.Chunks[5] != "Subject: x\r\n\r\n..hi\r\n.\r\n" {
		t.Errorf("Chunks = %q; want one for each write", s.Chunks)
	}
	if s.Server != "mx1.example.test" || s.Addr.String() != "192.0.2.10:25" || !strings.HasPrefix(string(s.Sent), "220 ") {
		t.Errorf("session = %q %v %q", s.Server, s.Addr, s.Sent)
	}
	s.Lines[0] = "changed"
	if w.Sessions()[0].Lines[0] == "changed" {
		t.Error("Sessions shares memory with the world")
	}
}

func TestPipelinedCommandsAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	c := hello(t, startOne(t, Server{}))
	c.write("MAIL FROM:<>\r\nRCPT TO:<no@example.test>\r\nRCPT TO:<kate@example.test>\r\nDATA\r\n")
	for _, want := range []string{"250 2.1.0", "550 5.1.1", "250 2.1.5", "354"} {
		c.want(want)
	}
	c.write("x\r\n.\r\nNOOP\r\nQUIT\r\n")
	for _, want := range []string{"250 2.0.0 Ok: queued", "250 2.0.0 Ok\r\n", "221"} {
		c.want(want)
	}
}
