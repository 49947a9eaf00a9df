package pop3

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// well is how a decent server answers. Its mailbox has two messages.
func well(verb string) string {
	return map[string]string{
		"CAPA": "+OK\r\nUSER\r\nTOP\r\n.\r\n", "USER": "+OK\r\n", "PASS": "+OK\r\n", "UIDL": "+OK\r\n1 a\r\n2 b\r\n.\r\n",
		"TOP": "+OK\r\na: b\r\n\r\n.\r\n", "RETR": "+OK\r\na: b\r\n\r\n..x\r\n.\r\n", "DELE": "+OK\r\n", "QUIT": "+OK\r\n",
	}[verb]
}

// serve answers each verb as it is told to, else well; endless is said over
// and over behind the answer to that verb.
func serve(nc net.Conn, answers, endless map[string]string) {
	defer func() { _ = nc.Close() }()
	say := func(verb string) bool {
		text, ok := answers[verb]
		if !ok {
			text = well(verb)
		}
		_, err := io.WriteString(nc, text)
		for more := endless[verb]; more != "" && err == nil; {
			_, err = io.WriteString(nc, more)
		}
		return err == nil
	}
	if _, ok := answers[""]; !ok {
		answers[""] = "+OK\r\n"
	}
	for in, verb := bufio.NewReader(nc), ""; say(verb); {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ = strings.Cut(strings.TrimSpace(line), " ")
	}
}

// visit does all that is ever done with a server, up to the first error.
func visit(ctx context.Context, answers, endless map[string]string) (string, error) {
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() { serve(server, answers, endless); close(done) }()
	defer func() { _ = client.Close(); <-done }()
	c, err := New(ctx, client, nil)
	if err != nil {
		return "", err
	}
	if err := c.LogIn(ctx, "kate", "secret"); err != nil {
		return "", err
	}
	entries, err := c.List(ctx)
	if err != nil {
		return "", err
	}
	header, err := c.Top(ctx, 1, 0, 100)
	if err != nil {
		return "", err
	}
	message, err := c.Message(ctx, 2, 100)
	if err != nil {
		return "", err
	}
	if err := c.Delete(ctx, 2); err != nil {
		return "", err
	}
	return fmt.Sprintf("%v %q %q", entries, header, message), c.Quit(ctx)
}

// all is what a decent server shows.
const all = `[{1 a} {2 b}] "a: b\r\n\r\n" "a: b\r\n\r\n.x\r\n"`

