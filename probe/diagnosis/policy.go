package diagnosis

import "strings"

// policyCodes are enhanced status codes that speak of the client and not of
// the mail: RFC 7372 section 3 (DKIM and SPF of the sender are left out: the
// reverse-path is the scenario's choice), RFC 7505 section 4.2 does not
// belong here. X.7.25 is missing reverse DNS.
func policyCode(enhanced string) bool {
	switch enhanced {
	case "5.7.25", "4.7.25", "5.7.606", "5.7.511", "4.7.650", "4.7.651", "5.7.708":
		return true
	}
	return false
}

// policyPhrases are words of refusals that speak of the client's address and
// of nothing else, in lower case. Single words such as "blocked" or "policy"
// are not enough: they stand in refusals of senders and recipients too.
func policyPhrase(text string) string {
	for _, phrase := range [...]string{
		"blocked using", "blocklist", "block list", "blacklist", "black list", "dnsbl", "rbl ",
		"spamhaus", "spamcop", "barracuda", "listed in ", "listed by ", "listed at ",
		"poor reputation", "ip reputation",
		"reverse dns", "reverse lookup", "reverse hostname", "ptr record", "rdns",
		"cannot find your hostname", "cannot find your reverse hostname",
		"client host rejected", "client address rejected", "your ip address", "your ip ",
		"too many connections", "connection rate", "rate limit", "too much mail",
		"dynamic ip", "dial-up", "dialup",
	} {
		if strings.Contains(text, phrase) {
			return phrase
		}
	}
	return ""
}

// AimedAtUs reports whether a refusal is meant for this machine's address
// whatever it asks for: the address is listed, has no reverse DNS, or
// connects too often. Nothing is known then of what the scenario asks. It
// errs on the side of "no": a refusal is a failure unless its code or text
// leave no doubt.
func AimedAtUs(code int, enhanced, text string) bool {
	if code/100 != 4 && code/100 != 5 {
		return false
	}
	return policyCode(enhanced) || (!aboutMailbox(enhanced) && policyPhrase(withoutFalseLists(text)) != "")
}

// aboutMailbox reports whether an enhanced status code says that there is no
// such mailbox or domain here, or what is wrong with the mailbox (RFC 3463
// sections 3.2 and 3.3).
func aboutMailbox(enhanced string) bool {
	if len(enhanced) < 2 {
		return false
	}
	switch detail := enhanced[1:]; detail {
	case ".1.1", ".1.2", ".1.10", ".2.1", ".2.2":
		return true
	}
	return false
}

// withoutFalseLists returns a text in lower case without what sounds like a list of
// clients and is none: a directory that a user is not listed in, and
// greylisting, which passes by itself.
func withoutFalseLists(text string) string {
	low := strings.ToLower(text)
	if strings.Contains(low, "greylist") || strings.Contains(low, "graylist") {
		return ""
	}
	return strings.ReplaceAll(low, "not listed", "")
}
