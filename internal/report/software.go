package report

import (
	"math/bits"
	"strings"

	"mxprobe/probe/result"
)

// Software is the mail server that the greeting of a domain names: of the
// first address that greeted, by the order of the hosts; "not named" where it
// names none that is known, nothing where nobody greeted. A greeting is
// what somebody configured, and may not be true. There are only as many names as
// the tables below have.
func Software(d *result.Domain) string {
	for at := range d.Played() {
		for i := range at.Check.Steps {
			s := &at.Check.Steps[i]
			if s.Number != 0 || s.Code/100 != 2 || len(s.Text) == 0 {
				continue
			}
			return softwareOf(s.Text)
		}
	}
	return ""
}

// notNamed is a greeting that tells of no software.
const notNamed = "not named"

// How much of a line of a greeting is looked at.
const (
	maxGreeting = 512
	maxWords    = 64
)

// softwareOf looks at the lines of a greeting, the first of which is the one that
// programs write; what follows are often terms of use.
func softwareOf(lines []string) string {
	for i, line := range lines {
		low := strings.ToLower(line[:min(len(line), maxGreeting)])
		if i > 0 && !strings.Contains(low, "smtp") {
			continue
		}
		name, said := cutName(low)
		if s := serviceOf(name); s != "" && i == 0 {
			return s
		}
		if s := namedIn(said); s != "" {
			return s
		}
		if s := shapeOf(said); s != "" && i == 0 {
			return s
		}
	}
	return notNamed
}

// cutName cuts the name of the server off, with which a greeting begins (RFC 5321
// section 4.2): a host may be called after any software.
func cutName(greeting string) (name, said string) {
	first, rest, _ := strings.Cut(strings.TrimSpace(greeting), " ")
	rest = strings.TrimSpace(rest)
	if first == "microsoft" { // which some let stand alone
		return "", greeting
	}
	if strings.Contains(strings.Trim(first, "."), ".") || strings.HasPrefix(rest, "esmtp") || strings.HasPrefix(rest, "smtp") {
		return strings.Trim(first, "[]<>.,;:-"), rest
	}
	return "", strings.TrimSpace(greeting)
}

// serviceOf knows the services whose servers greet with the name of the service and
// of no software.
func serviceOf(name string) string {
	switch {
	case name == "ak47":
		return "Mailgun"
	case strings.HasPrefix(name, "inbound-smtp.") && strings.HasSuffix(name, ".amazonaws.com"): // other machines there are their tenants'
		return "Amazon SES"
	}
	for _, s := range [...][2]string{
		{"google.com", "Google"},
		{"protection.outlook.com", "Exchange Online"},
		{"mx.microsoft", "Exchange Online"},
		{"hotmail.com", "Outlook.com"},
		{"pphosted.com", "Proofpoint"},
		{"ppe-hosted.com", "Proofpoint"},
		{"mimecast.com", "Mimecast"},
		{"mimecast.co.za", "Mimecast"},
		{"barracudanetworks.com", "Barracuda"},
		{"iphmx.com", "Cisco"},
		{"messagelabs.com", "Symantec"},
		{"hydra.sophos.com", "Sophos"},
		{"trendmicro.com", "Trend Micro"},
		{"trendmicro.eu", "Trend Micro"},
		{"fortimailcloud.com", "FortiMail"},
		{"hornetsecurity.com", "Hornetsecurity"},
		{"antispameurope.com", "Hornetsecurity"},
		{"mailcontrol.com", "Forcepoint"},
		{"yahoo.com", "Yahoo"},
		{"yahoodns.net", "Yahoo"},
		{"icloud.com", "iCloud"},
		{"mailgun.org", "Mailgun"},
		{"sendgrid.net", "SendGrid"},
		{"messagingengine.com", "Fastmail"},
		{"zoho.com", "Zoho"},
		{"zoho.eu", "Zoho"},
		{"zohomail.com", "Zoho"},
		{"yandex.net", "Yandex"},
		{"yandex.ru", "Yandex"},
		{"mail.ru", "Mail.ru"},
		{"qq.com", "Tencent"},
	} {
		if above, ok := strings.CutSuffix(name, s[0]); ok && (above == "" || strings.HasSuffix(above, ".")) {
			return s[1]
		}
	}
	return ""
}

