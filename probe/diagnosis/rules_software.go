package diagnosis

import "mxprobe/probe/causes"

// softwareRules are the words of mail servers and filters, as their sources
// have them.
func softwareRules() []rule {
	return []rule{
		// OpenSMTPD says so of a local user it does not have.
		{cause: causes.RecipientUnknown, source: "opensmtpd", rank: exactly, code: "524", words: []string{"mailing list expansion problem"}},
		// Postfix.
		{cause: causes.RecipientUnknown, source: "postfix", rank: exactly, words: []string{
			"recipient address rejected user unknown",
			"recipient address rejected undeliverable address ! lookup|timed|refused",
			"user unknown in .. table",
		}, class: 5},
		{cause: causes.RecipientUnchecked, source: "postfix", rank: exactly, words: []string{
			"recipient address rejected unverified address",
			"recipient address rejected undeliverable address",
		}, class: 4},
		{cause: causes.RecipientUnknown, source: "postfix", rank: exactly, class: 4, words: []string{"recipient address rejected user unknown"}},
		{cause: causes.RecipientDomainUnknown, source: "postfix", rank: exactly, words: []string{
			"recipient address rejected domain not found",
			"recipient address rejected malformed dns",
		}},
		{cause: causes.NullMX, source: "postfix", rank: exactly, words: []string{
			"recipient address rejected domain .. does not accept mail",
			"domain .. does not accept mail nullmx ! sender address",
		}},
		{cause: causes.RecipientSyntax, source: "postfix", rank: exactly, words: []string{"recipient address rejected need fully qualified"}},
		{cause: causes.SenderDomainUnknown, source: "postfix", rank: exactly, words: []string{
			"sender address rejected domain not found",
			"sender address rejected malformed dns",
		}},
		{cause: causes.SenderNullMX, source: "postfix", rank: exactly, words: []string{"sender address rejected domain .. does not accept mail", "sender address rejected .. nullmx"}},
		{cause: causes.SenderSyntax, source: "postfix", rank: exactly, words: []string{"sender address rejected need fully qualified"}},
		{cause: causes.SenderUnknown, source: "postfix", rank: exactly, words: []string{
			"sender address rejected undeliverable address ! lookup|timed|refused",
			"sender address rejected user unknown",
		}, class: 5},
		{cause: causes.SenderUnchecked, source: "postfix", rank: exactly, class: 4, words: []string{
			"sender address rejected unverified address",
			"sender address rejected undeliverable address",
		}},
		{cause: causes.SenderNotAllowed, source: "postfix", rank: exactly, words: []string{
			"sender address rejected not owned by",
			"sender address rejected not logged in",
		}},
		{cause: causes.SenderRefused, source: "postfix", rank: loosely, words: []string{"sender address rejected access denied", "sender address rejected"}},
		{cause: causes.ClientRefused, source: "postfix", rank: loosely, words: []string{"client host rejected access denied", "client host rejected", "client address rejected"}},
		{cause: causes.RecipientRestricted, source: "postfix", rank: vague, words: []string{"recipient address rejected access denied"}},
		{cause: causes.ClientNoReverseName, source: "postfix", rank: exactly, words: []string{
			"client host rejected cannot find your reverse? hostname",
			"client host rejected .. cannot find",
		}},
		{cause: causes.HeloRefused, source: "postfix", rank: exactly, words: []string{
			"helo command rejected",
			"helo command rejected host not found",
		}},
		{cause: causes.ClientListed, source: "postfix", rank: exactly, words: []string{
			"service unavailable client host .. blocked using @list|@host ! domainlist",
			"client host .. blocked using @list|@host",
			"client .. blocked using @list|@host|spamhaus ! trend micro email",
		}},
		{cause: causes.SenderListed, source: "postfix", rank: exactly, words: []string{
			"sender address .. blocked using",
			"helo command .. blocked using",
		}},
		{cause: causes.Greylisted, source: "postfix", rank: exactly, class: 4, words: []string{
			"recipient address rejected .. greylist*|graylist*",
			"client host blocked using grey",
			"blocked using @host .. greylist*",
		}},
		{cause: causes.RelayDenied, source: "postfix", rank: exactly, words: []string{"relay access denied"}},
		{cause: causes.ServerStorage, source: "postfix", rank: exactly, words: []string{"insufficient system storage"}},
		{cause: causes.ServerLookup, source: "postfix", rank: exactly, class: 4, words: []string{"temporary lookup failure"}},
		{cause: causes.ServerConfig, source: "postfix", rank: exactly, words: []string{"server configuration error"}, class: 0},
		{cause: causes.ServerFault, source: "postfix", rank: exactly, words: []string{"queue file write error"}},
		{cause: causes.TooManyConnections, source: "postfix", rank: exactly, words: []string{"too many connections from", "error too many connections"}},
		{cause: causes.RateLimited, source: "postfix", rank: exactly, words: []string{
			"connection rate limit exceeded",
			"message delivery request rate|limit",
			"error too many recipients from",
			"too much mail from @ip|@host",
			"new tls session rate",
			"auth command rate",
		}},
		{cause: causes.TooManyErrors, source: "postfix", rank: exactly, words: []string{"error too many errors", "too many errors after"}},
		{cause: causes.ServerBusy, source: "postfix", rank: exactly, words: []string{"all server ports are busy"}},
		// What smtpd and postscreen say where they wait for a header of the PROXY protocol, too.
		{cause: causes.ServerResources, source: "postfix", rank: exactly, words: []string{"no system resources", "server local error"}},
		{cause: causes.CommandDisabled, source: "postfix", rank: exactly, words: []string{"vrfy command is disabled"}},
		{cause: causes.TLSBroken, source: "postfix", rank: exactly, words: []string{"tls not available due to temporary|local"}},
		{cause: causes.ClientTooEarly, source: "postfix", rank: exactly, words: []string{"improper use of smtp command pipelining", "data command rejected improper use"}},
		{cause: causes.ClientTooEarly, source: "postfix", rank: exactly, code: "5.5.1", words: []string{"protocol error"}, at: Greeting | EHLO | MAIL | RCPT | Other},
		{cause: causes.LineEnds, source: "postfix", rank: exactly, words: []string{"bare newline|linefeed received"}},
		{cause: causes.CommandUnknown, source: "postfix", rank: exactly, words: []string{"error command not recognized|implemented"}},
		{cause: causes.NoRecipients, source: "postfix", rank: exactly, words: []string{"error no valid recipients"}},
		{cause: causes.SMTPUTF8Required, source: "postfix", rank: exactly, words: []string{"smtputf8 is required but was not offered"}},
		{cause: causes.TLSCertificate, source: "postfix", rank: exactly, words: []string{"server certificate not verified|trusted", "tls is required but was not offered by host"}},
		{cause: causes.NameFailed, source: "postfix", rank: exactly, words: []string{"name service error .. try again", "host not found try again"}},
		{cause: causes.MailLoop, source: "postfix", rank: exactly, words: []string{"mail for .. loops back to myself ! sender address|recipient address", "mail forwarding loop for"}},
		// Exim.
		{cause: causes.SenderUnknown, source: "exim", rank: exactly, words: []string{"sender verify failed"}, class: 5},
		{cause: causes.RecipientUnknown, source: "exim", rank: exactly, words: []string{"unrouteable address", "unroutable address"}},
		{cause: causes.HeloRefused, source: "exim", rank: exactly, words: []string{"syntactically invalid|incorrect helo|ehlo|argument|arguments"}},
		{cause: causes.ClientTooEarly, source: "exim", rank: exactly, words: []string{"smtp protocol synchronization error", "synchronization error"}},
		{cause: causes.SenderUnknown, source: "exim", words: []string{"verification failed for @addr"}},
		{cause: causes.ServerStorage, source: "exim", rank: exactly, words: []string{"space shortage please try later"}},
		{cause: causes.TooManyErrors, source: "exim", rank: exactly, words: []string{"too many .. nonmail|unrecognized|syntax or protocol .. commands|errors", "too many syntax or protocol errors"}},
		{cause: causes.TooManyConnections, source: "exim", rank: exactly, words: []string{"too many concurrent smtp connections from"}},
		{cause: causes.ServerBusy, source: "exim", rank: exactly, words: []string{"too many concurrent smtp connections"}},
		{cause: causes.TooManyMessages, source: "exim", rank: exactly, words: []string{"too many messages in one connection"}},
		{cause: causes.SenderUnchecked, source: "exim", rank: exactly, class: 4, words: []string{"could not complete sender verify", "temporarily unable to verify sender"}},
		{cause: causes.RecipientUnchecked, source: "exim", rank: exactly, class: 4, words: []string{"could not complete recipient verify", "temporarily unable to verify recipient"}},
		{cause: causes.LineTooLong, source: "exim", rank: exactly, words: []string{"maximum allowed line length", "line longer than"}},
		{cause: causes.ContentFormat, source: "exim", rank: exactly, words: []string{"this message contains .. unmatched|malformed|nested"}},
		{cause: causes.CommandOrder, source: "exim", rank: exactly, words: []string{"valid rcpt command must precede data", "all rcpt commands were rejected"}, code: "503"},
		{cause: causes.CommandDisabled, source: "exim", rank: vague, words: []string{"administrative prohibition"}, at: Other},
		// Sendmail.
		{cause: causes.SenderDomainUnknown, source: "sendmail", rank: exactly, words: []string{
			"domain of sender address .. does not exist|resolve",
		}, class: 5},
		{cause: causes.SenderSyntax, source: "sendmail", rank: exactly, words: []string{"domain name required for sender"}},
		{cause: causes.TLSClientCertificate, source: "sendmail", rank: exactly, code: "403", words: []string{"authentication failed", "not authenticated"}},
		{cause: causes.ServerFault, source: "opensmtpd", rank: exactly, class: 4, words: []string{"temporary error"}, code: "421"},
		{cause: causes.CommandOrder, source: "opensmtpd", rank: exactly, words: []string{"command not allowed at this point"}},
		{cause: causes.SenderUnchecked, source: "sendmail", rank: exactly, class: 4, words: []string{"domain of sender address .. does not resolve"}},
		{cause: causes.RelayDenied, source: "sendmail", rank: exactly, words: []string{"relaying denied", "relaying temporarily denied"}},
		{cause: causes.ClientNoReverseName, source: "sendmail", rank: exactly, words: []string{"relaying denied ip name lookup failed", "fix reverse dns for"}},
		{cause: causes.RecipientUnknown, source: "sendmail", rank: exactly, words: []string{"addressee unknown"}},
		{cause: causes.ContentFormat, source: "sendmail", rank: exactly, words: []string{"headers too large", "bad 8 bit header"}},
		{cause: causes.ServerConfig, source: "sendmail", rank: exactly, words: []string{"local configuration error", "mx list for .. points back to", "config error mail loops back"}},
		{cause: causes.ServerBusy, source: "sendmail", rank: exactly, words: []string{"rejecting connections .. load average", "too busy"}},
		{cause: causes.TooManyErrors, source: "sendmail", rank: exactly, words: []string{"too many bad commands"}},
		// qmail and its kin.
		{cause: causes.RelayDenied, source: "qmail", rank: exactly, words: []string{
			"that domain isnt in my list of allowed rcpthosts",
			"that domain isnt allowed to be relayed",
			"domain or user isnt in my list of allowed rcpthosts",
		}},
		{cause: causes.RecipientUnknown, source: "qmail", rank: exactly, words: []string{
			"no mailbox here by that name",
			"no mail box here by that name",
			"that user does not exist|validrcptto",
			"not in my validrcptto list",
			"invalid mailbox path",
			"badrcptto user mail box not found",
			"recipient is not in my validrcptto",
		}},
		{cause: causes.RecipientRestricted, source: "qmail", rank: vague, words: []string{"badrcptto", "envelope recipient .. denied|badrcptto"}},
		{cause: causes.SenderRefused, source: "qmail", rank: exactly, words: []string{"in my badmailfrom list", "envelope sender is in"}},
		{cause: causes.MailLoop, source: "qmail", rank: exactly, words: []string{"too many hops this message is looping", "this message is looping"}},
		{cause: causes.ServerFault, source: "qmail", rank: exactly, class: 4, words: []string{"qqt failure", "qq temporary problem", "mail server temporarily rejected message", "mail server permanently rejected"}},
		{cause: causes.ContentSize, source: "qmail", rank: exactly, words: []string{"exceeds my databytes limit"}},
		{cause: causes.MailboxFull, source: "qmail", rank: exactly, words: []string{"user is over quota", "message would exceed quota", "over quota"}},
		// Filters.
		{cause: causes.ContentLink, source: "spamassassin", rank: exactly, words: []string{"domain present in .. dbl", "domain .. in message|body .. dbl|surbl|uribl"}},
		{cause: causes.ContentSpam, source: "spamassassin", rank: exactly, words: []string{
			"reject id .. spam",
			"blocked by spamassassin",
			"spam message rejected",
			"gtube",
		}},
		{cause: causes.ContentVirus, source: "amavis", rank: exactly, words: []string{
			"reject id .. infected", "infected .. found|virus",
		}},
		{cause: causes.ContentAttachment, source: "amavis", rank: exactly, words: []string{"reject id .. banned", "banned contents|content in|found"}},
		{cause: causes.ContentFormat, source: "amavis", rank: exactly, words: []string{"bad_header|badheader", "invalid header rejected"}},
		{cause: causes.ServerFilter, source: "amavis", rank: exactly, class: 4, words: []string{"error in processing id"}},
		{cause: causes.ContentSpam, source: "proofpoint", rank: exactly, words: []string{"spam detected .. proofpoint", "email rejected due to security policies"}},
		{cause: causes.ClientListed, source: "proofpoint", rank: exactly, words: []string{"blocked see .. ipcheck", "link:support.proofpoint.com/dnsbl-lookup.cgi"}},
		{cause: causes.RateLimited, source: "proofpoint", rank: exactly, words: []string{"service unavailable .. dha"}},
		{cause: causes.Greylisted, source: "mimecast", rank: exactly, class: 4, words: []string{"internal resource|resources are? temporarily unavailable"}},
		{cause: causes.SenderForged, source: "mimecast", rank: exactly, words: []string{"anti spoofing policy", "antispoofing policy"}},
		{cause: causes.RecipientUnknown, source: "mimecast", rank: exactly, words: []string{"invalid recipient & link:mimecast.com"}},
		{cause: causes.ContentSpam, source: "barracuda", rank: exactly, words: []string{
			"permanent failure for one or more recipients @addr blocked",
		}},
		{cause: causes.ClientReputation, source: "cisco", rank: exactly, words: []string{
			"rejected due to the sending mtas poor reputation",
			"poor email reputation score",
			"sending mtas poor reputation",
		}},
		{cause: causes.RecipientUnknown, source: "cisco", rank: exactly, words: []string{"address rejected @addr ! sender", "address rejected"}, code: "5.1.0", at: RCPT | inMessage},
		{cause: causes.Greylisted, source: "trendmicro", rank: exactly, class: 4, words: []string{"greylisted"}},
		{cause: causes.ClientReputation, source: "trendmicro", rank: exactly, words: []string{
			"blocked using trend micro email reputation service",
			"trend micro email reputation",
		}},
		{cause: causes.ClientListed, source: "trendmicro", rank: exactly, words: []string{"blocked using trend micro rbl"}},
		{cause: causes.ClientReputation, source: "symantec", rank: exactly, words: []string{"symantec zodiac", "symantec .. reputation"}},
		// aiosmtpd, Haraka, Go servers.
		{cause: causes.CommandOrder, source: "aiosmtpd", rank: exactly, words: []string{"error send helo|ehlo first", "error need mail|rcpt command"}},
		{cause: causes.MailLoop, source: "haraka", rank: exactly, words: []string{"too many received headers"}},
		{cause: causes.RelayDenied, source: "haraka", rank: exactly, words: []string{"i cannot deliver mail for"}},
		{cause: causes.RelayDenied, source: "hmailserver", rank: exactly, words: []string{"delivery is not allowed to this address"}},
		{cause: causes.SenderNotAllowed, source: "zoho", rank: exactly, words: []string{"relaying disallowed as"}},
		// Courier.
		{cause: causes.RelayDenied, source: "courier", rank: exactly, words: []string{"relaying denied", "513 relaying"}},
		{cause: causes.SenderDomainUnknown, source: "courier", rank: exactly, code: "517", words: []string{"domain does not exist"}},
		{cause: causes.SenderSyntax, source: "courier", rank: exactly, words: []string{"need a fully qualified sender"}},
		{cause: causes.MailLoop, source: "courier", rank: exactly, words: []string{"mail loop"}},
	}
}
