package diagnosis

import "mxprobe/probe/causes"

// googleRules are the words of Gmail and Google Workspace.
func googleRules() []rule {
	return []rule{
		{cause: causes.RecipientUnknown, source: "gmail", rank: exactly, words: []string{
			"nosuchuser",
			"email account that you tried to reach does not exist",
			"link:support.google.com/mail/?p=nosuchuser",
			"email account that you tried .. does not exist",
		}},
		{cause: causes.MailboxDisabled, source: "gmail", rank: exactly, words: []string{
			"disableduser",
			"email account that you tried to reach is disabled|inactive",
			"link:support.google.com/mail/?p=disableduser",
		}},
		{cause: causes.MailboxFull, source: "gmail", rank: exactly, words: []string{
			"overquotatemp|overquotaperm",
			"email account that you tried to reach is over quota",
			"recipients inbox is out of storage space",
			"link:support.google.com/mail/?p=overquota",
			"link:support.google.com/mail/?p=overquotatemp",
			"link:support.google.com/mail/?p=overquotaperm",
		}},
		{cause: causes.RecipientRate, source: "gmail", rank: exactly, words: []string{
			"receivingrateperm|receivingrate",
			"user you are trying to contact is receiving mail|email",
			"receiving mail|email too quickly",
			"rate that prevents additional messages",
			"link:support.google.com/mail/?p=receivingrate",
			"link:support.google.com/mail/answer/6592",
		}},
		{cause: causes.ClientReputation, source: "gmail", rank: exactly, words: []string{
			"unusual rate of unsolicited mail originating from your",
			"very low reputation of the sending ip",
			"link:support.google.com/mail/?p=unsolicitedratelimiterror",
			"link:support.google.com/mail/?p=unsolicitediperror",
		}},
		{cause: causes.SenderListed, source: "gmail", rank: exactly, words: []string{
			"very low reputation of the sending domain",
		}},
		{cause: causes.ContentSpam, source: "gmail", rank: exactly, words: []string{
			"message is likely unsolicited mail",
			"message is likely suspicious ! ip",
			"link:support.google.com/mail/?p=unsolicitedmessageerror",
		}},
		{cause: causes.ContentLink, source: "gmail", rank: exactly, words: []string{
			"suspicious .. links|link in|due|message",
		}},
		{cause: causes.ClientDynamic, source: "gmail", rank: exactly, words: []string{
			"not authorized to send email directly",
			"link:support.google.com/mail/?p=notauthorizederror",
		}},
		{cause: causes.ClientNoReverseName, source: "gmail", rank: exactly, words: []string{
			"sending ip|address .. ptr record",
			"ip address sending this message does not have a ptr",
			"sending ip does not match .. hostname",
			"corresponding forward dns entry",
		}},
		{cause: causes.SPFRefused, source: "gmail", rank: exactly, words: []string{
			"spf record with a hard fail",
			"fails to pass spf checks",
			"spf record of the sending domain has",
			"spf authentication didnt pass",
			"authenticate .. with spf ! or dkim",
		}},
		{cause: causes.DKIMRefused, source: "gmail", rank: exactly, words: []string{
			"dkim authentication didnt pass",
			"because dkim does not pass",
			"authenticate .. with dkim ! spf or dkim",
		}},
		{cause: causes.DMARCRefused, source: "gmail", rank: exactly, words: []string{
			"dmarcrejection",
			"not accepted due to domains dmarc policy",
		}},
		{cause: causes.SenderUnauthenticated, source: "gmail", rank: exactly, words: []string{
			"unauthenticated .. gmail requires all senders",
			"senders to authenticate with either spf or dkim",
			"authentication information or fails to pass authentication checks",
			"from header .. isnt|not aligned",
		}},
		{cause: causes.RateLimited, source: "gmail", rank: exactly, words: []string{
			"unusual rate of mail originating ! unsolicited",
			"gmail has detected an unusual rate of mail",
			"exceeded its quota for sending messages",
			"daily|peak smtp? relay|user sending? limit exceeded",
			"daily .. sending .. limit|quota exceeded",
			"mail has been rate limited ! unauthenticated|spf|dkim|ptr|dmarc",
		}},
		{cause: causes.TLSRequired, source: "gmail", rank: exactly, words: []string{
			"wasnt sent over a tls connection",
			"use tls ssl for smtp",
		}},
		{cause: causes.ContentAttachment, source: "gmail", rank: exactly, words: []string{
			"detected an illegal attachment",
			"number of attachments .. exceeds",
			"link:mail.google.com/support/bin/answer.py?answer=6590",
			"link:support.google.com/mail/?p=blockedmessage",
			"content presents a potential security issue",
		}},
		{cause: causes.SenderUnknown, source: "gmail", rank: exactly, words: []string{
			"sender does not exist",
		}},
		{cause: causes.AuthWrong, source: "gmail", rank: exactly, words: []string{
			"link:support.google.com/mail/?p=badcredentials",
			"username and password not accepted",
			"please log in .. web browser",
		}},
		{cause: causes.AuthWeak, source: "gmail", rank: exactly, words: []string{
			"application specific password required",
			"link:support.google.com/mail/?p=invalidsecondfactor",
		}},
		{cause: causes.ContentRefused, source: "gmail", rank: exactly, words: []string{
			"message violates .. email policy",
		}},
		{cause: causes.CommandOrder, source: "gmail", rank: exactly, words: []string{
			"mail transaction protocol command was issued out of sequence",
		}},
		{cause: causes.SenderNotAllowed, source: "gmail", rank: exactly, words: []string{"mail sending denied"}},
		{cause: causes.SessionTimeout, source: "gmail", rank: exactly, words: []string{"timeout closing connection"}},
		{cause: causes.AuthExchange, source: "gmail", rank: exactly, words: []string{"optional argument not permitted"}},
	}
}
