package sandbox

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestRuleReplies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		rules []Rule
		says  []say
	}{
		{"by verb", []Rule{{On: "rcpt", Reply: "451 4.7.1 Later"}}, []say{{"MAIL FROM:<>", "250"}, {"RCPT TO:<kate@example.test>", "451 4.7.1 Later\r\n"}}},
		{"by path", []Rule{{On: "RCPT TO:<kate@*>", Reply: "251 ok"}}, []say{
			{"MAIL FROM:<>", "250"},
			{"RCPT TO:<kate@example.test> NOTIFY=NEVER", "251"},
			{"RCPT TO:<KATE@x.test>", "251"},
			{"RCPT TO:<jo@example.test>", "550"},
		}},
		{"first rule wins", []Rule{{On: "NOOP", Reply: "250 one"}, {On: "*", Reply: "250 two"}}, []say{{"NOOP", "250 one"}, {"X", "250 two"}}},
		{"many lines", []Rule{{On: "NOOP", Reply: "250-a\n250-b\n250 c"}}, []say{{"NOOP", "250-a\r\n250-b\r\n250 c\r\n"}}},
		{"raw", []Rule{{On: "NOOP", Raw: "250\n"}}, []say{{"NOOP", "250\n"}}},
		{"reply makes the state", []Rule{{On: "RCPT", Reply: "250 sure"}}, []say{{"MAIL FROM:<>", "250"}, {"RCPT TO:<x@y.test>", "250"}, {"DATA", "354"}, {".", "250 2.0.0"}}},
		{"refusal makes no state", []Rule{{On: "MAIL", Reply: "450 no"}}, []say{{"MAIL FROM:<>", "450"}, {"RCPT TO:<kate@example.test>", "503"}}},
		{"at the end of data", []Rule{{On: "end-of-data", Reply: "451 4.3.0 disk"}}, []say{{"MAIL FROM:<>", "250"}, {"RCPT TO:<kate@example.test>", "250"}, {"DATA", "354"}, {".", "451"}, {"DATA", "503"}}},
		{"by what a message holds", []Rule{{On: "end-of-data", Holds: ".EXE", Reply: "554 5.7.1 no"}}, []say{
			{"MAIL FROM:<>", "250"},
			{"RCPT TO:<kate@example.test>", "250"},
			{"DATA", "354"},
			{"name=a.exe\r\n.", "554"},
			{"MAIL FROM:<>", "250"},
			{"RCPT TO:<kate@example.test>", "250"},
			{"DATA", "354"},
			{"name=a.txt\r\n.", "250"},
		}},
		{"no end of data as a command", []Rule{{On: "end-of-data", Reply: "451 x"}}, []say{{"END-OF-DATA", "500"}, {"connect", "500"}}},
		{"EHLO offers what it says", []Rule{{On: "EHLO", Reply: "250-SIZE\n250-dsn\n250 HELP", Times: 1}}, []say{
			{"MAIL FROM:<> SIZE=1", "555"}, {"MAIL FROM:<> RET=FULL", "250"}, {"EHLO client.example", "250"}, {"MAIL FROM:<> SIZE=1", "250"},
		}},
		{"func", []Rule{{On: "NOOP", Func: func(c *Conn, line string) { _ = c.Reply("299 " + line) }}}, []say{{"NOOP 1", "299 NOOP 1\r\n"}, {"NOOP", "299 NOOP\r\n"}}},
		{"extra", []Rule{{On: "NOOP", Extra: "250 more\r\n"}}, []say{{"NOOP", "250 2.0.0"}, {"HELP", "250 more"}}},
		{"raw 421 stays", []Rule{{On: "NOOP", Raw: "421 bye\r\n"}}, []say{{"NOOP", "421"}, {"HELP", "214"}}},
		{"QUIT answered with 250", []Rule{{On: "QUIT", Reply: "250 ok"}}, []say{{"QUIT", "250"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := hello(t, startOne(t, Server{Rules: tt.rules}))
			for _, s := range tt.says {
				c.say(s.line, s.want)
			}
		})
	}
}