// TestTrap82HostilePOP3 plays servers that are broken or mean: each ends at
// once, or with the time that there is.
func TestTrap82HostilePOP3(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		verb, answer, endless string
		says                  string // part of the error, or "" where all is found in spite of it
	}{
		"a decent one":        {},
		"no greeting":         {"", "", "", "greeting: no answer in"},
		"another protocol":    {"", "220 mx ESMTP\r\n", "", "greeting: this is no answer of POP3"},
		"refused at once":     {"", "-ERR [SYS/TEMP] busy\r\n", "", "greeting: the server says -ERR busy"},
		"endless greeting":    {"", "+OK", strings.Repeat("x", 1000), "greeting: the server sends a line of more than"},
		"no CAPA":             {"CAPA", "-ERR what?\r\n", "", ""},
		"endless CAPA":        {"CAPA", "+OK\r\n", strings.Repeat("X\r\n", 1000), "capabilities: the answer of the server does not end"},
		"endless list":        {"UIDL", "+OK\r\n", strings.Repeat("1 a\r\n", 1000), "list: the mailbox has more than 100000 messages"},
		"list of no messages": {"UIDL", "+OK\r\n1\r\n.\r\n", "", "list: the server lists what is no message"},
		"list of zero":        {"UIDL", "+OK\r\n0 a\r\n.\r\n", "", "list: the server lists what is no message"},
		"list of long names":  {"UIDL", "+OK\r\n1 " + strings.Repeat("x", 501) + "\r\n.\r\n", "", "list: the server lists what is no message"},
		"no UIDL":             {"UIDL", "-ERR what?\r\n", "", "list: the server says -ERR what?"},
		"silence at UIDL":     {"UIDL", "", "", "list: no answer in"},
		"no TOP":              {"TOP", "-ERR what?\r\n", "", `[{1 a} {2 b}] "a: b\r\n\r\n.x\r\n" "a: b\r\n\r\n.x\r\n"`},
		"endless message":     {"RETR", "+OK\r\n", strings.Repeat("x\r\n", 1000), "message: the answer of the server does not end"},
		"endless line":        {"RETR", "+OK\r\n", strings.Repeat("x", 1000), "message: the server sends a line of more than"},
		"message that is cut": {"RETR", "+OK\r\na: b\r\n", "", "message: no answer in"},
		"a challenge":         {"DELE", "+ eA==\r\n", "", "delete: this is no answer of POP3"},
		"endless challenges":  {"CAPA", "+OK\r\nSASL LOGIN\r\n.\r\n", "", "login: no answer in"},
		"silence at QUIT":     {"QUIT", "", "", "quit: no answer in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := 20 * time.Second
			if strings.Contains(test.says, "no answer in") {
				limit = 300 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			answers, endless := map[string]string{"AUTH": "+ \r\n"}, map[string]string{"AUTH": "+ \r\n", test.verb: test.endless}
			if name != "a decent one" {
				answers[test.verb] = test.answer
			}
			began := time.Now()
			got, err := visit(ctx, answers, endless)
			switch {
			case test.says == "" && (err != nil || got != all), strings.HasPrefix(test.says, "[") && got != test.says:
				t.Errorf("found %s, %v; want %s", got, err, test.says)
			case test.says != "" && test.says[0] != '[' && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("%v; want %q", err, test.says)
			}
			if took := time.Since(began); took > limit+5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// The end of a run ends a read at once, whatever its deadline is.
func TestCancelEndsAReadAtOnce(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"", "CAPA", "PASS", "UIDL", "TOP", "RETR", "QUIT"} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		began := time.Now()
		if _, err := visit(ctx, map[string]string{verb: ""}, nil); err == nil || ctx.Err() == nil {
			t.Errorf("%s: %v; want an error that comes of the end", verb, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: it took %v", verb, took)
		}
	}
}

// FuzzServer plays a server that says anything: the client ends, without a
// panic, and keeps no more than it was asked for.
func FuzzServer(f *testing.F) {
	f.Add("+OK <1@x>\r\n" + well("CAPA") + "+OK\r\n+OK\r\n" + well("UIDL") + well("TOP") + well("RETR") + "+OK\r\n+OK\r\n")
	f.Add("+OK\r\n-ERR\r\n+OK\r\n-ERR [X\r\n+OK\r\n..\r\n.\r\n")
	f.Add("+OK\r\n+OK\r\nSASL SCRAM-SHA-1 LOGIN PLAIN\r\n.\r\n+ eA==\r\n+ \r\n")
	f.Fuzz(func(t *testing.T, text string) {
		client, server := net.Pipe()
		go func() {
			_, _ = server.Write([]byte(text))
			_ = server.Close()
		}()
		defer func() { _ = client.Close() }()
		c, err := New(t.Context(), readOnly{client}, nil)
		if err != nil {
			return
		}
		_ = c.LogIn(t.Context(), "kate", "secret")
		entries, _ := c.List(t.Context())
		for _, e := range entries {
			if e.Number < 1 || e.UID == "" {
				t.Errorf("an entry is %+v", e)
			}
		}
		for _, read := range []func() ([]byte, error){
			func() ([]byte, error) { return c.Top(t.Context(), 1, 0, 9) },
			func() ([]byte, error) { return c.Message(t.Context(), 1, 9) },
		} {
			if got, _ := read(); len(got) > 9 {
				t.Errorf("%d bytes are kept of 9", len(got))
			}
		}
		_ = c.Quit(t.Context())
	})
}

// readOnly is a connection that swallows what is written.
type readOnly struct{ net.Conn }

func (readOnly) Write(p []byte) (int, error) { return len(p), nil }
