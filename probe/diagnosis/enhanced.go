package diagnosis

import (
	"slices"

	"mxprobe/probe/causes"
)

// ofEnhanced returns what an enhanced status code says by itself: by the
// registry of IANA ("Simple Mail Transfer Protocol (SMTP) Enhanced Status
// Codes"), and by the codes of Exchange Online, which has numbers of its own
// from X.7.100 on. Codes that say little, such as 5.7.1 and 5.0.0, are not
// known: the text decides.
func ofEnhanced(a *answer) (causes.Cause, bool) {
	if a.at == STARTTLS && a.class() == 4 {
		return causes.TLSBroken, true // whatever else the code says: TLS is not to be had
	}
	if a.enhanced == "" {
		return causes.Unknown, false
	}
	detail := a.enhanced[1:]
	for _, of := range [...]func(*answer, string) causes.Cause{addressCode, systemCode, protocolCode, securityCode, exchangeCode} {
		if c := atStage(of(a, detail), a.at); c != causes.Unknown {
			return c, true
		}
	}
	return causes.Unknown, false
}

// addressCode knows X.1 and X.2: addresses and mailboxes (RFC 3463 sections
// 3.2 and 3.3, RFC 7505).
func addressCode(a *answer, detail string) causes.Cause {
	switch detail {
	case ".1.1":
		return causes.RecipientUnknown
	case ".1.2":
		return causes.RecipientDomainUnknown
	case ".1.3":
		return causes.RecipientSyntax
	case ".1.4":
		return causes.RecipientAmbiguous
	case ".1.6":
		return causes.RecipientMoved
	case ".1.7":
		return causes.SenderSyntax
	case ".1.8":
		return causes.SenderDomainUnknown
	case ".1.10":
		// 550 5.1.10 is what Exchange says of an unknown recipient.
		if a.code == 556 || a.code == 0 {
			return causes.NullMX
		}
	case ".2.1":
		if a.class() == 5 {
			return causes.MailboxDisabled // 4.2.1 is said of whatever may pass
		}
	case ".2.2":
		return causes.MailboxFull
	case ".2.3":
		if a.code != 554 {
			return causes.ContentSize
		}
	case ".2.4":
		return causes.ServerConfig
	}
	return causes.Unknown
}

// systemCode knows X.3 and X.4: the system, the network and routes (RFC 3463
// sections 3.4 and 3.5).
func systemCode(a *answer, detail string) causes.Cause {
	switch detail {
	case ".3.1":
		return causes.ServerStorage
	case ".3.2":
		// Many say 4.3.2 of limits, and 5.3.2 of hosts that take no mail, or none
		// from here.
		if a.class() == 4 && (len(a.words) < 3 || slices.ContainsFunc(a.words, speaksOfServer)) {
			return causes.ServerClosing
		}
	case ".3.3":
		return causes.ParameterUnsupported
	case ".3.4":
		return causes.ContentSize
	case ".3.5":
		return causes.ServerConfig
	case ".4.1":
		if a.class() == 4 {
			return causes.ServerRoute
		}
	case ".4.2":
		// With 421 it is the session itself that was too slow.
		if a.code != 421 {
			return causes.ServerRoute
		}
	case ".4.3":
		return causes.ServerLookup
	case ".4.4":
		if a.class() == 5 {
			return causes.RecipientDomainUnknown
		}
		return causes.ServerRoute
	case ".4.5":
		if a.class() == 4 {
			return causes.ServerBusy
		}
	case ".4.6":
		return causes.MailLoop
	case ".4.7":
		return causes.MessageExpired
	}
	return causes.Unknown
}

// protocolCode knows X.5 and X.6: the dialogue and the message (RFC 3463
// sections 3.6 and 3.7, RFC 4954, RFC 6531).
func protocolCode(a *answer, detail string) causes.Cause {
	switch detail {
	case ".5.1":
		switch a.code {
		case 500, 502:
			return causes.CommandUnknown
		case 503:
			return causes.CommandOrder
		}
	case ".5.2":
		return causes.CommandSyntax
	case ".5.3":
		if a.code != 503 {
			return causes.TooManyRecipients
		}
	case ".5.4":
		return argumentCode(a)
	case ".5.6":
		return causes.AuthExchange
	case ".6.2", ".6.3", ".6.4", ".6.5":
		return causes.ContentConversion
	case ".6.7", ".6.8", ".6.9", ".6.10":
		return causes.SMTPUTF8Required
	}
	return causes.Unknown
}

