package diagnosis

// ofCode returns what a reply code says by itself, where no word of the text
// is known.
func ofCode(a *answer) Cause {
	switch a.code {
	case 454:
		switch a.at {
		case STARTTLS:
			return TLSBroken
		case AUTH:
			return AuthUnavailable
		}
	case 500:
		if a.at&(EHLO|STARTTLS|AUTH|Other) != 0 {
			return CommandUnknown
		}
	case 501:
		switch a.at {
		case EHLO:
			return HeloRefused
		case AUTH:
			return AuthExchange
		}
	case 502:
		return CommandUnknown
	case 503:
		return CommandOrder
	case 504:
		switch a.at {
		case EHLO:
			return HeloRefused
		case AUTH:
			return AuthMechanism
		}
	case 517: // Courier's code for the domain of the sender
		return SenderDomainUnknown
	case 521:
		if a.at == Greeting {
			return ServerNoMail
		}
	case 530:
		return AuthRequired
	case 534:
		return AuthWeak
	case 535:
		return AuthWrong
	case 538:
		return AuthEncryption
	case 554:
		if a.at == Greeting {
			return ServerNoService
		}
	case 555:
		return ParameterUnsupported
	case 556:
		return NullMX
	}
	return Unknown
}
