package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/report/formats"
	"mxprobe/internal/sandbox"
)

// echoIMAP is a server of mailboxes that answers each line, and the literals
// behind it, with what answer makes of them.
func echoIMAP(t *testing.T, answer func(tag, said string) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_, _ = io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1 LITERAL+] ready\r\n")
				in, said := bufio.NewReader(conn), ""
				for {
					line, err := in.ReadString('\n')
					if err != nil {
						return
					}
					said += strings.TrimRight(line, "\r\n") + " "
					if strings.HasSuffix(strings.TrimRight(line, "\r\n"), "}") {
						if !strings.Contains(line, "+}") {
							_, _ = io.WriteString(conn, "+ go on\r\n")
						}
						continue // the literal has no line end inside
					}
					tag, rest, _ := strings.Cut(said, " ")
					said = ""
					_, _ = io.WriteString(conn, answer(tag, rest))
					if !strings.Contains(answer(tag, rest), tag+" ") {
						return // or the end of the command would be waited for
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// TestNoCanaryOfMailboxes looks for passwords of mailboxes in all that a run
// writes, where the server gives them back in one way or another: none.
func TestNoCanaryOfMailboxes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := 0
	for name, answer := range map[string]func(tag, said string) string{
		"no":        func(tag, said string) string { return tag + " NO you said " + said + "\r\n" },
		"bad":       func(tag, said string) string { return tag + " BAD " + said + "\r\n" },
		"bye":       func(tag, said string) string { return "* BYE " + said + "\r\n" + tag + " NO " + said + "\r\n" },
		"malformed": func(_, said string) string { return said + "\r\n" },
		"untagged":  func(_, said string) string { return "* " + said + "\r\n" },
		"code":      func(tag, said string) string { return tag + " NO [" + said + "] x\r\n" },
		"long":      func(tag, said string) string { return tag + " NO " + strings.Repeat("x", 150) + said + "\r\n" },
		"hung up":   func(string, string) string { return "" },
	} {
		for _, secret := range []string{"password", "token", "long"} {
			n++
			text := fmt.Sprintf("name: %s %s\nsecrets:\n  password: {env: PASSWORD}\n  token: {env: TOKEN}\n  user: {env: USER_NAME}\n  long: {env: LONG}\nsteps:\n"+
				"  - EHLO ${helo}\n  - MAIL FROM:<>\n  - RCPT TO:<kate@a.test>\n  - message: x\n"+
				"  - arrives: {imap: \"imap://%s\", user: \"${user}\", password: \"${%s}\", allow_clear: true}\n    within: 100ms\n", name, secret, echoIMAP(t, answer), secret)
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.yaml", n)), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	world, err := sandbox.Start(sandbox.Spec{
		Loopback: true, Zones: []sandbox.Zone{{Name: "a.test", Text: "@ MX 10 mx\nmx A 192.0.2.1\n"}}, Servers: []sandbox.Server{{Name: "mx.a.test"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	out := t.TempDir()
	args := []string{
		"run", dir, "-d", "a.test", "--dns", world.DNS().String(), "-p", fmt.Sprint(world.SMTPPort()), "--per-host", "8", "-vv",
		"--baseline", filepath.Join(out, "base.json"), "--update-baseline", "--state", filepath.Join(out, "state.json"),
	}
	for _, format := range formats.Names() {
		args = append(args, "--report", format+"="+filepath.Join(out, "report."+format))
	}
	var stdout, stderr bytes.Buffer
	p := program()
	p.Stdout, p.Stderr, p.LookupEnv = &stdout, &stderr, canaryEnv
	if status := p.Main(args); status != ExitInconclusive || strings.Count(stdout.String(), "cannot be looked into") < n {
		t.Errorf("exit status %d, %s", status, stdout.String()+stderr.String())
	}
	written := map[string]string{"stdout": stdout.String(), "stderr": stderr.String()}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) < len(formats.Names())+2 {
		t.Errorf("%d files are written, %v; want reports, baseline and state", len(entries), err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		written[e.Name()] = string(text)
	}
	for name, text := range written {
		for line := range strings.Lines(text) {
			if found := leak(line); found != "" {
				t.Errorf("%s shows %s: %.400s", name, found, line)
			}
		}
	}
}