// argumentCode is X.5.4, wrong arguments: which, the command says.
func argumentCode(a *answer) causes.Cause {
	switch {
	case a.at == EHLO:
		return causes.HeloRefused
	case a.code == 504 && a.at == AUTH:
		return causes.AuthMechanism
	case a.code == 501:
		return causes.CommandSyntax
	case a.code == 504, a.code == 555:
		return causes.ParameterUnsupported
	}
	return causes.Unknown
}

// securityCode knows X.7: security and policy (RFC 3463 section 3.8, RFC 4954,
// 5248, 6710, 7293, 7372, 7505, 8617 and 8689).
func securityCode(a *answer, detail string) causes.Cause {
	switch detail {
	case ".7.2":
		return causes.RecipientRestricted
	case ".7.4":
		if a.at == AUTH || a.code == 504 && a.at == anyStage {
			return causes.AuthMechanism
		}
	case ".7.5", ".7.6":
		return causes.ContentEncryption
	case ".7.8":
		if a.code == 535 || a.code == 0 || a.at == AUTH {
			return causes.AuthWrong
		}
	case ".7.9", ".7.12":
		if a.code == 534 || a.code == 535 || a.code == 432 || a.at == AUTH {
			return causes.AuthWeak
		}
	case ".7.10", ".7.30":
		return causes.TLSRequired
	case ".7.11":
		return causes.AuthEncryption
	case ".7.13":
		if a.at == AUTH {
			return causes.AuthWrong
		}
		return causes.MailboxDisabled
	case ".7.16":
		return causes.ContentSize
	case ".7.17", ".7.18":
		return causes.RecipientMoved
	case ".7.20", ".7.21", ".7.22":
		return causes.DKIMRefused
	case ".7.23", ".7.24":
		return causes.SPFRefused
	case ".7.25":
		return causes.ClientNoReverseName
	case ".7.26", ".7.29":
		return causes.SenderUnauthenticated
	case ".7.27":
		return causes.SenderNullMX
	case ".7.28":
		return causes.RateLimited
	}
	return causes.Unknown
}

// exchangeCode knows the numbers of Exchange and Exchange Online ("Non-delivery
// report error codes in Exchange Online").
func exchangeCode(a *answer, detail string) causes.Cause {
	switch detail {
	case ".1.20", ".7.512":
		return causes.ContentFormat
	case ".1.90", ".7.705", ".7.508", ".7.232", ".7.233":
		return causes.RateLimited
	case ".1.350", ".1.351":
		return causes.RecipientUnknown
	case ".2.121", ".2.122":
		return causes.RecipientRate
	case ".4.300":
		return causes.MessageExpired
	case ".4.310":
		return causes.RecipientDomainUnknown
	case ".4.14":
		return causes.MailLoop
	case ".4.312", ".4.316", ".4.317", ".4.318":
		return causes.ServerRoute
	case ".7.12", ".7.124", ".7.129", ".7.133", ".7.134", ".7.135", ".7.136", ".7.193":
		return causes.RecipientRestricted
	case ".7.57":
		return causes.AuthRequired
	case ".7.60":
		return causes.SenderNotAllowed
	case ".7.64":
		return causes.RelayDenied
	case ".7.321", ".7.322", ".7.323", ".7.324", ".7.325":
		return causes.TLSCertificate
	case ".7.501", ".7.502", ".7.503", ".7.511", ".7.750":
		return causes.SenderRefused
	case ".7.506":
		return causes.HeloRefused
	case ".7.509":
		return causes.DMARCRefused
	case ".7.513", ".7.708":
		return causes.ClientRefused
	case ".7.515":
		return causes.SenderUnauthenticated
	case ".7.650", ".7.651":
		return causes.ClientReputation
	}
	if len(detail) == 6 && (detail[:4] == ".7.6") && a.class() == 5 {
		return causes.ClientListed // 5.7.606 to 5.7.649: banned sending IP
	}
	return causes.Unknown
}