// namedIn looks for the words that servers put into their greetings behind their
// names. What stands in front of another is more exact: a filter before a server. A
// word that is also one of everyday speech, or a name of people, stands with what
// is around it.
func namedIn(said string) string {
	var starts [maxWords]int16
	var with ['z' - 'a' + 1]uint64 // which of the starts have this letter
	n := 0
	for at := range len(said) {
		if n < maxWords && isLetter(said, at) && beginsWord(said, at) {
			starts[n] = int16(at)
			with[said[at]-'a'] |= 1 << n
			n++
		}
	}
	for _, s := range [...][2]string{
		// filters, and what belongs to a service
		{"gsmtp", "Google"},
		{"mimecast", "Mimecast"},
		{"proofpoint", "Proofpoint"},
		{"barracuda", "Barracuda"},
		{"ironport", "Cisco"},
		{"fortimail", "FortiMail"},
		{"esmtp smtpd;", "FortiMail"},
		{"symantec messaging gateway", "Symantec"},
		{"symantec mail security", "Symantec"},
		{"mailmarshal", "MailMarshal"},
		{"trustwave seg", "MailMarshal"},
		{"mailsweeper", "Clearswift"},
		{"clearswift", "Clearswift"},
		{"mcafee", "McAfee"},
		{"webshield", "McAfee"},
		{"trend micro", "Trend Micro"},
		{"trendmicro", "Trend Micro"},
		{"interscan", "Trend Micro"},
		{"sonicwall", "SonicWall"},
		{"spamtitan", "SpamTitan"},
		{"libraesva", "Libraesva"},
		{"cellopoint", "Cellopoint"},
		{"esafe", "eSafe"},
		{"proxmox", "Proxmox"},
		{"borderware", "BorderWare"},
		{"pineapp", "PineApp"},
		{"qpsmtpd", "qpsmtpd"},
		{"assp", "ASSP"},
		{"spamd ip-based spam blocker", "spamd"},
		{"smtp/smap", "smap"},
		{"smtp/cmap", "smap"},
		{"simpleemailservice", "Amazon SES"},
		{"mailgun influx", "Mailgun"},
		{"sendgrid", "SendGrid"},
		{"sendgrid.net", "SendGrid"},
		{"coremail", "Coremail"},
		{"nemesis esmtp", "Nemesis"},
		{"qq mail server", "Tencent"},
		// servers
		{"microsoft esmtp mail service, version", "IIS"},
		{"microsoft smtp mail service", "IIS"},
		{"microsoft esmtp", "Exchange"},
		{"microsoft exchange", "Exchange"},
		{"postfix", "Postfix"},
		{"exim", "Exim"},
		{"sendmail", "Sendmail"},
		{"opensmtpd", "OpenSMTPD"},
		{"haraka", "Haraka"},
		{"chasquid", "chasquid"},
		{"stalwart", "Stalwart"},
		{"maddy", "maddy"},
		{"esmtp mox", "mox"},
		{"kumomta", "KumoMTA"},
		{"powermta", "PowerMTA"},
		{"port25", "PowerMTA"},
		{"ecelerity", "Momentum"},
		{"esmtp momentum", "Momentum"},
		{"greenarrow", "GreenArrow"},
		{"mailerq", "MailerQ"},
		{"esmtp halon", "Halon"},
		{"strongmail", "StrongMail"},
		{"hurricane mta", "Hurricane MTA"},
		{"hurricane server", "Hurricane MTA"},
		{"esmtp postal", "Postal"},
		{"courier", "Courier"},
		{"qmail", "qmail"},
		{"netqmail", "qmail"},
		{"xmail", "XMail"},
		{"zmailer", "ZMailer"},
		{"pmdf", "PMDF"},
		{"citadel server", "Citadel"},
		{"masqmail", "MasqMail"},
		{"apache james", "James"},
		{"james smtp", "James"},
		{"hmailserver", "hMailServer"},
		{"mailenable", "MailEnable"},
		{"mdaemon", "MDaemon"},
		{"icewarp", "IceWarp"},
		{"merak", "IceWarp"},
		{"kerio", "Kerio"},
		{"winroute", "Kerio"},
		{"communigate", "CommuniGate"},
		{"stalker internet mail", "CommuniGate"},
		{"lotus domino", "Domino"},
		{"ibm domino", "Domino"},
		{"hcl domino", "Domino"},
		{"domino release", "Domino"},
		{"lotus smtp", "Domino"},
		{"groupwise", "GroupWise"},
		{"zimbra", "Zimbra"},
		{"scalix", "Scalix"},
		{"axigen", "Axigen"},
		{"mirapoint", "Mirapoint"},
		{"openwave", "Openwave"},
		{"intermail", "Openwave"},
		{"oracle communications messag", "Oracle"},
		{"sun java", "Oracle"},
		{"sun java(tm", "Oracle"},
		{"iplanet messaging", "Oracle"},
		{"netscape messaging", "Oracle"},
		{"surgemail", "SurgeMail"},
		{"smartermail", "SmarterMail"},
		{"imail", "IMail"},
		{"mailsite", "MailSite"},
		{"mail-max", "MailMax"},
		{"mailmax", "MailMax"},
		{"slmail", "SLmail"},
		{"argosoft", "ArGoSoft"},
		{"vpop3", "VPOP3"},
		{"vopmail", "VOPmail"},
		{"modusmail", "ModusMail"},
		{"ntmail", "NTMail"},
		{"gordano", "NTMail"},
		{"ftgate", "FTGate"},
		{"mercury/", "Mercury"},
		{"mercur", "Mercur"},
		{"eudora internet mail server", "EIMS"},
		{"appleshare", "AppleShare"},
		{"winmail", "Winmail"},
		{"desknow", "DeskNow"},
		{"tobit", "Tobit David"},
		{"david.fx", "Tobit David"},
		{"xeams", "Xeams"},
		{"mailtraq", "Mailtraq"},
		{"synchronet", "Synchronet"},
		{"worldmail", "WorldMail"},
		{"post.office", "Post.Office"},
		{"pmailserver", "PMailServer"},
		{"ims smtp receiver", "EMWAC"},
		{"ibm vm smtp", "IBM VM"},
		{"ccproxy", "CCProxy"},
		{"analogx proxy", "AnalogX"},
		{"magicmail", "MagicMail"},
		{"maillennium", "Maillennium"},
		// servers for tests
		{"mailpit", "Mailpit"},
		{"mailhog", "MailHog"},
		{"mailcatcher", "MailCatcher"},
		{"papercut", "Papercut"},
		{"smtp4dev", "smtp4dev"},
		{"greenmail", "GreenMail"},
		{"inbucket", "Inbucket"},
		{"subethasmtp", "SubEthaSMTP"},
		{"python smtp", "aiosmtpd"},
		{"mxprobe sandbox", "mxprobe sandbox"},
	} {
		for left := with[s[0][0]-'a']; left != 0; left &= left - 1 {
			at := int(starts[bits.TrailingZeros64(left)])
			if strings.HasPrefix(said[at:], s[0]) && endsWord(said, at+len(s[0])) {
				return s[1]
			}
		}
	}
	return ""
}

func isLetter(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= 'a' && s[i] <= 'z' }

// beginsWord reports whether a word begins at a place, and no part of the name of a
// host.
func beginsWord(s string, at int) bool {
	return at == 0 || !isLetter(s, at-1) && !strings.ContainsRune("-.@", rune(s[at-1]))
}

// endsWord reports whether a word ends before a place: eximius, postfix.example and
// postfix-1.example are no software.
func endsWord(s string, at int) bool {
	if s[at-1] == '/' || at == len(s) {
		return true
	}
	return !isLetter(s, at) && s[at] != '@' && !(strings.ContainsRune(".-", rune(s[at])) && isLetter(s, at+1))
}

// shapeOf knows greetings that say who they are by their form alone.
func shapeOf(said string) string {
	if stars := strings.Count(said, "*"); stars >= 20 && 2*stars > len(said) {
		return "Cisco ASA" // it hides what the server behind it says
	}
	// Barracuda: a sum in parentheses behind ESMTP.
	if sum, ok := strings.CutPrefix(said, "esmtp ("); ok && len(sum) == 33 && strings.Trim(sum[:32], "0123456789abcdef") == "" && sum[32] == ')' {
		return "Barracuda"
	}
	return ""
}
