package diagnosis

import "mxprobe/probe/causes"

// microsoftRules are the words of Exchange Server and Exchange Online.
func microsoftRules() []rule {
	return []rule{
		{cause: causes.RecipientUnknown, source: "microsoft", rank: exactly, words: []string{
			"resolver adr recipnotfound|recipientnotfound|exrecipnotfound|invalidinsmtp",
			"resolver adr recipient notfound",
			"recipient not found by smtp address lookup",
			"remote server returned unknown recipient|mailbox",
			"remote server returned invalid recipient",
			"unknown or illegal alias",
		}},
		{cause: causes.RecipientUnknown, source: "microsoft", rank: exactly, code: "x.4.1", words: []string{"recipient address rejected access denied", "recipient addresses rejected access denied"}},
		{cause: causes.ClientListed, source: "microsoft", rank: exactly, words: []string{
			"banned sending ip",
			"client host .. blocked using .. blocklist",
			"service unavailable client host .. blocked using ! trend micro email",
			"as part of their network is on our block list",
			"part of their network is on our block list",
			"messages from .. werent sent",
		}},
		{cause: causes.ClientRefused, source: "microsoft", rank: exactly, words: []string{
			"blocked by .. using customer block list",
			"traffic not accepted from this ip",
			"rejected by recipient .. ip|allow|block list",
		}},
		{cause: causes.SenderRefused, source: "microsoft", rank: exactly, words: []string{
			"access denied banned sender",
			"access denied spam abuse detected",
			"bad outbound sender",
			"unregistered domain",
		}},
		{cause: causes.RateLimited, source: "microsoft", rank: exactly, words: []string{
			"tenant has exceeded|threshold",
			"submission quota exceeded",
			"submissionquotaexceeded",
			"sender thread limit exceeded",
			"throttled by|due to|for tenant",
		}, class: 0},
		{cause: causes.RateLimited, source: "microsoft", rank: exactly, code: "4.7.500", words: []string{"server busy"}},
		{cause: causes.RateLimited, source: "microsoft", rank: exactly, code: "4.3.2", words: []string{"sender thread limit exceeded"}},
		{cause: causes.ClientReputation, source: "microsoft", rank: exactly, words: []string{
			"temporarily rate limited due to ip reputation",
			"rate limited due to ip reputation",
		}},
		{cause: causes.ServerBusy, source: "microsoft", rank: exactly, words: []string{
			"pfa agent busy",
			"insufficient system resources ! disk",
			"resources insufficient",
		}},
		{cause: causes.DMARCRefused, source: "microsoft", rank: exactly, words: []string{
			"does not pass dmarc verification",
		}},
		{cause: causes.SenderUnauthenticated, source: "microsoft", rank: exactly, words: []string{
			"sending domain .. {not} meet the required authentication level",
			"must pass spf or dkim ipv6|over",
		}},
		{cause: causes.RecipientRestricted, source: "microsoft", rank: exactly, words: []string{
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
		{cause: causes.RecipientAmbiguous, source: "microsoft", rank: exactly, words: []string{"resolver adr ambiguous"}},
		{cause: causes.MailboxFull, source: "microsoft", rank: exactly, words: []string{
			"storedrv deliver mailbox full",
			"storedrv deliver .. full|quota|quotaexceeded",
			"mapiexceptionshutoffquotaexceeded",
			"quotaexceededexception",
		}},
		{cause: causes.MailboxDisabled, source: "microsoft", rank: exactly, words: []string{
			"storedrv deliver .. disabled|mailboxdisabled",
			"accountdisabled",
		}},
		{cause: causes.ServerFault, source: "microsoft", rank: exactly, class: 4, words: []string{
			"storedrv storage|deliver .. exception|error|unavailable|offline",
			"mapiexception*",
			"mailbox server .. offline|unavailable|too busy",
			"proxy session .. error|failed|rejected",
		}},
		{cause: causes.ContentSize, source: "microsoft", rank: exactly, words: []string{
			"resolver rst .. recipsizelimit|sendsizelimit",
			"message size exceeds fixed maximum message size",
		}},
		{cause: causes.MailLoop, source: "microsoft", rank: exactly, words: []string{
			"hop count exceeded .. loop",
			"resolver fwd loop",
			"routing loop detected",
		}},
		{cause: causes.MessageExpired, source: "microsoft", rank: exactly, words: []string{
			"queue expired",
			"message expired cannot|connection",
		}},
		{cause: causes.ContentSpam, source: "microsoft", rank: exactly, words: []string{
			"as content|spam",
			"message .. content rejected .. spam|as",
			"rejected as spam by content filtering",
			"contentfilter|content filter agent|rejected",
		}},
		{cause: causes.RelayDenied, source: "microsoft", rank: exactly, words: []string{
			"tenantattribution relay access denied",
			"unable to relay recipient in non accepted domain",
			"unable to relay",
		}},
		{cause: causes.AuthWeak, source: "microsoft", rank: exactly, words: []string{"basic authentication .. disabled|deprecated|blocked"}},
		{cause: causes.AuthRequired, source: "microsoft", rank: exactly, words: []string{
			"client was not authenticated .. anonymous",
		}},
		{cause: causes.SenderNotAllowed, source: "microsoft", rank: exactly, words: []string{
			"client does not have permissions to send as this sender",
			"sendasdeniedexception",
			"mapiexceptionsendasdenied",
		}},
		{cause: causes.RecipientDomainUnknown, source: "microsoft", rank: exactly, words: []string{
			"smtpsend dns nonexistentdomain",
			"dns domain .. does not exist",
		}},
		{cause: causes.ServerConfig, source: "microsoft", rank: exactly, words: []string{
			"smtpsend dns mxloopback",
			"resolver .. legacy|invalidaddress|config",
			"cat .. content conversion|invalid",
		}},
	}
}
