package compare

import (
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// TestVantagesOfRealServers has situations that were thought of after the
// comparison was written, in the words of real servers. none stands for what must
// not be said, all else for the property that has to be.
func TestVantagesOfRealServers(t *testing.T) {
	t.Parallel()
	const none = ""
	const google = "PIPELINING,SIZE 157286400,8BITMIME,STARTTLS,ENHANCEDSTATUSCODES,CHUNKING,SMTPUTF8"
	gmail := server{host: "aspmx.l.google.com", ip: "192.0.2.26", ehlo: google, under: strings.Replace(google, "STARTTLS,", "", 1), rcpt: "250 2.1.5 OK d2e1a72fcca58-1234 - gsmtp", days: 50}
	postfix := server{host: "mx.example.org", ip: "192.0.2.10", ehlo: "PIPELINING,SIZE 52428800,ETRN,STARTTLS,ENHANCEDSTATUSCODES,8BITMIME,DSN,CHUNKING", rcpt: "250 2.1.5 Ok"}
	shown := func(s server, sha, until, issuer string) server {
		s.cert = cert(sha, until, "mx.google.com", s.host)
		s.cert.Issuer = issuer
		return s
	}
	refused := func(s server, reply string, reason result.Reason) server {
		s.rcpt, s.status, s.reason = reply, result.Inconclusive, reason
		return s
	}
	resumed := from("sgp1", shown(gmail, "aa", "2027-01-20", "CN=WR2,O=Google Trust Services,C=US"))
	resumed.Hosts[0].Addresses[0].Checks[0].TLS.Resumed = true
	resumed.Hosts[0].Addresses[0].Checks[0].TLS.Cipher = "TLS_AES_128_GCM_SHA256"
	expired := from("sgp1", shown(gmail, "aa", "2026-11-28", "CN=WR2,O=Google Trust Services,C=US"))
	expired.Hosts[0].Addresses[0].Checks[0].TLS.DatesFinding = "expired"
	expired.Hosts[0].Addresses[0].Checks[0].TLS.DaysLeft = -1
	expired.Hosts[0].Addresses[0].Checks[0].Status, expired.Hosts[0].Addresses[0].Checks[0].Reason = result.Fail, result.TLS
	swapped := from("sgp1", gmail, postfix)
	swapped.Hosts[0].Preference, swapped.Hosts[1].Preference = 20, 10
	another := from("sgp1", gmail)
	another.Hosts[0].Addresses[0].Checks[0].Scenario = "an older scenario"
	listed := from("sgp1", changed(postfix, func(s *server) { s.greeting, s.status, s.reason = 554, result.Fail, result.Reply }))
	only := &listed.Hosts[0].Addresses[0].Checks[0]
	only.Steps = only.Steps[:1] // nothing is said after it
	handshake := changed(postfix, func(s *server) { s.rcpt, s.status, s.reason = "", result.Fail, result.TLS })
	for name, tt := range map[string]struct {
		here, there *result.Domain
		want        string
	}{
		"front ends of Google": {
			from("fra1", shown(gmail, "aa", "2027-01-20", "CN=WR2,O=Google Trust Services,C=US")),
			from("sgp1", shown(gmail, "bb", "2027-01-18", "CN=WR4,O=Google Trust Services,C=US")), none,
		},
		"another session id in the acceptance": {from("fra1", gmail), from("sgp1", changed(gmail, func(s *server) { s.rcpt = "250 2.1.5 OK 98e67ed59e1d1-9876 - gsmtp" })), none},
		"Google limits the rate":               {from("fra1", gmail), from("sgp1", refused(gmail, "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages", result.Temporary)), none},
		"Microsoft bans an address":            {from("fra1", gmail), from("sgp1", refused(gmail, "550 5.7.606 Access denied, banned sending IP [203.0.113.9]. To request removal from this list please visit https://sender.office.com/", result.Policy)), "reply to RCPT TO:<kate@a.test>"},
		"Microsoft wants TLS":                  {from("fra1", gmail), from("sgp1", refused(gmail, "451 4.7.500 Server busy. Please try again later from [203.0.113.9]. (S77719)", result.Temporary)), none},
		"postscreen makes who is new wait":     {from("fra1", postfix), from("sgp1", refused(postfix, "450 4.3.2 Service currently unavailable", result.Temporary)), none},
		"no reverse DNS there":                 {from("fra1", postfix), from("sgp1", refused(postfix, "450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.9]", result.Policy)), "reply to RCPT TO:<kate@a.test>"},
		"listed there, at the greeting":        {from("fra1", postfix), listed, "reply to the connection"},
		"a firewall that writes over keywords": {from("fra1", postfix), from("sgp1", changed(postfix, func(s *server) { s.ehlo = strings.Replace(s.ehlo, "STARTTLS", "XXXXXXXA", 1) })), "keyword STARTTLS"},
		"a handshake that fails there":         {from("fra1", postfix), from("sgp1", handshake), "verdict of talk"},
		"a session that was taken up again":    {from("fra1", shown(gmail, "aa", "2027-01-20", "CN=WR2,O=Google Trust Services,C=US")), resumed, none},
		"it expired between the two":           {from("fra1", shown(gmail, "aa", "2026-11-28", "CN=WR2,O=Google Trust Services,C=US")), expired, none},
		"preferences the other way":            {from("fra1", gmail, postfix), swapped, "route"},
		"another scenario there":               {from("fra1", gmail), another, none},
		"a proxy that shows its own certificate": {
			from("fra1", shown(gmail, "aa", "2027-01-20", "CN=WR2,O=Google Trust Services,C=US")),
			from("sgp1", changed(shown(gmail, "ee", "2027-09-09", "CN=Gateway CA,O=Example Hotel"), func(s *server) { s.chain = "unknown authority" })), "certificate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := disagreed(tt.here, tt.there)
			said := strings.Join(got, "\n")
			switch {
			case tt.want == none && got != nil:
				t.Errorf("a false alarm:\n%s", said)
			case tt.want != none && !strings.Contains("\n"+said, "\n"+tt.want) && !strings.Contains(said, tt.want+":"):
				t.Errorf("nothing of %q is said:\n%s", tt.want, said)
			}
		})
	}
}
