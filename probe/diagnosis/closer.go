package diagnosis

// closer reports whether a cause is the closer one where a reply has words of
// both: the general one is only how the server begins, as in "message
// rejected: listed at ...".
func closer(a, b Cause) bool {
	for _, over := range general(a) {
		if over == b {
			return true
		}
	}
	return false
}

// general returns the causes that a cause is more than.
func general(c Cause) []Cause {
	switch c {
	case ClientListed:
		return []Cause{ClientRefused, ContentSpam, ClientReputation, ClientDynamic, RecipientRestricted, MailboxDisabled, ContentRefused, SenderRefused}
	case ClientNoReverseName:
		return []Cause{RateLimited, ClientRefused, RelayDenied, SenderDomainUnknown, ServerLookup, ClientDynamic, NameUnknown, HeloRefused, RecipientDomainUnknown}
	case ClientReputation, ClientDynamic:
		return []Cause{ClientRefused, ContentSpam, SenderRefused, ContentRefused, AuthRequired}
	case SenderListed:
		return []Cause{ClientListed, SenderRefused, ClientReputation, ContentSpam, ContentLink}
	case ContentLink:
		return []Cause{ClientListed, ContentSpam, ContentRefused}
	case HeloRefused:
		return []Cause{CommandSyntax, ClientRefused, RecipientDomainUnknown}
	case ServerNoMail:
		return []Cause{ClientRefused, NullMX}
	case RecipientRate:
		return []Cause{RateLimited}
	case SMTPUTF8Required:
		return []Cause{ParameterUnsupported, CommandUnknown}
	case MailboxDisabled:
		return []Cause{RecipientRestricted}
	case ClientRefused:
		return []Cause{ServerNoService}
	case TooManyRecipients:
		return []Cause{RateLimited}
	case ParameterUnsupported:
		return []Cause{CommandUnknown, CommandSyntax}
	case MessageExpired:
		return []Cause{ServerRoute, SessionTimeout, ServerLookup, ConnectTimeout, ConnectRefused, NameUnknown, ReplyTimeout}
	case TooManyMessages:
		return []Cause{RateLimited, TooManyConnections}
	case ContentVirus, ContentAttachment:
		return []Cause{ContentRefused, ContentSpam, ServerFilter, ContentFormat}
	case AuthRequired:
		return []Cause{CommandOrder, ClientRefused, CommandSyntax}
	case ClientTooEarly:
		return []Cause{ClientRefused, CommandSyntax, CommandOrder}
	case ContentSpam:
		return []Cause{ContentRefused, SenderRefused, ClientRefused, ServerFault, MailboxDisabled}
	case DMARCRefused:
		return []Cause{RateLimited, SPFRefused, DKIMRefused, SenderUnauthenticated, SenderRefused, ContentSpam, AuthWrong, ServerLookup}
	case TLSRequired:
		return []Cause{RateLimited, CommandOrder, CommandSyntax}
	case SPFRefused, DKIMRefused:
		return []Cause{RateLimited, SenderRefused, SenderUnauthenticated, ClientRefused, ServerLookup, ServerFault, ContentSpam, RecipientRestricted, AuthWrong, SenderForged, CommandSyntax}
	case Greylisted:
		return []Cause{ClientListed, ClientRefused, RateLimited, RecipientRestricted, ServerBusy, SenderRefused}
	case RelayDenied:
		return []Cause{AuthRequired, AuthWrong, ServerConfig, ServerRoute, RecipientUnknown, RecipientDomainUnknown, ClientRefused, RecipientRestricted}
	case ContentFormat:
		return []Cause{ContentSpam, ServerFault, ContentRefused, CommandSyntax}
	case MailboxFull:
		return []Cause{MailboxDisabled, ServerFault, RecipientRestricted, ServerStorage}
	case RecipientUnknown:
		return []Cause{ServerFault, ServerLookup, ServerRoute, RecipientRestricted}
	case RecipientSyntax:
		return []Cause{RecipientUnknown, CommandSyntax, HeloRefused, ContentFormat}
	case SenderSyntax:
		return []Cause{CommandSyntax, SenderRefused, HeloRefused, SenderDomainUnknown, SenderUnknown, ContentFormat, RecipientSyntax}
	case SenderUnchecked:
		return []Cause{SenderRefused, SenderUnknown, SenderDomainUnknown, RecipientDomainUnknown, ServerLookup}
	case SenderUnknown, SenderDomainUnknown, SenderNotAllowed, SenderForged, SenderUnauthenticated:
		return []Cause{SenderRefused, RecipientUnknown, RecipientDomainUnknown, ClientRefused, RecipientRestricted, AuthWrong, SPFRefused, DKIMRefused, RateLimited}
	case AuthExchange:
		return []Cause{LineTooLong, CommandSyntax, AuthWrong}
	case ConnectUnreachable, ConnectRefused, ConnectTimeout, ConnectionReset, ConnectionClosed:
		return []Cause{ServerRoute, ClientRefused}
	case RecipientDomainUnknown:
		return []Cause{RecipientUnknown, ServerLookup, NameUnknown}
	case TooManyConnections:
		return []Cause{RateLimited, ClientRefused, ServerBusy}
	case RateLimited:
		return []Cause{ClientReputation, ServerBusy, ClientRefused}
	case CommandOrder:
		return []Cause{NoRecipients, CommandUnknown, CommandSyntax, HeloRefused}
	case AuthEncryption, AuthMechanism, AuthWeak, AuthUnavailable:
		return []Cause{AuthWrong, AuthRequired, ServerFault, TLSRequired, CommandUnknown}
	case RecipientRestricted:
		return []Cause{ClientRefused, SenderRefused, ContentRefused}
	}
	return nil
}
