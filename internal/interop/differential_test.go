//go:build linux

package interop

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
	"mxprobe/internal/interop/mta"
)

// The same plain dialogues are held by this program and by three that other
// people wrote, and the servers answer the same: what is told of a server is
// what it says to anybody.

// reply is a command and the code it got. The greeting answers "connect", and
// the end of a message "end-of-data".
type reply struct {
	command string
	code    int
}

func (r reply) String() string { return fmt.Sprintf("%s %d", r.command, r.code) }

// talkedTo is what a client is to say to a server.
type talkedTo struct {
	ip, from, to string
	message      bool // after the recipient, a message
}

// client holds a dialogue and returns the replies it got, in their order.
type client func(t *testing.T, d talkedTo) []reply

// dialogues are those that all four can hold.
func (d *talkedTo) scenario() string {
	steps := "  - EHLO ${helo}\n  - {send: \"MAIL FROM:<" + d.from + ">\", expect: any}\n  - {send: \"RCPT TO:<" + d.to + ">\", expect: any}\n"
	if d.message {
		steps += "  - DATA\n  - body: |\n      Subject: differential\n\n      .one dot\n"
	}
	return "name: differential\nsteps:\n" + steps
}

// TestSameRepliesAsOthers: a command gets the same code from the same server,
// whoever says it. What others do not say is left out:
//
//   - swaks, smtplib and curl say QUIT after the first refusal, where this scenario
//     goes on with RCPT or DATA to see what becomes of it;
//   - curl does not read the answer to QUIT once the message was taken, and asks
//     with VRFY where there is none, so that it takes part with a message alone.
func TestSameRepliesAsOthers(t *testing.T) {
	clients := map[string]client{"swaks": bySwaks, "curl": byCurl, "smtplib": bySmtplib}
	for _, s := range []struct {
		name, ip, domain string
		get              func() (*mta.Process, error)
	}{
		{"postfix", ipPostfix, "postfix.test", theWorld.postfix},
		{"exim", ipExim, "exim.test", theWorld.exim},
		{"aiosmtpd", ipAiosmtpd, "aiosmtpd.test", theWorld.aiosmtpd},
		{"opensmtpd", ipOpenSMTPD, "opensmtpd.test", theWorld.openSMTPD},
		{"sendmail", ipSendmail, "sendmail.test", theWorld.sendmail},
	} {
		for dialogue, d := range map[string]talkedTo{
			"taken":                {from: "probe@sender.test", to: "kate@" + s.domain},
			"nobody":               {from: "probe@sender.test", to: "nobody@" + s.domain},
			"elsewhere":            {from: "probe@sender.test", to: "kate@elsewhere.test"},
			"bad sender":           {from: "nobody@invalid.invalid", to: "kate@" + s.domain},
			"a message":            {from: "probe@sender.test", to: "kate@" + s.domain, message: true},
			"a message for nobody": {from: "probe@sender.test", to: "nobody@" + s.domain, message: true},
		} {
			t.Run(s.name+"/"+dialogue, func(t *testing.T) {
				need(t, s.get)
				d.ip = s.ip
				own := byMxprobe(t, d)
				if len(own) < 4 {
					t.Fatalf("mxprobe got %v; want greeting, EHLO, MAIL and QUIT at least", own)
				}
				for name, other := range clients {
					if name == "curl" && !d.message {
						continue
					}
					if want, got := saidBy(name, own), other(t, d); !slices.Equal(got, want) {
						t.Errorf("%s got %v; want %v, as mxprobe got %v", name, got, want, own)
					}
				}
			})
		}
	}
}

// saidBy is what another client gets to hear of a dialogue.
func saidBy(name string, own []reply) []reply {
	want := slices.Clone(own)
	refused := slices.IndexFunc(want, func(r reply) bool { return r.code >= 400 })
	switch quit := want[len(want)-1]; {
	case refused >= 0 && quit.command == "QUIT":
		return append(want[:refused+1], quit)
	case refused < 0 && name == "curl" && quit.command == "QUIT":
		return want[:len(want)-1]
	}
	return want
}