func TestGreetings(t *testing.T) {
	t.Parallel()
	t.Run("421", func(t *testing.T) {
		t.Parallel()
		c := connect(t, startOne(t, Server{Rules: []Rule{{On: "connect", Reply: "421 4.3.2 busy"}}}), "192.0.2.10:25")
		if got, err := c.rest(); got != "421 4.3.2 busy\r\n" || err != nil {
			t.Errorf("got %q, %v; want the 421 and the end", got, err)
		}
	})
	t.Run("554", func(t *testing.T) {
		t.Parallel()
		c := connect(t, startOne(t, Server{Rules: []Rule{{On: "connect", Reply: "554 no service"}}}), "192.0.2.10:25")
		c.want("554")
		c.say("EHLO client.example", "503") // RFC 5321 section 3.1
		c.say("QUIT", "221")
	})
	t.Run("first two sessions", func(t *testing.T) {
		t.Parallel()
		w := startOne(t, Server{Rules: []Rule{{On: "connect", Reply: "421 busy", Times: 2}}})
		for _, want := range []string{"421", "421", "220", "220"} {
			connect(t, w, "192.0.2.10:25").want(want)
		}
	})
}

// TestTrap65GreylistingCountsTheTriplet: client, sender and recipient
// together decide (RFC 6647 section 2).
func TestTrap65GreylistingCountsTheTriplet(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{
		Users: []string{"*"},
		Rules: []Rule{{On: "RCPT", Reply: "451 4.7.1 Greylisted", Times: 1}},
	})
	c := hello(t, w)
	c.say("MAIL FROM:<a@b.example>", "250")
	c.say("RCPT TO:<kate@example.test>", "451")
	c.say("RCPT TO:<Kate@example.test>", "250")
	c.say("RCPT TO:<jo@example.test>", "451")
	c.say("RSET", "250")
	c.say("MAIL FROM:<other@b.example>", "250")
	c.say("RCPT TO:<kate@example.test>", "451")
	c = hello(t, w)
	c.say("MAIL FROM:<a@b.example>", "250")
	c.say("RCPT TO:<kate@example.test>", "250")
	c.say("RCPT TO:<jo@example.test>", "250")
}

func TestRuleEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rule Rule
		want string
		err  error
	}{
		{"close in place of an answer", Rule{Close: true}, "", nil},
		{"close after an answer", Rule{Reply: "250 ok", Close: true}, "250 ok\r\n", nil},
		{"close in the middle of a line", Rule{Raw: "250-one\r\n25", Close: true}, "250-one\r\n25", nil},
		{"reset in place of an answer", Rule{Reset: true}, "", syscall.ECONNRESET},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.rule.On = "NOOP"
			c := hello(t, startOne(t, Server{Rules: []Rule{tt.rule}}))
			c.write("NOOP\r\n")
			got, err := c.rest()
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestRuleHang(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{Rules: []Rule{{On: "NOOP", Raw: "250-", Hang: true}}})
	c := hello(t, w)
	c.write("NOOP\r\nQUIT\r\n")
	part := make([]byte, 4)
	if _, err := io.ReadFull(c.in, part); err != nil || string(part) != "250-" {
		t.Fatalf("read %q, %v; want the answer's beginning", part, err)
	}
	_ = c.nc.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if got, err := c.rest(); got != "" || err == nil {
		t.Errorf("got %q, %v; want silence", got, err)
	}
}

func TestRuleTimes(t *testing.T) {
	t.Parallel()
	const pause = 30 * time.Millisecond
	tests := []struct {
		name  string
		rule  Rule
		want  string
		least time.Duration
	}{
		{"delay", Rule{Delay: pause}, "250 2.0.0 Ok\r\n", pause},
		{"drip", Rule{Reply: "250 a", Drip: pause / 6}, "250 a\r\n", pause},
		{"split with pause", Rule{Reply: "250 abc", Split: 3, Drip: pause / 2}, "250 abc\r\n", pause},
		{"extra later", Rule{Reply: "250 a", Extra: "250 b\r\n", ExtraDelay: pause, Close: true}, "250 a\r\n250 b\r\n", pause},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.rule.On = "NOOP"
			c := hello(t, startOne(t, Server{Rules: []Rule{tt.rule}}))
			began := time.Now()
			c.write("NOOP\r\n")
			got := make([]byte, len(tt.want))
			if _, err := io.ReadFull(c.in, got); err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
			if took := time.Since(began); took < tt.least {
				t.Errorf("took %v; want %v at least", took, tt.least)
			}
		})
	}
}

