package cli

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/report"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// situation is one thing that can be wrong with a domain, and what the
// administrator who asks has to be told of it.
type situation struct {
	name    string
	play    string // built-in scenarios; @rcpt where empty
	zone    string // one MX host where empty
	on      string // a rule of mx1: where
	reply   string // and what it says
	servers []sandbox.Server
	faults  []sandbox.Fault

	exit         int
	cause, whose string
	view         string // the sentence on the sender
	hint         string // a part of the advice
}

const (
	oneMX = "@ MX 10 mx1\nmx1 A 192.0.2.10\n"
	twoMX = "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\nmx2 A 192.0.2.20\n"

	atOnce   = "A sender would deliver at once."
	refused  = "A sender meets a permanent refusal, and the mail bounces: refused."
	queued   = "A sender is put off everywhere and tries again, usually for one to five days: queued."
	unlooked = "A sender cannot look the domain up and tries again, usually for one to five days: queued."
	down     = "No host serves a sender, which tries again, usually for one to five days: down."
	firstOf2 = "Mail would be taken by mx1.example.test, but not by mx2.example.test: degraded."
	lastOf2  = "Mail would be taken by mx2.example.test, but not by mx1.example.test: degraded."
)

// mx1 is the usual server with what departs from that.
func mx1(set func(*sandbox.Server)) []sandbox.Server {
	s := sandbox.Server{Name: "mx1.example.test"}
	set(&s)
	return []sandbox.Server{s}
}

// two are mx1 as set says, and a sound mx2.
func two(set func(*sandbox.Server)) []sandbox.Server {
	return append(mx1(set), sandbox.Server{Name: "mx2.example.test"})
}

func says(raw string) []sandbox.Server {
	return mx1(func(s *sandbox.Server) {
		s.Rules = []sandbox.Rule{{On: "connect", Raw: raw}, {On: "EHLO", Hang: true}}
	})
}

