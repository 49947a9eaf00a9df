package trace

import (
	"strings"

	"mxprobe/internal/ascii"
)

// marks returns what a field has that a program wrote, in lower case. The first
// that is found counts: a filter names the program too that it works for.
func marks() [][2]string {
	return [][2]string{
		{"amavis", "amavis"},
		{"rspamd", "Rspamd"},
		{"spamassassin", "SpamAssassin"},
		{"(postfix", "Postfix"},
		{"postfix on ", "Postfix"},
		{"(exim", "Exim"},
		{"mimecast", "Mimecast"},
		{"pphosted.com", "Proofpoint"},
		{"ppops.net", "Proofpoint"},
		{"proofpoint", "Proofpoint"},
		{"barracuda", "Barracuda"},
		{"messagelabs", "MessageLabs"},
		{"ironport", "Cisco IronPort"},
		{"fortimail", "FortiMail"},
		{"sophos", "Sophos"},
		{"trendmicro", "Trend Micro"},
		{"mailcontrol", "Forcepoint"},
		{"outlook.com", "Microsoft 365"},
		{"protection.outlook", "Microsoft 365"},
		{"outlook.office365", "Microsoft 365"},
		{"microsoft smtpsvc", "Microsoft SMTP Service"},
		{"microsoft smtp server", "Exchange"},
		{"with mapi", "Exchange"},
		{"internet mail service", "Exchange"},
		{"by mx.google.com", "Gmail"},
		{"by smtp.gmail.com", "Gmail"},
		{".google.com", "Gmail"},
		{"by 2002:a", "Gmail"},
		{"by 10.", "Gmail"},
		{"qmail ", "qmail"},
		{"opensmtpd", "OpenSMTPD"},
		{"haraka", "Haraka"},
		{"dovecot", "Dovecot"},
		{"sendmail", "Sendmail"},
		{"(v8/cf)", "Sendmail"},
		{"indimail", "IndiMail"},
		{"surgemail", "SurgeMail"},
		{"mercury ", "Mercury"},
		{"interscan", "Trend Micro"},
		{"openmail", "OpenMail"},
		{"coremail", "Coremail"},
		{"zoho", "Zoho"},
		{"yandex", "Yandex"},
		{"mxlogic", "McAfee"},
		{"/submit)", "Sendmail"},
		{"communigate", "CommuniGate Pro"},
		{"lotus domino", "Domino"},
		{"ibm domino", "Domino"},
		{"hcl domino", "Domino"},
		{"groupwise", "GroupWise"},
		{"courier", "Courier"},
		{"esmtp courier", "Courier"},
		{"mdaemon", "MDaemon"},
		{"powermta", "PowerMTA"},
		{"port25", "PowerMTA"},
		{"momentum", "Momentum"},
		{"ecelerity", "Momentum"},
		{"smtpd32", "IMail"},
		{"(imail", "IMail"},
		{"zimbra", "Zimbra"},
		{"chasquid", "chasquid"},
		{"maddy", "maddy"},
		{"stalwart", "Stalwart"},
		{"(smtpd)", "OpenSMTPD"},
		{"amazonses", "Amazon SES"},
		{"dragonfly mail agent", "DragonFly Mail Agent"},
		{"nullmailer", "nullmailer"},
		{"msmtp", "msmtp"},
		{"oracle communications messaging", "Oracle Messaging Server"},
		{"iplanet messaging", "Oracle Messaging Server"},
		{"sun java", "Oracle Messaging Server"},
		{"cloudmark", "Cloudmark"},
		{"fetchmail", "fetchmail"},
		{"nnfmp", "Yahoo"},
		{"hmailserver", "hMailServer"},
		{"mailenable", "MailEnable"},
		{"kerio", "Kerio Connect"},
		{"icewarp", "IceWarp"},
		{"merak", "IceWarp"},
		{"james smtp", "Apache James"},
		{"apache james", "Apache James"},
		{"xmail", "XMail"},
		{"smail", "Smail"},
		{"zmailer", "ZMailer"},
		{"mailman", "Mailman"},
	}
}

// softwareOf names the program that wrote a Received field, empty if it is not
// recognised.
func softwareOf(way, date string) string {
	lower := strings.ToLower(way)
	by := lower
	if strings.HasPrefix(lower, "(qmail ") {
		return "qmail"
	}
	if i := strings.Index(lower, "by "); i >= 0 && (i == 0 || lower[i-1] == ' ') {
		by = lower[i:] // what stands before it is about the client
	} else if strings.HasPrefix(lower, "from ") {
		by = ""
	}
	for _, mark := range marks() {
		if strings.Contains(by, mark[0]) {
			if mark[0] == "by 10." && !strings.Contains(by, "with smtp id") && !strings.Contains(by, "with http") {
				continue
			}
			return mark[1]
		}
	}
	switch {
	case isSendmail(by):
		return "Sendmail"
	case isQmail(by, date):
		return "qmail"
	}
	return ""
}

// isQmail reports whether a field has the form of qmail and its kin: nothing
// behind the protocol, and a date without a weekday in UTC.
func isQmail(by, date string) bool {
	date = strings.TrimSpace(date)
	return date != "" && ascii.Digit(date[0]) && strings.HasSuffix(date, " -0000") &&
		(strings.HasSuffix(by, "with smtp") || strings.HasSuffix(by, "with esmtp") || strings.HasSuffix(by, "with esmtps") || strings.HasSuffix(by, "encrypted) smtp"))
}

// isSendmail reports whether there are the two versions that Sendmail writes
// behind its name: "(8.17.1/8.17.1)", and before it "(8.9.3)".
func isSendmail(by string) bool {
	for at := 0; ; {
		i := strings.IndexByte(by[at:], '(')
		if i < 0 {
			return false
		}
		at += i + 1
		version, _, _ := strings.Cut(by[at:], ")")
		if len(version) > 3 && len(version) < 60 && (version[:2] == "8." || version[:2] == "5.") && ascii.Digit(version[2]) && isVersion(version) {
			return true
		}
	}
}

// isVersion reports whether there are no blanks in a text: a remark in words
// is no version.
func isVersion(s string) bool { return !strings.ContainsAny(s, " @[]") }
