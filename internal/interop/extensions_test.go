//go:build linux

package interop

import (
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// TestTrap47ExtensionsOfRealServers plays what servers offer: chunks, groups
// with a refused recipient, delivery reports, addresses outside ASCII. What they
// do not offer is skipped, and for that reason.
func TestTrap47ExtensionsOfRealServers(t *testing.T) {
	for _, at := range []struct {
		domain, ip string
		get        func() (*mta.Process, error)
		mail       []string // subjects that arrive
		lacks      []string // keywords that are not offered
	}{
		{"postfix.test", ipPostfix, theWorld.postfix, []string{"chunks", "grouped", "partly"}, nil},
		{"exim.test", ipExim, theWorld.exim, []string{"chunks", "grouped", "partly"}, nil},
		{"sendmail.test", ipSendmail, theWorld.sendmail, []string{"grouped", "partly"}, []string{"CHUNKING", "SMTPUTF8"}},
		{"opensmtpd.test", ipOpenSMTPD, theWorld.openSMTPD, nil, []string{"CHUNKING", "PIPELINING", "SMTPUTF8"}},
	} {
		t.Run(at.domain, func(t *testing.T) {
			p := need(t, at.get)
			o := play(t, scenario(t, "extensions.yaml"), "-d", at.domain, "--to", "kate@"+at.domain)
			o.exits(0)
			checks := o.domain().Hosts[0].Addresses[0].Checks
			if len(checks) != 6 {
				t.Fatalf("%d checks; want 6", len(checks))
			}
			for i := range checks {
				c := &checks[i]
				wanted := []string{"CHUNKING", "CHUNKING", "PIPELINING", "PIPELINING", "DSN", "SMTPUTF8"}[i]
				if slices.Contains(at.lacks, wanted) {
					verdict(t, c, result.Skip, result.Condition)
					if !strings.Contains(c.Message, wanted) {
						t.Errorf("%s: %q; want %s named", c.Scenario, c.Message, wanted)
					}
					continue
				}
				if c.Scenario == "addresses outside ASCII" && c.Status == result.Skip {
					continue // a matter of how the server was built
				}
				verdict(t, c, result.Pass, result.None)
			}
			for _, subject := range at.mail {
				body := "\n\nx\n"
				switch subject {
				case "chunks":
					body = "\n\n.one dot\n.\nthe end\n"
				case "grouped":
					body = "\n\n. one dot\n"
				}
				awaitMail(t, p, "Subject: "+subject+" "+o.run.RunID, body)
			}
		})
	}
}

// TestTrap46PRDROfExim wants a reply for each of two recipients.
func TestTrap46PRDROfExim(t *testing.T) {
	p := need(t, theWorld.exim)
	o := play(t, scenario(t, "prdr.yaml"), "-d", "exim.test", "--to", "kate@exim.test")
	o.exits(0)
	c := o.check(ipExim)
	if c.Status == result.Skip {
		t.Skip("skipped: this Exim was built without PRDR")
	}
	verdict(t, c, result.Pass, result.None)
	if s := &c.Steps[5]; len(s.Notes) != 2 {
		t.Errorf("notes of %q are %q; want one for each recipient", s.Name, s.Notes)
	}
	awaitMail(t, p, "Subject: prdr "+o.run.RunID, "\n\nx\n")
}

// TestXCLIENTOfPostfix begins the session again as another client; keywords
// are forgotten until the next EHLO.
func TestXCLIENTOfPostfix(t *testing.T) {
	p := need(t, theWorld.postfix)
	o := play(t, scenario(t, "xclient.yaml"), "-d", "postfix.test", "--server", ipPostfixXClient, "--to", "kate@postfix.test")
	o.exits(0)
	c := o.check(ipPostfixXClient)
	verdict(t, c, result.Pass, result.None)
	if got := c.Steps[3].Status; got != result.Skip {
		t.Errorf("the step behind XCLIENT is %v; want skip, for no keyword is known there", got)
	}
	awaitMail(t, p, "Subject: xclient "+o.run.RunID, "[192.0.2.99]")
}
