package diagnosis

// microsoftRules are the words of Exchange Server and Exchange Online.
func microsoftRules() []rule {
	return []rule{
		{cause: RecipientUnknown, source: "microsoft", rank: exactly, words: []string{
			"resolver adr recipnotfound|recipientnotfound|exrecipnotfound|invalidinsmtp",
			"resolver adr recipient notfound",
			"recipient not found by smtp address lookup",
			"remote server returned unknown recipient|mailbox",
			"remote server returned invalid recipient",
			"unknown or illegal alias",
		}},
		{cause: RecipientUnknown, source: "microsoft", rank: exactly, code: "x.4.1", words: []string{"recipient address rejected access denied", "recipient addresses rejected access denied"}},
		{cause: ClientListed, source: "microsoft", rank: exactly, words: []string{
			"banned sending ip",
			"client host .. blocked using .. blocklist",
			"service unavailable client host .. blocked using ! trend micro email",
			"as part of their network is on our block list",
			"part of their network is on our block list",
			"messages from .. werent sent",
		}},
		{cause: ClientRefused, source: "microsoft", rank: exactly, words: []string{
			"blocked by .. using customer block list",
			"traffic not accepted from this ip",
			"rejected by recipient .. ip|allow|block list",
		}},
		{cause: SenderRefused, source: "microsoft", rank: exactly, words: []string{
			"access denied banned sender",
			"access denied spam abuse detected",
			"bad outbound sender",
			"unregistered domain",
		}},
		{cause: RateLimited, source: "microsoft", rank: exactly, words: []string{
			"tenant has exceeded|threshold",
			"submission quota exceeded",
			"submissionquotaexceeded",
			"sender thread limit exceeded",
			"throttled by|due to|for tenant",
		}, class: 0},
		{cause: RateLimited, source: "microsoft", rank: exactly, code: "4.7.500", words: []string{"server busy"}},
		{cause: RateLimited, source: "microsoft", rank: exactly, code: "4.3.2", words: []string{"sender thread limit exceeded"}},
		{cause: ClientReputation, source: "microsoft", rank: exactly, words: []string{
			"temporarily rate limited due to ip reputation",
			"rate limited due to ip reputation",
		}},
		{cause: ServerBusy, source: "microsoft", rank: exactly, words: []string{
			"pfa agent busy",
			"insufficient system resources ! disk",
			"resources insufficient",
		}},
		{cause: DMARCRefused, source: "microsoft", rank: exactly, words: []string{
			"does not pass dmarc verification",
		}},
		{cause: SenderUnauthenticated, source: "microsoft", rank: exactly, words: []string{
			"sending domain .. {not} meet the required authentication level",
			"must pass spf or dkim ipv6|over",
		}},
		{cause: RecipientRestricted, source: "microsoft", rank: exactly, words: []string{
			"resolver rst authrequired",
			"resolver rst notauthorized",
			"resolver rst restrictedtorecipientspermission",
			"resolver rst .. senderblocked|notauthorizedtogroup|dlnestingtoodeep|dlexpansion",
			"unifiedgroupagent",
			"sender not authenticated for group|mailbox",
			"delivery not authorized message refused",
			"recipient only accepts mail from",
			"not in allowed senders list",
			"transport rules rejectmessage|message",
			"transport rules",
		}},
		{cause: RecipientAmbiguous, source: "microsoft", rank: exactly, words: []string{"resolver adr ambiguous"}},
		{cause: MailboxFull, source: "microsoft", rank: exactly, words: []string{
			"storedrv deliver mailbox full",
			"storedrv deliver .. full|quota|quotaexceeded",
			"mapiexceptionshutoffquotaexceeded",
			"quotaexceededexception",
		}},
		{cause: MailboxDisabled, source: "microsoft", rank: exactly, words: []string{
			"storedrv deliver .. disabled|mailboxdisabled",
			"accountdisabled",
		}},
		{cause: ServerFault, source: "microsoft", rank: exactly, class: 4, words: []string{
			"storedrv storage|deliver .. exception|error|unavailable|offline",
			"mapiexception*",
			"mailbox server .. offline|unavailable|too busy",
			"proxy session .. error|failed|rejected",
		}},
		{cause: ContentSize, source: "microsoft", rank: exactly, words: []string{
			"resolver rst .. recipsizelimit|sendsizelimit",
			"message size exceeds fixed maximum message size",
		}},
		{cause: MailLoop, source: "microsoft", rank: exactly, words: []string{
			"hop count exceeded .. loop",
			"resolver fwd loop",
			"routing loop detected",
		}},
		{cause: MessageExpired, source: "microsoft", rank: exactly, words: []string{
			"queue expired",
			"message expired cannot|connection",
		}},
		{cause: ContentSpam, source: "microsoft", rank: exactly, words: []string{
			"as content|spam",
			"message .. content rejected .. spam|as",
			"rejected as spam by content filtering",
			"contentfilter|content filter agent|rejected",
		}},
		{cause: RelayDenied, source: "microsoft", rank: exactly, words: []string{
			"tenantattribution relay access denied",
			"unable to relay recipient in non accepted domain",
			"unable to relay",
		}},
		{cause: AuthRequired, source: "microsoft", rank: exactly, words: []string{
			"client was not authenticated .. anonymous",
		}},
		{cause: SenderNotAllowed, source: "microsoft", rank: exactly, words: []string{
			"client does not have permissions to send as this sender",
			"sendasdeniedexception",
			"mapiexceptionsendasdenied",
		}},
		{cause: RecipientDomainUnknown, source: "microsoft", rank: exactly, words: []string{
			"smtpsend dns nonexistentdomain",
			"dns domain .. does not exist",
		}},
		{cause: ServerConfig, source: "microsoft", rank: exactly, words: []string{
			"smtpsend dns mxloopback",
			"resolver .. legacy|invalidaddress|config",
			"cat .. content conversion|invalid",
		}},
	}
}