func byMxprobe(t *testing.T, d talkedTo) []reply {
	t.Helper()
	file := filepath.Join(t.TempDir(), "differential.yaml")
	if err := os.WriteFile(file, []byte(d.scenario()), 0o600); err != nil {
		t.Fatal(err)
	}
	o := play(t, file, "-H", net.JoinHostPort(d.ip, strconv.Itoa(theWorld.port)), "--dns", "127.0.0.1:1", "--to", d.to, "--port", strconv.Itoa(theWorld.port))
	var got []reply
	for _, s := range o.check(d.ip).Steps {
		command := s.Verb
		switch {
		case s.Number == 0:
			command = "connect"
		case s.Action == "body":
			command = "end-of-data"
		}
		if s.Code != 0 {
			got = append(got, reply{command, s.Code})
		}
	}
	return got
}

// transcript reads what a program shows of a dialogue: lines of the client and
// of the server behind their marks.
func transcript(text string, sent []string, received []string) []reply {
	got, command := []reply{}, "connect"
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := cutAny(line, sent); ok {
			command, _, _ = strings.Cut(strings.ToUpper(strings.TrimSpace(rest)), " ")
			if command == "." {
				command = "end-of-data"
			}
		}
		rest, ok := cutAny(line, received)
		if rest = strings.TrimSpace(rest); !ok || len(rest) < 3 || len(rest) > 3 && rest[3] == '-' {
			continue
		}
		if code, err := strconv.Atoi(rest[:3]); err == nil {
			got = append(got, reply{command, code})
			if command == "DATA" && code == 354 {
				command = "end-of-data"
			}
		}
	}
	return got
}

func cutAny(line string, marks []string) (string, bool) {
	for _, mark := range marks {
		if rest, ok := strings.CutPrefix(line, mark); ok {
			return rest, true
		}
	}
	return "", false
}

func bySwaks(t *testing.T, d talkedTo) []reply {
	t.Helper()
	args := []string{"--server", d.ip, "--port", strconv.Itoa(theWorld.port), "--helo", "probe.sender.test", "--from", d.from, "--to", d.to, "--timeout", "20s"}
	if !d.message {
		args = append(args, "--quit-after", "RCPT")
	}
	// A refusal is an exit status of its own.
	out, _ := foreign.Command(t, foreign.Program(t, "", "swaks"), args...).CombinedOutput()
	return transcript(string(out), []string{" -> "}, []string{"<-  ", "<** "})
}

func byCurl(t *testing.T, d talkedTo) []reply {
	t.Helper()
	file := filepath.Join(t.TempDir(), "message")
	if err := os.WriteFile(file, []byte("Subject: differential\r\n\r\n.one dot\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "smtp://" + net.JoinHostPort(d.ip, strconv.Itoa(theWorld.port)) + "/probe.sender.test"
	out, _ := foreign.Command(t, foreign.Program(t, "", "curl"), "-q", "-v", "-sS", "--noproxy", "*", "--max-time", "20", url,
		"--mail-from", d.from, "--mail-rcpt", d.to, "--upload-file", file).CombinedOutput()
	return transcript(string(out), []string{"> "}, []string{"< "})
}

// byHand is the dialogue in Python's words.
const byHand = `
import smtplib, sys
ip, port, sender, to, message = sys.argv[1:]
s = smtplib.SMTP(timeout=20, local_hostname="probe.sender.test")
def said(command, reply):
    print(command, reply[0])
    return reply[0]
said("connect", s.connect(ip, int(port)))
said("EHLO", s.ehlo())
if said("MAIL", s.mail(sender)) == 250 and said("RCPT", s.rcpt(to)) == 250 and message:
    said("DATA", s.docmd("DATA"))
    s.send(b"Subject: differential\r\n\r\n..one dot\r\n.\r\n")
    said("end-of-data", s.getreply())
said("QUIT", s.quit())
`

func bySmtplib(t *testing.T, d talkedTo) []reply {
	t.Helper()
	message := ""
	if d.message {
		message = "yes"
	}
	// Debian's own, which everybody has.
	out, err := foreign.Command(t, foreign.Program(t, "", "python3"), "-I", "-c", byHand, d.ip, strconv.Itoa(theWorld.port), d.from, d.to, message).CombinedOutput()
	if err != nil {
		t.Errorf("smtplib: %v\n%s", err, out)
	}
	var got []reply
	for line := range strings.Lines(string(out)) {
		var r reply
		if _, err := fmt.Sscanf(line, "%s %d", &r.command, &r.code); err == nil {
			got = append(got, r)
		}
	}
	return got
}
