package diagnosis

import "mxprobe/probe/causes"

// providerRules are the words of large providers, each with a page that says
// what it means.
func providerRules() []rule {
	return []rule{
		// Yahoo, AOL and Verizon Media.
		{cause: causes.ClientReputation, source: "yahoo", rank: exactly, words: []string{
			"tss04|tss01|tss02|tss03|tss05",
			"temporarily deferred due to .. user complaints|unexpected volume",
			"messages from .. temporarily deferred",
			"messages from .. permanently deferred",
			"link:senders.yahooinc.com/smtp-error-codes",
			"unexpected volume or user complaints",
			"ts01|ts02|ts03|ts04",
			"gl01",
			"tss06|tss09|tss10|tss11",
		}},
		{cause: causes.ClientListed, source: "yahoo", rank: exactly, words: []string{
			"bl21|bl23|tss07",
		}},
		{cause: causes.DMARCRefused, source: "yahoo", rank: exactly, code: "x.7.9", words: []string{
			"message not accepted for policy reasons",
		}},
		{cause: causes.RecipientUnknown, source: "yahoo", rank: exactly, words: []string{
			"dd .. user doesnt have a .. account",
			"delivery error dd .. {not} .. account|recipient",
			"not a valid recipient",
		}},
		{cause: causes.MailboxDisabled, source: "yahoo", rank: exactly, words: []string{
			"account has been disabled or discontinued",
			"this mailbox is disabled",
		}},
		{cause: causes.SenderDomainUnknown, source: "yahoo", rank: exactly, words: []string{
			"unresolvable rfc .. from domain",
			"link:senders.yahooinc.com/error-codes#unresolvable-from-domain",
		}},
		{cause: causes.ClientDynamic, source: "aol", rank: exactly, words: []string{
			"dyn t1|t2",
			"rtr du",
			"link:postmaster.aol.com/errors/421dyn",
			"residential ip",
		}},
		{cause: causes.ClientReputation, source: "aol", rank: exactly, words: []string{
			"rtr bl|bg|ge|sc|rd|bb|ch",
			"hvu b1|b2|nr",
			"con b1",
			"ril ur|dd",
			"rly b1|b2|b3|b4|bd",
		}},
		{cause: causes.ClientNoReverseName, source: "aol", rank: exactly, words: []string{"dns nr"}},
		// Apple.
		{cause: causes.ContentSpam, source: "apple", rank: exactly, words: []string{
			"cs01 ! reputation",
			"hm08",
		}},
		{cause: causes.ContentRefused, source: "apple", rank: exactly, words: []string{"message rejected due to local policy ! cs01"}},
		{cause: causes.RateLimited, source: "apple", rank: exactly, words: []string{
			"deferred due to excessive volume",
		}},
		{cause: causes.DMARCRefused, source: "apple", rank: exactly, words: []string{"rejected .. dmarc policy"}},
		// GMX, web.de, mail.com and 1&1.
		{cause: causes.ClientListed, source: "gmx", rank: exactly, words: []string{
			"ip address is block|black listed",
		}},
		{cause: causes.ClientNoReverseName, source: "gmx", rank: exactly, words: []string{
			"bad dns ptr resource record",
			"invalid dns ptr",
		}},
		{cause: causes.SenderDomainUnknown, source: "gmx", rank: exactly, words: []string{
			"invalid dns mx or a aaaa resource record",
			"invalid dns .. a .. resource record",
		}},
		{cause: causes.HeloRefused, source: "gmx", rank: exactly, words: []string{"illegal|invalid|bad helo .. name|hostname|greeting"}},
		{cause: causes.MailboxFull, source: "gmx", rank: exactly, words: []string{"requested mail? action aborted exceeded storage allocation & quota exceeded"}},
		{cause: causes.RateLimited, source: "gmx", rank: exactly, words: []string{
			"mail rate limit exceeded",
			"reject due to policy restrictions .. rate",
		}},
		// Telekom.
		{cause: causes.ClientReputation, source: "telekom", rank: exactly, words: []string{"a problem occurred ask your postmaster for help"}},
		// Comcast, Cox, Spectrum, AT&T.
		{cause: causes.ClientListed, source: "comcast", rank: exactly, words: []string{
			"found on one or more dnsbls",
			"bl000001|bl000000|bl000010",
			"rl000001 ! rate",
		}},
		{cause: causes.ClientNoReverseName, source: "comcast", rank: exactly, words: []string{
			"comcast requires that all mail servers must have a ptr record",
			"ptr record with a valid reverse dns",
		}},
		{cause: causes.RecipientUnknown, source: "comcast", rank: exactly, words: []string{"not our customer", "account not available"}},
		{cause: causes.RateLimited, source: "comcast", rank: exactly, words: []string{
			"throttled try again later",
		}},
		{cause: causes.TooManyConnections, source: "comcast", rank: exactly, words: []string{
			"too many sessions opened",
			"too many sessions from this ip",
		}},
		{cause: causes.ClientListed, source: "cox", rank: exactly, words: []string{
			"ib104|ib105|ib106 ! sender rejected",
			"internal rbl",
			"rbl reject",
		}},
		{cause: causes.SenderRefused, source: "cox", rank: exactly, words: []string{
			"sender rejected .. refer to error codes",
			"sender rejected please see",
		}},
		{cause: causes.ClientReputation, source: "cox", rank: exactly, words: []string{
			"ip has been blocked|temporarily",
			"comcast block for spam",
			"ip has been .. blocked .. attempting to send too many messages containing content judged to be spam",
			"blocked .. content judged to be spam by the internet community",
			"attempting to mail too many invalid recipients",
		}},
		{cause: causes.ClientListed, source: "att", rank: exactly, words: []string{
			"is_blocked|blocked for assistance forward this e? mail",
			"dnsbl rbl #?",
			"dnsbl attrbl",
			"dnsbl rbl",
		}},
		// Orange, Free, La Poste, SFR.
		{cause: causes.RecipientUnknown, source: "orange", rank: exactly, words: []string{
			"adresse .. destinataire invalide",
			"416",
			"adresse d au moins un destinataire invalide",
		}},
		{cause: causes.Unknown, source: "orange", rank: exactly, words: []string{
			"ont ete bloques par nos services",
			"service refuse", "service refuse service refused",
		}},
		{cause: causes.TooManyConnections, source: "orange", rank: exactly, words: []string{"trop de connexions"}},
		{cause: causes.MailboxFull, source: "orange", rank: exactly, words: []string{"boite du destinataire pleine", "boite .. pleine"}},
		{cause: causes.MailboxDisabled, source: "orange", rank: exactly, words: []string{"boite du destinataire archivee", "archived recipient"}},
		{cause: causes.RateLimited, source: "free", rank: exactly, words: []string{
			"too many spams from your ip",
			"too much mail from",
		}},
		// Mail.ru, Yandex.
		{cause: causes.RecipientUnknown, source: "mailru", rank: exactly, words: []string{
			"message was not accepted invalid mailbox ... not found|unknown",
			"local mailbox .. is unavailable user not found",
		}},
		{cause: causes.MailboxFull, source: "mailru", rank: exactly, words: []string{"local mailbox .. is unavailable mailbox is full"}},
		{cause: causes.MailboxDisabled, source: "yandex", rank: exactly, words: []string{"policy rejection on the target address"}},
		{cause: causes.MailboxDisabled, source: "mailru", rank: exactly, words: []string{
			"local mailbox .. is unavailable .. account is disabled|user is terminated|blocked",
			"is unavailable user is terminated",
			"is unavailable account is disabled",
		}},
		{cause: causes.ClientRefused, source: "mailru", rank: exactly, words: []string{
			"access from ip address .. blocked",
		}},
		{cause: causes.ContentSpam, source: "mailru", rank: exactly, words: []string{
			"spam message rejected ! ip",
			"spam message discarded rejected",
			"link:help.mail.ru/notspam-support",
		}},
		{cause: causes.ContentSpam, source: "yandex", rank: exactly, words: []string{
			"message rejected under suspicion of spam",
			"link:ya.cc/1irbc",
			"spam limit",
		}},
		{cause: causes.RateLimited, source: "yandex", rank: exactly, words: []string{"requests limit exceeded", "sending limit exceeded"}},
		// QQ and Netease.
		{cause: causes.RateLimited, source: "qq", rank: exactly, words: []string{
			"connection frequency limited",
			"mailbox unavailable or access denied .. frequency",
			"frequency|domain frequency limited",
		}},
		{cause: causes.ContentSpam, source: "qq", rank: exactly, words: []string{
			"mail content denied",
			"suspected spam",
			"dt spm",
			"mail .. rejected by .. content",
		}},
		{cause: causes.RecipientRestricted, source: "qq", rank: exactly, words: []string{"mail is rejected by recipients"}},
		{cause: causes.SenderRefused, source: "qq", rank: exactly, words: []string{"sender blacklist ! ip", "mailfrom|mail from .. rejected by recipient"}},
		{cause: causes.RateLimited, source: "netease", rank: exactly, words: []string{
			"mi ble|dmc|cel|ims",
			"hl irh|itc|iep",
			"rp trc|qrc|cel|ced",
			"mi sfq|stc|fbw",
		}},
		{cause: causes.ContentSpam, source: "netease", rank: exactly, words: []string{
			"dt spm|sum|sbr|lsp",
			"dt mwb",
		}},
		{cause: causes.SPFRefused, source: "netease", rank: exactly, words: []string{"mi spf", "mi spb"}},
		{cause: causes.ClientListed, source: "netease", rank: exactly, words: []string{"ip in rbl"}},
		// Amazon, Mandrill, SendGrid and other senders.
		{cause: causes.SenderNotAllowed, source: "amazon", rank: exactly, words: []string{
			"email address is not verified the following identities failed",
			"identities failed the check in region",
		}},
		{cause: causes.RateLimited, source: "amazon", rank: exactly, words: []string{
			"throttling failure maximum sending rate exceeded",
			"maximum sending rate exceeded",
			"daily message quota exceeded",
		}},
		{cause: causes.AuthWrong, source: "amazon", rank: exactly, words: []string{"authentication credentials invalid"}},
		// Facebook.
		{cause: causes.RecipientUnknown, source: "facebook", rank: exactly, words: []string{"rcp p1"}},
		{cause: causes.RecipientRestricted, source: "facebook", rank: exactly, words: []string{"rcp p2|p3|p4|p5", "refused due to recipient preferences"}},
		{cause: causes.ServerFault, source: "facebook", rank: exactly, words: []string{"int p1|p2|p3|p4"}},
		{cause: causes.ContentSpam, source: "facebook", rank: exactly, words: []string{"pol p1|p2|p3|p4|p5|p6|p7"}},
		{cause: causes.ClientNoReverseName, source: "facebook", rank: exactly, words: []string{"dns p1|p2|p3"}},
	}
}
