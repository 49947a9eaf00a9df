package report

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mxprobe/probe/result"
)

// Provider is who runs the mail of a domain, as far as a name tells: the
// registrable domain of the host that a sender tries first; nothing where
// there is no such host, or it has no name.
func Provider(d *result.Domain) string {
	if len(d.Hosts) == 0 {
		return ""
	}
	name := strings.ToLower(strings.Trim(d.Hosts[0].Name, "[]."))
	if _, err := netip.ParseAddr(strings.TrimPrefix(name, "ipv6:")); err == nil {
		return ""
	}
	if own, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return clean(own)
	}
	return clean(name)
}

// Software is the mail server that the greeting of a domain names: of the
// first address that greeted, by the order of the hosts; "not named" where it
// names none that is known, nothing where nobody greeted. A greeting is
// what somebody configured, and may not be true.
func Software(d *result.Domain) string {
	for at := range d.Played() {
		for i := range at.Check.Steps {
			s := &at.Check.Steps[i]
			if s.Number != 0 || s.Code/100 != 2 || len(s.Text) == 0 {
				continue
			}
			return softwareOf(strings.Join(s.Text, " "))
		}
	}
	return ""
}

// notNamed is a greeting that tells of no software.
const notNamed = "not named"

// softwareOf looks for the words that servers put into their greetings. What
// stands in front of another is more exact: a filter before a server.
func softwareOf(greeting string) string {
	low := strings.ToLower(greeting)
	for _, s := range [...][2]string{
		{"gsmtp", "Google"},
		{"google.com esmtp", "Google"},
		{"microsoft esmtp mail service", "Microsoft"},
		{"mimecast", "Mimecast"},
		{"proofpoint", "Proofpoint"},
		{"barracuda", "Barracuda"},
		{"ironport", "Cisco"},
		{"postfix", "Postfix"},
		{"exim", "Exim"},
		{"sendmail", "Sendmail"},
		{"opensmtpd", "OpenSMTPD"},
		{"haraka", "Haraka"},
		{"chasquid", "chasquid"},
		{"stalwart", "Stalwart"},
		{"maddy", "maddy"},
		{"kumomta", "KumoMTA"},
		{"powermta", "PowerMTA"},
		{"port25", "PowerMTA"},
		{"halon", "Halon"},
		{"courier", "Courier"},
		{"qmail", "qmail"},
		{"hmailserver", "hMailServer"},
		{"mailenable", "MailEnable"},
		{"mdaemon", "MDaemon"},
		{"icewarp", "IceWarp"},
		{"kerio", "Kerio"},
		{"communigate", "CommuniGate"},
		{"lotus domino", "Domino"},
		{"groupwise", "GroupWise"},
		{"zimbra", "Zimbra"},
		{"axigen", "Axigen"},
		{"oracle communications messaging", "Oracle"},
		{"apache james", "James"},
		{"james smtp", "James"},
		{"surgemail", "SurgeMail"},
		{"smartermail", "SmarterMail"},
		{"mailpit", "Mailpit"},
		{"python smtp", "aiosmtpd"},
		{"mxprobe sandbox", "mxprobe sandbox"},
	} {
		if at := strings.Index(low, s[0]); at >= 0 && wordAt(low, at, len(s[0])) {
			return s[1]
		}
	}
	return notNamed
}

// wordAt reports whether no letter stands before or behind a part of a text,
// so that a host called eximius is not taken for Exim.
func wordAt(s string, at, n int) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] == '-' && i > at)
	}
	return !letter(at-1) && !letter(at+n) && !strings.HasPrefix(s[at+n:], ".")
}