// providerRules are the words of large providers, each with a page that says
// what it means.
func providerRules() []rule {
	return []rule{
		{cause: RecipientUnknown, source: "gmail", rank: exactly, words: []string{
			"nosuchuser",
			"email account that you tried to reach does not exist",
			"link:support.google.com/mail/?p=nosuchuser",
			"email account that you tried .. does not exist",
		}},
		{cause: MailboxDisabled, source: "gmail", rank: exactly, words: []string{
			"disableduser",
			"email account that you tried to reach is disabled|inactive",
			"link:support.google.com/mail/?p=disableduser",
		}},
		{cause: MailboxFull, source: "gmail", rank: exactly, words: []string{
			"overquotatemp|overquotaperm",
			"email account that you tried to reach is over quota",
			"recipients inbox is out of storage space",
			"link:support.google.com/mail/?p=overquota",
			"link:support.google.com/mail/?p=overquotatemp",
			"link:support.google.com/mail/?p=overquotaperm",
		}},
		{cause: RecipientRate, source: "gmail", rank: exactly, words: []string{
			"receivingrateperm|receivingrate",
			"user you are trying to contact is receiving mail|email",
			"receiving mail|email too quickly",
			"rate that prevents additional messages",
			"link:support.google.com/mail/?p=receivingrate",
			"link:support.google.com/mail/answer/6592",
		}},
		{cause: ClientReputation, source: "gmail", rank: exactly, words: []string{
			"unusual rate of unsolicited mail originating from your",
			"very low reputation of the sending ip",
			"link:support.google.com/mail/?p=unsolicitedratelimiterror",
			"link:support.google.com/mail/?p=unsolicitediperror",
		}},
		{cause: SenderListed, source: "gmail", rank: exactly, words: []string{
			"very low reputation of the sending domain",
		}},
		{cause: ContentSpam, source: "gmail", rank: exactly, words: []string{
			"message is likely unsolicited mail",
			"message is likely suspicious ! ip",
			"link:support.google.com/mail/?p=unsolicitedmessageerror",
		}},
		{cause: ContentLink, source: "gmail", rank: exactly, words: []string{
			"suspicious .. links|link in|due|message",
		}},
		{cause: ClientDynamic, source: "gmail", rank: exactly, words: []string{
			"not authorized to send email directly",
			"link:support.google.com/mail/?p=notauthorizederror",
		}},
		{cause: ClientNoReverseName, source: "gmail", rank: exactly, words: []string{
			"sending ip|address .. ptr record",
			"ip address sending this message does not have a ptr",
			"sending ip does not match .. hostname",
			"corresponding forward dns entry",
		}},
		{cause: SPFRefused, source: "gmail", rank: exactly, words: []string{
			"spf record with a hard fail",
			"fails to pass spf checks",
			"spf record of the sending domain has",
			"spf authentication didnt pass",
			"authenticate .. with spf ! or dkim",
		}},
		{cause: DKIMRefused, source: "gmail", rank: exactly, words: []string{
			"dkim authentication didnt pass",
			"because dkim does not pass",
			"authenticate .. with dkim ! spf or dkim",
		}},
		{cause: DMARCRefused, source: "gmail", rank: exactly, words: []string{
			"dmarcrejection",
			"not accepted due to domains dmarc policy",
		}},
		{cause: SenderUnauthenticated, source: "gmail", rank: exactly, words: []string{
			"unauthenticated .. gmail requires all senders",
			"senders to authenticate with either spf or dkim",
			"authentication information or fails to pass authentication checks",
			"from header .. isnt|not aligned",
		}},
		{cause: RateLimited, source: "gmail", rank: exactly, words: []string{
			"unusual rate of mail originating ! unsolicited",
			"gmail has detected an unusual rate of mail",
			"exceeded its quota for sending messages",
			"daily|peak smtp? relay|user sending? limit exceeded",
			"daily .. sending .. limit|quota exceeded",
			"mail has been rate limited ! unauthenticated|spf|dkim|ptr|dmarc",
		}},
		{cause: TLSRequired, source: "gmail", rank: exactly, words: []string{
			"wasnt sent over a tls connection",
			"use tls ssl for smtp",
		}},
		{cause: ContentAttachment, source: "gmail", rank: exactly, words: []string{
			"detected an illegal attachment",
			"number of attachments .. exceeds",
			"link:mail.google.com/support/bin/answer.py?answer=6590",
			"link:support.google.com/mail/?p=blockedmessage",
			"content presents a potential security issue",
		}},
		{cause: SenderUnknown, source: "gmail", rank: exactly, words: []string{
			"sender does not exist",
		}},
		{cause: AuthWrong, source: "gmail", rank: exactly, words: []string{
			"link:support.google.com/mail/?p=badcredentials",
			"username and password not accepted",
			"please log in .. web browser",
		}},
		{cause: AuthWeak, source: "gmail", rank: exactly, words: []string{
			"application specific password required",
			"link:support.google.com/mail/?p=invalidsecondfactor",
		}},
		{cause: ContentRefused, source: "gmail", rank: exactly, words: []string{
			"message violates .. email policy",
		}},
		{cause: CommandOrder, source: "gmail", rank: exactly, words: []string{
			"mail transaction protocol command was issued out of sequence",
		}},
		{cause: SenderNotAllowed, source: "gmail", rank: exactly, words: []string{"mail sending denied"}},
		{cause: SessionTimeout, source: "gmail", rank: exactly, words: []string{"timeout closing connection"}},
		{cause: AuthExchange, source: "gmail", rank: exactly, words: []string{"optional argument not permitted"}},
		// Yahoo, AOL and Verizon Media.
		{cause: ClientReputation, source: "yahoo", rank: exactly, words: []string{
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
		{cause: ClientListed, source: "yahoo", rank: exactly, words: []string{
			"bl21|bl23|tss07",
		}},
		{cause: DMARCRefused, source: "yahoo", rank: exactly, code: "x.7.9", words: []string{
			"message not accepted for policy reasons",
		}},
		{cause: RecipientUnknown, source: "yahoo", rank: exactly, words: []string{
			"dd .. user doesnt have a .. account",
			"delivery error dd .. {not} .. account|recipient",
			"not a valid recipient",
		}},
		{cause: MailboxDisabled, source: "yahoo", rank: exactly, words: []string{
			"account has been disabled or discontinued",
			"this mailbox is disabled",
		}},
		{cause: SenderDomainUnknown, source: "yahoo", rank: exactly, words: []string{
			"unresolvable rfc .. from domain",
			"link:senders.yahooinc.com/error-codes#unresolvable-from-domain",
		}},
		{cause: ClientDynamic, source: "aol", rank: exactly, words: []string{
			"dyn t1|t2",
			"link:postmaster.aol.com/errors/421dyn",
			"residential ip",
		}},
		{cause: ClientReputation, source: "aol", rank: exactly, words: []string{
			"rtr bl|bg|ge|sc|du|rd|bb|ch",
			"hvu b1|b2|nr",
			"con b1",
			"ril ur|dd",
			"rly b1|b2|b3|b4|bd",
		}},
		{cause: ClientNoReverseName, source: "aol", rank: exactly, words: []string{"dns nr"}},
		// Apple.
		{cause: ContentSpam, source: "apple", rank: exactly, words: []string{
			"cs01 ! reputation",
			"hm08",
		}},
		{cause: ContentRefused, source: "apple", rank: exactly, words: []string{"message rejected due to local policy ! cs01"}},
		{cause: RateLimited, source: "apple", rank: exactly, words: []string{
			"deferred due to excessive volume",
		}},
		{cause: DMARCRefused, source: "apple", rank: exactly, words: []string{"rejected .. dmarc policy"}},
		// GMX, web.de, mail.com and 1&1.
		{cause: ClientListed, source: "gmx", rank: exactly, words: []string{
			"ip address is block|black listed",
		}},
		{cause: ClientNoReverseName, source: "gmx", rank: exactly, words: []string{
			"bad dns ptr resource record",
			"invalid dns ptr",
		}},
		{cause: SenderDomainUnknown, source: "gmx", rank: exactly, words: []string{
			"invalid dns mx or a aaaa resource record",
			"invalid dns .. a .. resource record",
		}},
		{cause: HeloRefused, source: "gmx", rank: exactly, words: []string{"illegal|invalid|bad helo .. name|hostname|greeting"}},
		{cause: MailboxFull, source: "gmx", rank: exactly, words: []string{"requested mail? action aborted exceeded storage allocation & quota exceeded"}},
		{cause: RateLimited, source: "gmx", rank: exactly, words: []string{
			"mail rate limit exceeded",
			"reject due to policy restrictions .. rate",
		}},
		// Telekom.
		{cause: ClientReputation, source: "telekom", rank: exactly, words: []string{"a problem occurred ask your postmaster for help"}},
		// Comcast, Cox, Spectrum, AT&T.
		{cause: ClientListed, source: "comcast", rank: exactly, words: []string{
			"found on one or more dnsbls",
			"bl000001|bl000000|bl000010",
			"rl000001 ! rate",
		}},
		{cause: ClientNoReverseName, source: "comcast", rank: exactly, words: []string{
			"comcast requires that all mail servers must have a ptr record",
			"ptr record with a valid reverse dns",
		}},
		{cause: RecipientUnknown, source: "comcast", rank: exactly, words: []string{"not our customer", "account not available"}},
		{cause: RateLimited, source: "comcast", rank: exactly, words: []string{
			"throttled try again later",
		}},
		{cause: TooManyConnections, source: "comcast", rank: exactly, words: []string{
			"too many sessions opened",
			"too many sessions from this ip",
		}},
		{cause: ClientListed, source: "cox", rank: exactly, words: []string{
			"ib104|ib105|ib106 ! sender rejected",
			"internal rbl",
			"rbl reject",
		}},
		{cause: SenderRefused, source: "cox", rank: exactly, words: []string{
			"sender rejected .. refer to error codes",
			"sender rejected please see",
		}},
		{cause: ClientReputation, source: "cox", rank: exactly, words: []string{
			"ip has been blocked|temporarily",
			"comcast block for spam",
			"ip has been .. blocked .. attempting to send too many messages containing content judged to be spam",
			"blocked .. content judged to be spam by the internet community",
			"attempting to mail too many invalid recipients",
		}},
		{cause: ClientListed, source: "att", rank: exactly, words: []string{
			"is_blocked|blocked for assistance forward this e? mail",
			"dnsbl rbl #?",
			"dnsbl attrbl",
			"dnsbl rbl",
		}},
		// Orange, Free, La Poste, SFR.
		{cause: RecipientUnknown, source: "orange", rank: exactly, words: []string{
			"adresse .. destinataire invalide",
			"416",
			"adresse d au moins un destinataire invalide",
		}},
		{cause: Unknown, source: "orange", rank: exactly, words: []string{
			"ont ete bloques par nos services",
			"service refuse", "service refuse service refused",
		}},
		{cause: TooManyConnections, source: "orange", rank: exactly, words: []string{"trop de connexions"}},
		{cause: MailboxFull, source: "orange", rank: exactly, words: []string{"boite du destinataire pleine", "boite .. pleine"}},
		{cause: MailboxDisabled, source: "orange", rank: exactly, words: []string{"boite du destinataire archivee", "archived recipient"}},
		{cause: RateLimited, source: "free", rank: exactly, words: []string{
			"too many spams from your ip",
			"too much mail from",
		}},
		// Mail.ru, Yandex.
		{cause: RecipientUnknown, source: "mailru", rank: exactly, words: []string{
			"message was not accepted invalid mailbox ... not found|unknown",
			"local mailbox .. is unavailable user not found",
		}},
		{cause: MailboxFull, source: "mailru", rank: exactly, words: []string{"local mailbox .. is unavailable mailbox is full"}},
		{cause: MailboxDisabled, source: "yandex", rank: exactly, words: []string{"policy rejection on the target address"}},
		{cause: MailboxDisabled, source: "mailru", rank: exactly, words: []string{
			"local mailbox .. is unavailable .. account is disabled|user is terminated|blocked",
			"is unavailable user is terminated",
			"is unavailable account is disabled",
		}},
		{cause: ClientRefused, source: "mailru", rank: exactly, words: []string{
			"access from ip address .. blocked",
		}},
		{cause: ContentSpam, source: "mailru", rank: exactly, words: []string{
			"spam message rejected ! ip",
			"spam message discarded rejected",
			"link:help.mail.ru/notspam-support",
		}},
		{cause: ContentSpam, source: "yandex", rank: exactly, words: []string{
			"message rejected under suspicion of spam",
			"link:ya.cc/1irbc",
			"spam limit",
		}},
		{cause: RateLimited, source: "yandex", rank: exactly, words: []string{"requests limit exceeded", "sending limit exceeded"}},
		// QQ and Netease.
		{cause: RateLimited, source: "qq", rank: exactly, words: []string{
			"connection frequency limited",
			"mailbox unavailable or access denied .. frequency",
			"frequency|domain frequency limited",
		}},
		{cause: ContentSpam, source: "qq", rank: exactly, words: []string{
			"mail content denied",
			"suspected spam",
			"dt spm",
			"mail .. rejected by .. content",
		}},
		{cause: RecipientRestricted, source: "qq", rank: exactly, words: []string{"mail is rejected by recipients"}},
		{cause: SenderRefused, source: "qq", rank: exactly, words: []string{"sender blacklist ! ip", "mailfrom|mail from .. rejected by recipient"}},
		{cause: RateLimited, source: "netease", rank: exactly, words: []string{
			"mi ble|dmc|cel|ims",
			"hl irh|itc|iep",
			"rp trc|qrc|cel|ced",
			"mi sfq|stc|fbw",
		}},
		{cause: ContentSpam, source: "netease", rank: exactly, words: []string{
			"dt spm|sum|sbr|lsp",
			"dt mwb",
		}},
		{cause: SPFRefused, source: "netease", rank: exactly, words: []string{"mi spf", "mi spb"}},
		{cause: ClientListed, source: "netease", rank: exactly, words: []string{"ip in rbl"}},
		// Amazon, Mandrill, SendGrid and other senders.
		{cause: SenderNotAllowed, source: "amazon", rank: exactly, words: []string{
			"email address is not verified the following identities failed",
			"identities failed the check in region",
		}},
		{cause: RateLimited, source: "amazon", rank: exactly, words: []string{
			"throttling failure maximum sending rate exceeded",
			"maximum sending rate exceeded",
			"daily message quota exceeded",
		}},
		{cause: AuthWrong, source: "amazon", rank: exactly, words: []string{"authentication credentials invalid"}},
		// Facebook.
		{cause: RecipientUnknown, source: "facebook", rank: exactly, words: []string{"rcp p1"}},
		{cause: RecipientRestricted, source: "facebook", rank: exactly, words: []string{"rcp p2|p3|p4|p5", "refused due to recipient preferences"}},
		{cause: ServerFault, source: "facebook", rank: exactly, words: []string{"int p1|p2|p3|p4"}},
		{cause: ContentSpam, source: "facebook", rank: exactly, words: []string{"pol p1|p2|p3|p4|p5|p6|p7"}},
		{cause: ClientNoReverseName, source: "facebook", rank: exactly, words: []string{"dns p1|p2|p3"}},
	}
}
