//go:build linux

package interop

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// broken is one way in which a Postfix can be set up wrongly, or strictly, and
// what its administrator has to be told.
type broken struct {
	name       string
	parameters []string
	args       []string // beside the usual ones; @rcpt where they name no scenario

	exit         int
	cause, whose string
	view         result.SenderView
	hint         string // a part of the advice
}

// dies is a service that ends as soon as there is a client: the connection is
// closed, or waits for a service that is not started again so soon.
const dies = "connection-closed or reply-timeout"

const brokenDomain = "broken.postfix.test"

func brokenSetUps() []broken {
	helo := func(restriction string) []string {
		return []string{"smtpd_helo_required = yes", "smtpd_helo_restrictions = " + restriction}
	}
	sender := func(restriction string) []string { return []string{"smtpd_sender_restrictions = " + restriction} }
	client := func(action string) []string {
		return []string{"smtpd_client_restrictions = check_client_access static:{" + action + "}"}
	}
	rcpt := func(restriction string) []string {
		return []string{"smtpd_recipient_restrictions = " + restriction}
	}
	elsewhere := []string{"--to", "kate@elsewhere.example"}
	bare, stranger := []string{"--helo", "probe"}, []string{"--to", "nobody@" + brokenDomain}
	const fqdn = "reject_non_fqdn_helo_hostname"
	return []broken{
		{"nothing is wrong", nil, nil, 0, "", "", result.ViewAtOnce, ""},
		{"no such user", nil, stranger, 1, "recipient-unknown", "recipient", result.ViewRefused, "typing error"},
		{"another domain", nil, elsewhere, 1, "relay-denied", "recipient", result.ViewRefused, "MX record"},
		{"a name that is not full", helo(fqdn), bare, 3, "helo-refused", "client", "", "--helo"},
		{"the same at once", append(helo(fqdn), "smtpd_delay_reject = no"), bare, 3, "helo-refused", "client", "", "--helo"},
		{"a name in a table", helo("check_helo_access inline:{probe.sender.test=REJECT}"), nil, 3, "helo-refused", "client", "", "--helo"},
		{"a sender that is not full", sender("reject_non_fqdn_sender"), []string{"--from", "probe@localhost"}, 3, "sender-syntax", "sender", "", "--from"},
		{"a sender in a table", sender("check_sender_access inline:{sender.test=REJECT}"), nil, 3, "sender-refused", "sender", "", "--from"},
		{"a sender of our own that is not there", []string{"smtpd_reject_unlisted_sender = yes"}, []string{"--from", "nobody@" + brokenDomain}, 3, "sender-unknown", "sender", "", "--from"},
		{"all clients refused", []string{"smtpd_client_restrictions = reject", "smtpd_delay_reject = no"}, nil, 3, "client-refused", "client", "", "--source"},
		{"all clients refused later", []string{"smtpd_client_restrictions = reject"}, nil, 3, "client-refused", "client", "", "--source"},
		{"clients put off", client("DEFER"), nil, 3, "client-refused", "client", "", ""},
		{"clients put off by 421", client("421 4.7.0 come back later"), nil, 3, "client-refused", "client", "", "--source"},
		{"clients refused in words of their own", client("554 5.7.1 You are on my private block list"), nil, 3, "client-listed", "client", "", "list"},
		{"a recipient in a table", rcpt("check_recipient_access inline:{kate@" + brokenDomain + "=REJECT}"), nil, 1, "recipient-restricted", "recipient", result.ViewRefused, ""},
		{"a recipient in a table, for now", rcpt("check_recipient_access static:{450 4.2.1 mailbox is being moved}"), nil, 3, "", "", result.ViewQueued, ""},
		{"the table of users is not there", []string{"virtual_mailbox_maps = texthash:/nowhere/recipients"}, nil, 3, "server-lookup", "server", result.ViewQueued, "log"},
		{"the policy server does not run", rcpt("check_policy_service inet:127.0.0.1:9"), nil, 3, "server-filter", "server", result.ViewQueued, "its policy service"},
		// Its words are those for any filter that asks to come back.
		{"the milter does not run", []string{"smtpd_milters = inet:127.0.0.1:9", "milter_default_action = tempfail"}, nil, 3, "", "", result.ViewQueued, "run again later"},
		{"the milter does not run, and refuses", []string{"smtpd_milters = inet:127.0.0.1:9", "milter_default_action = reject"}, nil, 1, "server-no-service", "server", result.ViewDown, "log"},
		{"the disk is full", []string{"queue_minfree = 900000000000000"}, nil, 3, "server-storage", "server", result.ViewQueued, "administrator"},
		{"TLS without a certificate is required", []string{"smtpd_tls_security_level = encrypt"}, nil, 1, "tls-broken-server", "server", result.ViewRefused, "certificate"},
		{"a login is required", []string{"smtpd_relay_restrictions = permit_sasl_authenticated,reject", "smtpd_sasl_auth_enable = no"}, nil, 1, "recipient-restricted", "recipient", result.ViewRefused, ""},
		{"SASL without a server", []string{"smtpd_sasl_auth_enable = yes", "smtpd_sasl_type = dovecot", "smtpd_sasl_path = /nowhere/auth"}, nil, 1, dies, "", result.ViewDown, "its log tells"},
		{"a parameter that is none", []string{"smtpd_recipient_restrictions = no_such_restriction"}, nil, 3, "server-config", "server", result.ViewQueued, "log"},
		{"a restriction list that lets all relay", []string{"smtpd_relay_restrictions =", "smtpd_recipient_restrictions = permit_mynetworks"}, nil, 1, dies, "", result.ViewDown, "its log tells"},
		{"too few errors allowed", []string{"smtpd_hard_error_limit = 1", "smtpd_soft_error_limit = 1"}, stranger, 1, "recipient-unknown", "recipient", result.ViewRefused, ""},
		{"few recipients", []string{"smtpd_recipient_limit = 1"}, []string{"--to", "kate@" + brokenDomain, "--to", "postmaster@" + brokenDomain}, 3, "too-many-recipients", "protocol", result.ViewAtOnce, "transaction"},
		{"a small size", []string{"message_size_limit = 200"}, []string{"@send"}, 1, "content-size", "message", result.ViewRefused, "SIZE"},
		{"no VRFY", []string{"disable_vrfy_command = yes"}, []string{"@vrfy"}, 0, "", "", "", ""},
		{"the postmaster is missing", rcpt("check_recipient_access static:{550 5.1.1 no such user}"), []string{"@postmaster"}, 1, "recipient-unknown", "recipient", "", ""},
	}
}

