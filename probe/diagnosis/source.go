package diagnosis

import "strings"

// sourceName returns what a key of a rule stands for. A key of an RFC stands
// for that RFC.
func sourceName(key string) string {
	if number, ok := strings.CutPrefix(key, "rfc"); ok {
		return "RFC " + number
	}
	switch key {
	case "microsoft":
		return "Microsoft, https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online"
	case "gmail":
		return "Google, https://support.google.com/a/answer/3726730"
	case "yahoo":
		return "Yahoo, https://senders.yahooinc.com/smtp-error-codes/"
	case "aol":
		return "AOL postmaster error codes"
	case "apple":
		return "Apple, https://support.apple.com/en-us/102322"
	case "gmx":
		return "GMX and web.de, https://postmaster.gmx.net/en/error-messages"
	case "telekom":
		return "Deutsche Telekom, https://postmaster.t-online.de/"
	case "comcast":
		return "Comcast, https://postmaster.comcast.net/smtp-error-codes.php"
	case "cox":
		return "Cox, https://www.cox.com/residential/support/email-error-codes.html"
	case "att":
		return "AT&T, abuse_rbl@abuse-att.net"
	case "orange":
		return "Orange and La Poste, https://postmaster.orange.fr/"
	case "free":
		return "Free, https://postmaster.free.fr/"
	case "mailru":
		return "Mail.ru, https://postmaster.mail.ru/error/"
	case "yandex":
		return "Yandex, https://yandex.com/support/mail/web/letter/create.html"
	case "qq":
		return "Tencent QQ, https://service.mail.qq.com/"
	case "netease":
		return "NetEase 163, https://mail.163.com/help/help_spam_16.htm"
	case "amazon":
		return "Amazon SES, https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html"
	case "facebook":
		return "Facebook, https://postmaster.facebook.com/response_codes"
	case "mimecast":
		return "Mimecast, https://community.mimecast.com/s/article/Mimecast-SMTP-Error-Codes"
	case "postfix":
		return "Postfix, smtpd(8) and postscreen(8)"
	case "exim":
		return "Exim"
	case "sendmail":
		return "Sendmail"
	case "qmail":
		return "qmail and its kin"
	case "opensmtpd":
		return "OpenSMTPD"
	case "hmailserver":
		return "hMailServer"
	case "zoho":
		return "Zoho Mail, https://www.zoho.com/mail/help/smtp-errors.html"
	case "courier":
		return "Courier"
	case "haraka":
		return "Haraka"
	case "aiosmtpd":
		return "aiosmtpd"
	case "spamassassin":
		return "SpamAssassin and other filters"
	case "amavis":
		return "Amavis"
	case "proofpoint":
		return "Proofpoint"
	case "barracuda":
		return "Barracuda"
	case "cisco":
		return "Cisco Secure Email"
	case "trendmicro":
		return "Trend Micro"
	case "symantec":
		return "Symantec Messaging Security"
	}
	return ""
}
