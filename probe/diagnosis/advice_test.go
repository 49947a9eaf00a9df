package diagnosis

import "testing"

// A refusal that speaks of the prober's own address says nothing of what was
// asked; a refusal of a sender, recipient or relay must never be taken for
// one (RFC 3463 section 3.8, RFC 7372 section 3).
func TestTrap71RefusalAimedAtTheProber(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		code     int
		enhanced string
		text     string
		want     bool
	}{
		{554, "5.7.1", "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", true},
		{550, "5.7.25", "5.7.25 no PTR", true},
		{450, "4.7.25", "4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", true},
		{550, "5.7.1", "5.7.1 Your IP address 192.0.2.1 is not welcome", true},
		{421, "4.7.0", "4.7.0 too many connections from your host", true},
		{554, "5.7.1", "5.7.1 <a@example.com>: Relay access denied", false},
		{550, "5.7.1", "5.7.1 Sender address rejected: not owned by user", false},
		{550, "5.1.1", "5.1.1 <nobody@example.test>: Recipient address rejected: User unknown", false},
		{550, "5.7.23", "5.7.23 SPF fail for the sender's domain", false},
		{550, "", "relay not permitted", false},
		{550, "", "User unknown (nobody@example.test not listed in the directory)", false},
		{550, "5.1.1", "5.1.1 no such user at barracuda.example.test", false},
		{552, "5.2.2", "5.2.2 mailbox full, listed at https://help.example.test/", false},
		{451, "4.7.1", "4.7.1 your IP address is greylisted, come back later", false},
		{550, "5.1.0", "5.1.0 rejected, 192.0.2.1 is listed at zen.spamhaus.org", true},
		{550, "", "message blocked by policy", false},
		{451, "4.7.1", "4.7.1 Greylisting in action, please come back later", false},
		{250, "2.1.5", "2.1.5 blocked using wit", false},
	} {
		d := Diagnose(Seen{At: RCPT, Code: tc.code, Enhanced: tc.enhanced, Lines: []string{tc.text}})
		if got := d.AimedAtUs(); got != tc.want {
			t.Errorf("%d %q, %q: aimed at us = %v, for %s; want %v", tc.code, tc.enhanced, tc.text, got, d.Cause, tc.want)
		}
	}
}
