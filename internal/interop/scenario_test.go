//go:build linux

package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// The servers that deliver to a file.
var delivering = []struct {
	domain, ip string
	pipelining bool
	get        func(*world) mailbox
}{
	{"postfix.test", ipPostfix, true, func(w *world) mailbox { return w.postfix }},
	{"exim.test", ipExim, true, func(w *world) mailbox { return w.exim }},
	{"aiosmtpd.test", ipAiosmtpd, false, func(w *world) mailbox { return w.aiosmtpd }},
	{"opensmtpd.test", ipOpenSMTPD, false, func(w *world) mailbox { return w.openSMTPD }},
	{"sendmail.test", ipSendmail, true, func(w *world) mailbox { return w.sendmail }},
}

// TestTrap42DotsArrive sends lines that start with dots, the end mark alone
// included, and wants them in the mailbox as written (RFC 5321 section 4.5.2).
func TestTrap42DotsArrive(t *testing.T) {
	for _, at := range delivering {
		t.Run(at.domain, func(t *testing.T) {
			p := need(t, at.get(theWorld))
			o := play(t, scenario(t, "dots.yaml"), "-d", at.domain, "--to", "kate@"+at.domain)
			o.exits(0)
			awaitMail(t, p, "Subject: dots "+o.run.RunID, "\n\n.\n..\n.three words here\nin . between\n.\n")
		})
	}
}

// TestTrap42LongMessageArrives sends a file larger than any buffer, with LF
// line ends, every line starting with a dot and the last one not ended.
func TestTrap42LongMessageArrives(t *testing.T) {
	for _, at := range delivering {
		t.Run(at.domain, func(t *testing.T) {
			p := need(t, at.get(theWorld))
			body := strings.Repeat("."+strings.Repeat("x", 70)+"\n.\n", 9000) + ".the end"
			// The scenario finds the file beside itself.
			dir := t.TempDir()
			yaml, err := os.ReadFile(scenario(t, "file.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			mail := "Subject: a long message\n\n" + body
			for name, text := range map[string]string{"file.yaml": string(yaml), "mail.eml": mail} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			o := play(t, filepath.Join(dir, "file.yaml"), "-d", at.domain, "--to", "kate@"+at.domain)
			o.exits(0)
			message := awaitMail(t, p, o.run.RunID, "\n.the end")
			_, got, _ := strings.Cut(message, "\n\n")
			if strings.TrimRight(got, "\n") != body {
				t.Errorf("a body of %d bytes arrived; want %d", len(got), len(body))
			}
		})
	}
}

// TestTrap37Pipelining sends groups where PIPELINING is offered, and nothing
// where it is not (RFC 2920 section 3.1).
func TestTrap37Pipelining(t *testing.T) {
	for _, at := range delivering {
		t.Run(at.domain, func(t *testing.T) {
			p := need(t, at.get(theWorld))
			o := play(t, scenario(t, "pipeline.yaml"), "-d", at.domain, "--to", "kate@"+at.domain)
			o.exits(0)
			checks := o.domain().Hosts[0].Addresses[0].Checks
			if len(checks) != 2 {
				t.Fatalf("%d checks; want 2", len(checks))
			}
			for i := range checks {
				if at.pipelining {
					verdict(t, &checks[i], result.Pass, result.None)
				} else {
					verdict(t, &checks[i], result.Skip, result.Condition)
				}
			}
			if at.pipelining {
				awaitMail(t, p, "Subject: pipelined "+o.run.RunID, "\n\n. one dot\n")
			}
		})
	}
}

// TestByHand plays what a person might type, byte by byte.
func TestByHand(t *testing.T) {
	for _, at := range delivering {
		t.Run(at.domain, func(t *testing.T) {
			need(t, at.get(theWorld))
			o := play(t, scenario(t, "raw.yaml"), "-d", at.domain)
			if at.domain == "opensmtpd.test" {
				// It refuses two lines in one write.
				decided(t, verdict(t, o.check(at.ip), result.Fail, result.Reply), "mail from", 500, "5.5.1")
				return
			}
			o.exits(0)
			verdict(t, o.check(at.ip), result.Pass, result.None)
		})
	}
}

// TestSizeOffered compares the number in the SIZE keyword (RFC 1870 section 3):
// 10240000 in Postfix as it comes, 10485760 in this Exim.
func TestSizeOffered(t *testing.T) {
	for _, at := range []struct {
		domain, ip, size string
		mta              func() (*mta.Process, error)
		want             int
	}{
		{"postfix.test", ipPostfix, "10240000", theWorld.postfix, 0},
		{"postfix.test", ipPostfix, "10240001", theWorld.postfix, 1},
		{"exim.test", ipExim, "10485760", theWorld.exim, 0},
		{"exim.test", ipExim, "10485761", theWorld.exim, 1},
	} {
		t.Run(at.domain+"/"+at.size, func(t *testing.T) {
			need(t, at.mta)
			o := play(t, scenario(t, "size.yaml"), "-d", at.domain, "--var", "size="+at.size)
			o.exits(at.want)
			if at.want != 0 {
				decided(t, verdict(t, o.check(at.ip), result.Fail, result.Reply), "EHLO", 250, "")
			}
		})
	}
}