// situations are judged by what a person would say who knows mail: whose matter
// it is, what becomes of mail, and what to do next.
func situations() []situation {
	answers := []situation{
		{name: "no such recipient", on: "RCPT", reply: "550 5.1.1 <kate@example.test>: Recipient address rejected: User unknown in local recipient table", exit: 1, cause: "recipient-unknown", whose: "recipient", view: refused, hint: "typing error in the address"},
		{name: "no such recipient, in Exim's words", on: "RCPT", reply: "550 Unrouteable address", exit: 1, cause: "recipient-unknown", whose: "recipient", view: refused, hint: "no such recipient"},
		{name: "relaying denied", on: "RCPT", reply: "554 5.7.1 <kate@example.test>: Relay access denied", exit: 1, cause: "relay-denied", whose: "recipient", view: refused, hint: "MX record leads to the right host"},
		{name: "mailbox full for good", on: "RCPT", reply: "552 5.2.2 Mailbox full", exit: 3, cause: "mailbox-full", whose: "recipient", view: queued, hint: "make room"},
		{name: "mailbox full for now", on: "RCPT", reply: "452 4.2.2 The email account that you tried to reach is over quota", exit: 3, cause: "mailbox-full", whose: "recipient", view: queued, hint: "make room"},
		{name: "mailbox disabled", on: "RCPT", reply: "550 5.2.1 The email account that you tried to reach is disabled", exit: 1, cause: "mailbox-disabled", whose: "recipient", view: refused, hint: "disabled"},
		{name: "greylisting", on: "RCPT", reply: "450 4.2.0 <kate@example.test>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.test.html", exit: 3, cause: "greylisted", whose: "client", view: queued, hint: "--retry 1"},
		{name: "the server's disk is full", on: "MAIL", reply: "452 4.3.1 Insufficient system storage", exit: 3, cause: "server-storage", whose: "server", view: queued, hint: "tell its administrator"},
		{name: "the server cannot look up", on: "RCPT", reply: "451 4.3.0 <kate@example.test>: Temporary lookup failure", exit: 3, cause: "server-lookup", whose: "server", view: queued, hint: "could not look something up"},
		{name: "the server is set up wrongly", on: "MAIL", reply: "451 4.3.5 Server configuration error", exit: 3, cause: "server-config", whose: "server", view: queued, hint: "its log says what is wrong"},
		{name: "the server goes down", on: "RCPT", reply: "421 4.3.2 Service shutting down", exit: 3, cause: "server-closing", whose: "server", view: queued, hint: "run again later"},
		{name: "a loop", on: "RCPT", reply: "554 5.4.6 Too many hops", exit: 1, cause: "loop", whose: "server", view: refused, hint: "circle"},
		{name: "an answer nobody knows", on: "RCPT", reply: "550 sorry", exit: 1, view: refused},
		{name: "an answer nobody knows, for now", on: "RCPT", reply: "450 try later maybe", exit: 3, view: queued, hint: "says nothing final"},

		{name: "this machine is listed", on: "RCPT", reply: "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1", exit: 3, cause: "client-listed", whose: "client", hint: "look it up on the web site of the list"},
		{name: "this machine has no reverse name", on: "connect", reply: "554 5.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", exit: 3, cause: "client-no-reverse-name", whose: "client", hint: "PTR record"},
		{name: "a home connection", on: "connect", reply: "554 5.7.1 Dynamic/residential IP addresses are not allowed to send mail here", exit: 3, cause: "client-dynamic", whose: "client", hint: "fixed name"},
		{name: "too fast", on: "RCPT", reply: "450 4.7.1 Error: too much mail from 192.0.2.1", exit: 3, cause: "rate-limited", whose: "client", hint: "lower --jobs"},
		{name: "too many connections", on: "connect", reply: "421 4.7.0 mx1.example.test Error: too many connections from 192.0.2.1", exit: 3, cause: "too-many-connections", whose: "client", hint: "--per-host"},
		{name: "the name in EHLO is no name", on: "??LO *", reply: "501 5.5.4 Invalid domain name", exit: 3, cause: "helo-refused", whose: "client", hint: "--helo"},
		{name: "the name in EHLO is not full", on: "RCPT", reply: "504 5.5.2 <probe>: Helo command rejected: need fully-qualified hostname", exit: 3, cause: "helo-refused", whose: "client", hint: "--helo"},
		{name: "the name in EHLO is not in DNS", on: "RCPT", reply: "450 4.7.1 <probe.test>: Helo command rejected: Host not found", exit: 3, cause: "helo-refused", whose: "client", hint: "--helo"},
		{name: "no domain literals", on: "??LO *", reply: "501 domain literals not allowed", exit: 3, cause: "helo-refused", whose: "client", hint: "--helo"},
		{name: "our sender's domain does not exist", on: "RCPT", reply: "450 4.1.8 <probe@example.net>: Sender address rejected: Domain not found", exit: 3, cause: "sender-domain-unknown", whose: "sender", hint: "--from"},
		{name: "our sender is not in SPF", on: "RCPT", reply: "550 5.7.23 <kate@example.test>: Recipient address rejected: Message rejected due to: SPF fail - not authorized", exit: 3, cause: "spf-refused", whose: "sender", hint: "SPF record"},
		{name: "our sender is refused", on: "MAIL", reply: "550 5.7.1 <probe@example.net>: Sender address rejected: Access denied", exit: 3, cause: "sender-refused", whose: "sender", hint: "--from"},
		{name: "the sender was asked for and does not exist", on: "RCPT", reply: "550-Verification failed for <probe@example.net>\n550-No Such User Here\n550 Sender verify failed", exit: 3, cause: "sender-unknown", whose: "sender", hint: "--from"},

		{name: "no service here", on: "connect", reply: "554 5.3.2 No SMTP service here", exit: 1, cause: "server-no-mail", whose: "server", view: down, hint: "takes no mail"},
		{name: "this host takes no mail", on: "connect", reply: "521 5.3.2 mx1.example.test does not accept mail", exit: 1, cause: "server-no-mail", whose: "server", view: down, hint: "MX records"},
		{name: "TLS is required", on: "MAIL", reply: "530 5.7.0 Must issue a STARTTLS command first", exit: 1, cause: "tls-required", whose: "protocol", hint: "STARTTLS"},
		{name: "a login is required", on: "MAIL", reply: "530 5.7.1 Authentication required", exit: 1, cause: "auth-required", whose: "protocol", hint: "port 25"},
		{name: "spam", play: "@send", on: "end-of-data", reply: "554 5.7.1 Spam message rejected", exit: 1, cause: "content-spam", whose: "message", view: refused, hint: "rules and the score"},
		{name: "a virus", play: "@send", on: "end-of-data", reply: "554 5.7.1 virus Eicar-Test-Signature detected", exit: 1, cause: "content-virus", whose: "message", view: refused, hint: "EICAR"},
		{name: "too large", play: "@send", on: "end-of-data", reply: "552 5.3.4 Message size exceeds fixed limit", exit: 1, cause: "content-size", whose: "message", view: refused, hint: "SIZE"},
		{name: "DMARC", play: "@send", on: "end-of-data", reply: "550 5.7.1 Rejected by DMARC policy for example.net", exit: 3, cause: "dmarc-refused", whose: "sender", hint: "From"},
		{name: "nobody is left", play: "@send", on: "DATA", reply: "554 5.5.1 Error: no valid recipients", exit: 1, cause: "no-valid-recipients", whose: "protocol", view: refused, hint: "replies to RCPT TO"},
		{name: "the filter is broken", play: "@send", on: "end-of-data", reply: "451 4.7.1 Service unavailable - try again later: milter failure", exit: 3, cause: "server-filter", whose: "server", view: queued, hint: "its log names the filter"},
	}
	return append(answers, elsewhere()...)
}