// TestBrokenPostfix reads what the program says of each set-up.
func TestBrokenPostfix(t *testing.T) {
	all := brokenSetUps()
	ips := make([]string, len(all))
	variants := make([]mta.Variant, len(all))
	for i := range all {
		ips[i] = fmt.Sprintf("127.0.7.%d", i+1)
		variants[i] = mta.Variant{IP: ips[i], Parameters: append([]string{"smtpd_error_sleep_time = 0"}, all[i].parameters...)}
	}
	port, err := mta.FreePort(ips...)
	if err != nil {
		t.Fatal(err)
	}
	need(t, server(theWorld, "broken-postfix", func(dir string) (*mta.Process, error) {
		return mta.StartPostfix(dir, mta.PostfixConfig{
			Port: port, Variants: variants, Domains: []string{brokenDomain},
			Recipients: []string{"kate@" + brokenDomain, "postmaster@" + brokenDomain},
		})
	}))
	for i := range all {
		b := &all[i]
		t.Run(b.name, func(t *testing.T) {
			args := append([]string{}, b.args...)
			if len(args) == 0 || !strings.HasPrefix(args[0], "@") {
				args = append([]string{"@rcpt"}, args...)
			}
			if !strings.Contains(strings.Join(args, " "), "--to ") && !strings.Contains(args[0], "@postmaster") {
				args = append(args, "--to", "kate@"+brokenDomain)
			}
			args = append(args, "-d", brokenDomain, "-H", net.JoinHostPort(ips[i], strconv.Itoa(port)), "--port", strconv.Itoa(port), "--timeout", "5s", "--retry", "0")
			for _, flag := range [][2]string{{"--helo", "probe.sender.test"}, {"--from", "probe@sender.test"}} {
				if !slices.Contains(args, flag[0]) {
					args = append(args, flag[0], flag[1])
				}
			}
			text := execute(t, append([]string{"run"}, args...)...)
			t.Logf("$ %s\n%s", text, text.stdout)
			o := play(t, args...)
			o.exits(b.exit)
			b.told(t, o.domain())
		})
	}
}

