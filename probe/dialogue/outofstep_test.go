package dialogue_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// A reply that nobody asked for shifts all that follow, so that a refusal is
// taken for the answer to another line: wherever it comes, the dialogue must
// not pass.
func TestRepliesOutOfStep(t *testing.T) {
	t.Parallel()
	twice := sandbox.Rule{On: "RCPT", Raw: "250 2.1.5 ok\r\n550 5.1.1 no such user\r\n"}
	silent := sandbox.Rule{On: "QUIT", Close: true}
	rcpt := "  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n"
	under := "  - EHLO ${helo}\n  - starttls: {verify: false}\n" + rcpt
	tooMany := ending{result.Fail, result.Protocol, 4, "a reply too many: "}
	unasked := func(step int) ending { return ending{result.Fail, result.Protocol, step, "the server spoke unasked: "} }
	inText := ending{result.Fail, result.Protocol, 4, "the server spoke before the end of the message: "}
	for _, tc := range []struct {
		name  string
		rules []sandbox.Rule
		src   string
		want  ending
	}{
		{"then a hang-up at QUIT", []sandbox.Rule{twice, silent}, "steps:\n" + rcpt, tooMany},
		{"then QUIT is answered", []sandbox.Rule{twice}, "steps:\n" + rcpt, tooMany},
		{"and no QUIT is said", []sandbox.Rule{twice}, "quit: false\nsteps:\n" + rcpt, tooMany},
		{"and the connection is closed", []sandbox.Rule{twice}, "steps:\n" + rcpt + "  - close: true\n", tooMany},
		{"and reset", []sandbox.Rule{twice}, "steps:\n" + rcpt + "  - close: reset\n", tooMany},
		{
			"under TLS, all replies shifted",
			[]sandbox.Rule{{On: "MAIL", Raw: "250 2.1.0 ok\r\n250 2.1.5 ok\r\n"}, {On: "RCPT", Reply: "550 5.1.1 no such user"}, silent},
			"steps:\n" + under, unasked(5),
		},
		{
			"under TLS, after a pause",
			[]sandbox.Rule{{On: "MAIL", Raw: "250 2.1.0 ok\r\n", Extra: "250 2.1.5 ok\r\n", ExtraDelay: 20 * time.Millisecond}, silent},
			"steps:\n  - EHLO ${helo}\n  - starttls: {verify: false}\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - sleep: 500ms\n  - RCPT TO:<${to}>\n",
			unasked(6),
		},
		{"354 and 250 at once", []sandbox.Rule{{On: "DATA", Raw: "354 go on\r\n250 2.0.0 queued\r\n"}}, "steps:\n" + rcpt + "  - message: hello\n", inText},
		{"354 and 250 at once, in groups", []sandbox.Rule{{On: "DATA", Raw: "354 go on\r\n250 2.0.0 queued\r\n"}}, "pipeline: auto\nsteps:\n" + rcpt + "  - message: hello\n", inText},
		{
			"250 between two parts of a message",
			[]sandbox.Rule{{On: "DATA", Raw: "354 go on\r\n", Extra: "250 2.0.0 queued\r\n", ExtraDelay: 20 * time.Millisecond}},
			"steps:\n" + rcpt + "  - DATA\n  - {body: \"Subject: parts\\n\\n\", end: false}\n  - sleep: 500ms\n  - body: the rest\n",
			ending{result.Fail, result.Protocol, 7, "the server spoke before the end of the message: "},
		},
		{"late, with QUIT unanswered", []sandbox.Rule{{On: "RCPT", Reply: "250 2.1.5 ok"}, {On: "QUIT", Raw: "550 5.1.1 no such user\r\n", Close: true}}, "steps:\n" + rcpt, ending{result.Fail, result.Protocol, 4, "QUIT got 550 5.1.1 no such user instead of 221"}},
		{"221 in the place of a reply", []sandbox.Rule{{On: "RCPT", Reply: "221 2.0.0 bye"}}, "steps:\n" + rcpt, ending{result.Fail, result.Protocol, 3, "with which servers answer QUIT and nothing else"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := play(t, secureWorld(t, &sandbox.TLS{}, tc.rules...), "name: out of step\n"+tc.src)
			expect(t, only(t, &d), tc.want)
			if d.Sender != nil && d.Sender.View == result.ViewAtOnce {
				t.Error("the view of a sender is that mail would be delivered at once")
			}
		})
	}
}

// A refusal before the end of a message is its answer, and no reply too many.
func TestRefusalBeforeTheEnd(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "DATA", Raw: "354 go on\r\n552 5.3.4 too large\r\n"})
	d := play(t, w, "name: early\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n  - message: hello\n")
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 4, "got 552 5.3.4 too large"})
}

const small = 8 << 10 // octets that a socket holds

// accepting takes a message at its first line and reads the rest afterwards.
// The message is longer than what its sockets hold, so that the reply is there
// before the end is sent.
type accepting struct{ *sandbox.World }

func (accepting) DialContext(context.Context, string, string) (net.Conn, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		defer l.Close()
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		_ = nc.(*net.TCPConn).SetReadBuffer(small)
		in := bufio.NewReader(nc)
		reply := "220 mx\r\n"
		for line := ""; ; {
			if _, err := io.WriteString(nc, reply); err != nil {
				return
			}
			if line, err = in.ReadString('\n'); err != nil {
				return
			}
			if reply = "250 ok\r\n"; strings.HasPrefix(line, "DATA") {
				_, _ = io.WriteString(nc, "354 go on\r\n")
				_, _ = in.ReadString('\n')
				_, _ = io.WriteString(nc, "250 queued\r\n")
				_, _ = io.Copy(io.Discard, in)
				return
			}
		}
	}()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil, err
	}
	return nc, nc.(*net.TCPConn).SetWriteBuffer(small)
}

func TestAcceptedBeforeTheEnd(t *testing.T) {
	t.Parallel()
	w := with(t)
	long := "  - message: |\n      Subject: long\n\n" + strings.Repeat("      "+strings.Repeat("x", 990)+"\n", 900)
	for _, grouped := range []string{"", "pipeline: auto\n"} {
		src := "name: early\n" + grouped + "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n" + long
		set := settings(accepting{w})
		d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
		expect(t, only(t, &d), ending{result.Fail, result.Protocol, 4, "the server spoke before the end of the message: "})
	}
}