// elsewhere are the situations in which what is wrong is no answer to a line.
func elsewhere() []situation {
	return []situation{
		{name: "all is well", exit: 0, view: atOnce},
		{name: "nothing listens", servers: mx1(func(s *sandbox.Server) { s.Dead = sandbox.RefusesAll }), exit: 1, cause: "connect-refused", whose: "network", view: down, hint: "the mail service is not running"},
		{name: "nothing answers", servers: mx1(func(s *sandbox.Server) { s.Dead = sandbox.HangsAll }), exit: 1, cause: "connect-timeout", whose: "network", view: down, hint: "outgoing port 25 is often blocked"},
		{name: "no way there", servers: mx1(func(s *sandbox.Server) { s.Dead = sandbox.Unreachable }), exit: 1, cause: "connect-unreachable", whose: "network", view: down, hint: "route"},
		{name: "a network without a way", servers: mx1(func(s *sandbox.Server) { s.Dead = sandbox.NoRoute }), exit: 1, whose: "network", cause: "connect-unreachable", view: down, hint: "route"},
		{name: "the first of two is dead", zone: twoMX, servers: two(func(s *sandbox.Server) { s.Dead = sandbox.RefusesAll }), exit: 1, cause: "connect-refused", whose: "network", view: lastOf2, hint: "not running"},
		{name: "the first of two does not answer", zone: twoMX, servers: two(func(s *sandbox.Server) { s.Dead = sandbox.HangsAll }), exit: 1, cause: "connect-timeout", whose: "network", view: lastOf2, hint: "mx2.example.test answered from this machine"},
		{name: "the first of two refuses", zone: twoMX, servers: two(func(s *sandbox.Server) { s.Rules = []sandbox.Rule{{On: "RCPT", Reply: "550 5.1.1 no such user"}} }), exit: 1, cause: "recipient-unknown", whose: "recipient", view: refused, hint: "--to"},
		{name: "silence", servers: mx1(func(s *sandbox.Server) { s.Rules = []sandbox.Rule{{On: "connect", Hang: true}} }), exit: 1, cause: "reply-timeout", whose: "network", view: down, hint: "nothing speaks SMTP"},
		{name: "hung up on", servers: mx1(func(s *sandbox.Server) { s.Rules = []sandbox.Rule{{On: "connect", Close: true}} }), exit: 1, cause: "connection-closed", whose: "server", view: down, hint: "limit"},
		{name: "reset at the greeting", servers: mx1(func(s *sandbox.Server) { s.Rules = []sandbox.Rule{{On: "connect", Reset: true}} }), exit: 1, cause: "connection-reset", whose: "network", view: down, hint: "firewall"},
		{name: "hung up on at RCPT", servers: mx1(func(s *sandbox.Server) { s.Rules = []sandbox.Rule{{On: "RCPT", Close: true}} }), exit: 1, cause: "connection-closed", whose: "server", view: down, hint: "log"},
		{name: "SSH", servers: says("SSH-2.0-OpenSSH_9.7\r\n"), exit: 1, cause: "not-smtp-ssh", whose: "server", view: down, hint: "SSH server"},
		{name: "IMAP", servers: says("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n"), exit: 1, cause: "not-smtp-imap", whose: "server", view: down, hint: "IMAP"},
		{name: "POP3", servers: says("+OK Dovecot ready.\r\n"), exit: 1, cause: "not-smtp-pop3", whose: "server", view: down, hint: "POP3"},

		{name: "null MX", zone: "@ MX 0 .\n", exit: 1, view: "A sender has no host to try (the domain takes no mail) and returns the mail at once: returned.", hint: "its owner says so in DNS"},
		{name: "no such domain", zone: "-", exit: 1, view: "A sender has no host to try (the DNS has none) and returns the mail at once: returned.", hint: "does not exist in DNS"},
		{name: "no host with an address", zone: "@ MX 10 mx1\n@ MX 20 mx2\n", exit: 1, view: "A sender has no host to try (none of its MX hosts has a usable address) and returns the mail at once: returned.", hint: "does not exist in DNS"},
		{name: "one host has no address", zone: "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\n", exit: 1, view: firstOf2, hint: "does not exist in DNS"},
		{name: "the name servers of the domain fail", faults: []sandbox.Fault{{Name: "example.test", Type: "MX", Answer: sandbox.ServFail}}, exit: 1, view: unlooked, hint: "name servers do not answer properly"},
		{name: "broken DNSSEC", faults: []sandbox.Fault{{Name: "example.test", Type: "MX", Answer: sandbox.Bogus}}, exit: 1, view: unlooked, hint: "DNSSEC signatures"},
		{name: "the name servers of its host fail", faults: []sandbox.Fault{{Name: "mx1.*", Answer: sandbox.ServFail}}, exit: 1, view: queued, hint: "name servers do not answer properly"},
		{name: "our resolver does not answer", faults: []sandbox.Fault{{Name: "*", Answer: sandbox.Silence}}, exit: 3, hint: "the resolver does not answer for the root"},

		{name: "postmaster refused without a domain", play: "@postmaster", on: "RCPT TO:<postmaster>", reply: "550 5.1.1 no", exit: 0},
		{name: "postmaster refused", play: "@postmaster", on: "RCPT TO:<postmaster@example.test>", reply: "550 5.1.1 User unknown", exit: 1, cause: "recipient-unknown", whose: "recipient", hint: "no such recipient"},
		{name: "an open relay, as it seems", play: "@relay", servers: mx1(func(s *sandbox.Server) { s.Relay = true }), exit: 1, hint: "suspicious and not yet proof"},
		{name: "relaying could not be asked", play: "@relay", on: "RCPT TO:<*@example.com>", reply: "554 5.7.1 Client host [192.0.2.1] blocked using bl.example.org", exit: 3, cause: "client-listed", whose: "client", hint: "list"},
		{name: "a bad sender for now", play: "@bad-sender", servers: mx1(func(s *sandbox.Server) {
			s.BadSender = sandbox.BadSenderAccepted
			s.Rules = []sandbox.Rule{{On: "MAIL FROM:<nobody@invalid.invalid>", Reply: "450 4.1.8 <nobody@invalid.invalid>: Sender address rejected: Domain not found"}}
		}), exit: 0},
	}
}