func (b *broken) told(t *testing.T, d *result.Domain) {
	t.Helper()
	var c result.Check
	for p := range d.Played() {
		if p.Check.Status > c.Status {
			c = *p.Check
		}
	}
	if c.Status <= result.Warn {
		c = result.Check{}
	}
	if b.cause == dies {
		if c.Cause != "connection-closed" && c.Cause != "reply-timeout" {
			t.Errorf("the cause is %q", c.Cause)
		}
	} else if c.Cause != b.cause || c.Whose != b.whose {
		t.Errorf("the cause is %q of %q; want %q of %q", c.Cause, c.Whose, b.cause, b.whose)
	}
	if !strings.Contains(c.Hint, b.hint) {
		t.Errorf("the advice is %q; want %q", c.Hint, b.hint)
	}
	var view result.SenderView
	if d.Sender != nil {
		view = d.Sender.View
	}
	if view != b.view {
		t.Errorf("of senders it says %q (%s); want %q", view, report.SendersView(d), b.view)
	}
}

// TestBrokenOthers reads what the program says of other servers and refusals.
func TestBrokenOthers(t *testing.T) {
	rows := []struct {
		domain, ip string
		get        func() (*mta.Process, error)
		broken
	}{
		{"exim.test", ipExim, theWorld.exim, broken{"Exim, no such user", nil, []string{"--to", "nobody@exim.test"}, 1, "recipient-unknown", "recipient", result.ViewRefused, "typing error"}},
		{"exim.test", ipExim, theWorld.exim, broken{"Exim, another domain", nil, []string{"--to", "kate@elsewhere.example"}, 1, "relay-denied", "recipient", result.ViewRefused, "MX record"}},
		{"closed.exim.test", ipEximClosed, theWorld.exim, broken{"Exim, all refused", nil, []string{"--to", "kate@closed.exim.test"}, 1, "server-no-service", "server", result.ViewDown, "log"}},
		{"grey.exim.test", ipEximGrey, theWorld.exim, broken{"Exim, greylisting", nil, []string{"--to", "kate@grey.exim.test", "--from", newSender()}, 3, "greylisted", "client", result.ViewQueued, "--retry 1"}},
		{"sendmail.test", ipSendmail, theWorld.sendmail, broken{"Sendmail, no such user", nil, []string{"--to", "nobody@sendmail.test"}, 1, "recipient-unknown", "recipient", result.ViewRefused, "typing error"}},
		{"sendmail.test", ipSendmail, theWorld.sendmail, broken{"Sendmail, another domain", nil, []string{"--to", "kate@elsewhere.example"}, 1, "relay-denied", "recipient", result.ViewRefused, "MX record"}},
		{"opensmtpd.test", ipOpenSMTPD, theWorld.openSMTPD, broken{"OpenSMTPD, no such user", nil, []string{"--to", "nobody@opensmtpd.test"}, 1, "recipient-unknown", "recipient", result.ViewRefused, "typing error"}},
		{"opensmtpd.test", ipOpenSMTPD, theWorld.openSMTPD, broken{"OpenSMTPD, another domain", nil, []string{"--to", "kate@elsewhere.example"}, 1, "recipient-unknown", "recipient", result.ViewRefused, ""}},
	}
	for i := range rows {
		r := &rows[i]
		t.Run(r.name, func(t *testing.T) {
			need(t, r.get)
			args := append([]string{"@rcpt", "-d", r.domain, "-H", theWorld.addr(r.ip), "--timeout", "10s", "--retry", "0"}, r.args...)
			o := play(t, args...)
			o.exits(r.exit)
			for p := range o.domain().Played() {
				t.Logf("%s\n%s\n%s\n%s", p.Check.Message, p.Check.Cause, p.Check.Hint, report.SendersView(o.domain()))
			}
			r.told(t, o.domain())
		})
	}
}