// TestTrap05SplitComesInPieces sees to it that the rule does what it is for:
// a client that takes one read for one reply must fail.
func TestTrap05SplitComesInPieces(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{Rules: []Rule{{On: "NOOP", Reply: "250 abcdef", Split: 4, Drip: 20 * time.Millisecond}}})
	c := hello(t, w)
	c.write("NOOP\r\n")
	buf := make([]byte, 100)
	n, err := c.nc.Read(buf)
	if err != nil || n >= len("250 abcdef\r\n") {
		t.Errorf("first read has %q, %v; want a piece", buf[:n], err)
	}
}

// TestTrap13EarlyTalkIsSeen: a client speaks only after the last line of the
// greeting (RFC 5321 section 3.1).
func TestTrap13EarlyTalkIsSeen(t *testing.T) {
	t.Parallel()
	greeting := Rule{On: "connect", Raw: "220-wait\r\n", Extra: "220 now\r\n", ExtraDelay: 50 * time.Millisecond}
	for _, early := range []bool{true, false} {
		t.Run(fmt.Sprint(early), func(t *testing.T) {
			t.Parallel()
			w := startOne(t, Server{Rules: []Rule{greeting}})
			c := connect(t, w, "192.0.2.10:25")
			if early {
				c.write("EHLO client.example\r\n")
			}
			if got := c.read(); got != "220-wait\r\n220 now\r\n" {
				t.Errorf("greeting = %q", got)
			}
			if got := w.Sessions()[0].Early; got != early {
				t.Errorf("Early = %v; want %v", got, early)
			}
		})
	}
}

func TestConcurrentSessionsDoNotMix(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{
		Users: []string{"*"},
		Rules: []Rule{{On: "RCPT", Reply: "451 4.7.1 Greylisted", Times: 1}},
	})
	var wg sync.WaitGroup
	for i := range 20 {
		c := hello(t, w)
		wg.Go(func() {
			c.say("MAIL FROM:<a@b.example>", "250")
			to := fmt.Sprintf("RCPT TO:<u%d@example.test>", i)
			c.say(to, "451")
			c.say(to, "250")
			c.say("DATA", "354")
			c.say(fmt.Sprintf("message %d\r\n.", i), "250")
			c.say("QUIT", "221")
		})
	}
	wg.Wait()
	for i, s := range w.Sessions() {
		want := fmt.Sprintf("message %d\r\n", i)
		if len(s.Messages) != 1 || string(s.Messages[0].Data) != want {
			t.Errorf("session %d took %q; want %q", i, s.Messages, want)
		}
	}
}

func TestBadRulesAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		rule Rule
		want string
	}{
		{Rule{}, "needs a place"},
		{Rule{On: "end-of-date"}, `did you mean "end-of-data"`},
		{Rule{On: "conect"}, `did you mean "connect"`},
		{Rule{On: "NOOP", Reply: "250 a", Raw: "b"}, "either"},
		{Rule{On: "NOOP", Reply: "ok"}, "no reply code"},
		{Rule{On: "NOOP", Reply: "250-ok"}, "last line"},
		{Rule{On: "NOOP", Reply: "250 ok\n250 ok"}, "not the last line"},
		{Rule{On: "NOOP", Reply: "250-ok\n251 ok"}, "another code"},
		{Rule{On: "NOOP", Close: true, Hang: true}, "only one"},
		{Rule{On: "NOOP", Times: -1}, "negative"},
		{Rule{On: "NOOP", ExtraDelay: 1}, "without extra"},
	}
	for _, tt := range tests {
		s := Server{Name: "mx1.example.test", Addrs: []string{"192.0.2.10"}, Rules: []Rule{tt.rule}}
		if _, err := Start(Spec{Servers: []Server{s}}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Start with %+v: %v; want %q", tt.rule, err, tt.want)
		}
	}
	for _, on := range []string{"XFOO", "MAIL", "EHLO*", "rcpt to:<a@b>"} {
		if err := checkRule(Rule{On: on}); err != nil {
			t.Errorf("checkRule(%q) = %v; want nil", on, err)
		}
	}
}