// TestSituations: exit status, cause, whose matter it is, what a sender would
// do, and the advice.
func TestSituations(t *testing.T) {
	t.Parallel()
	all := situations()
	if len(all) < 60 {
		t.Errorf("there are %d situations; want at least 60", len(all))
	}
	for i := range all {
		s := &all[i]
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			d := s.meet(t)
			if got := (outcome{verdict: d.Status}).status(); got != s.exit {
				t.Errorf("the status is %d (%v, %s); want %d", got, d.Status, d.Message, s.exit)
			}
			blame, hint := told(&d)
			if blame.Cause != s.cause || blame.Whose != s.whose {
				t.Errorf("the cause is %q of %q; want %q of %q", blame.Cause, blame.Whose, s.cause, s.whose)
			}
			if got := report.SendersView(&d); got != s.view {
				t.Errorf("of senders it says\n%q; want\n%q", got, s.view)
			}
			if !strings.Contains(hint, s.hint) || s.hint == "" && hint != "" {
				t.Errorf("the advice is %q; want %q", hint, s.hint)
			}
		})
	}
}

// meet plays the situation.
func (s *situation) meet(t *testing.T) result.Domain {
	t.Helper()
	spec := sandbox.Spec{Servers: s.servers, Faults: s.faults}
	switch s.zone {
	case "-":
	case "":
		spec.Zones = []sandbox.Zone{{Name: "example.test", Text: oneMX}}
	default:
		spec.Zones = []sandbox.Zone{{Name: "example.test", Text: s.zone}}
	}
	if s.on != "" {
		spec.Servers = mx1(func(m *sandbox.Server) { m.Rules = []sandbox.Rule{{On: s.on, Reply: s.reply}} })
	}
	if spec.Servers == nil && (s.zone == "" || strings.Contains(s.zone, "mx1 A 192")) {
		spec.Servers = mx1(func(*sandbox.Server) {})
	}
	w := sandboxtest.Start(t, spec)
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{w.DNS()}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	run := dialogue.NewRun(&dialogue.Settings{
		Dialer: w, HELO: "probe.example.net", From: "probe@example.net", To: "kate@example.test", RunID: "run1",
		ReplyTimeout: time.Second, ConnectTimeout: time.Second,
	})
	name := s.play
	if name == "" {
		name = "@rcpt"
	}
	source, ok := scenarios.Builtin(name)
	if !ok {
		t.Fatalf("there is no scenario %s", name)
	}
	parsed, err := scenarios.Parse(name, source)
	if err != nil {
		t.Fatal(err)
	}
	var checks []probe.Check
	for _, sc := range parsed {
		check, err := dialogue.New(t.Context(), sc, run)
		if err != nil {
			t.Fatal(err)
		}
		checks = append(checks, check)
	}
	runner := &probe.Runner{Resolver: resolver}
	for d := range runner.Run(t.Context(), slices.Values([]probe.Request{{Domain: "example.test", Checks: checks}})) {
		return d
	}
	t.Fatal("the run yielded nothing")
	return result.Domain{}
}

// told is what the report says first: of the first dialogue that did not pass,
// else of a host or of the domain.
func told(d *result.Domain) (result.Blame, string) {
	for p := range d.Played() {
		if c := p.Check; c.Status > result.Warn {
			return c.Blame, cmp.Or(d.Hint, c.Hint)
		}
	}
	for i := range d.Hosts {
		if h := &d.Hosts[i]; h.Hint != "" {
			return result.Blame{}, h.Hint
		}
	}
	return result.Blame{}, d.Hint
}
