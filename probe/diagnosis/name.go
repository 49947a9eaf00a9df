package diagnosis

import (
	"net/netip"
	"strings"

	"mxprobe/internal/ascii"
)

// nameKind returns the word that stands for an IP address or a host name in
// lower case, or nothing for any other word. Names of public lists keep apart
// from other names: who names one says that somebody is on it.
func nameKind(s string) string {
	s = strings.Trim(s, ".'-_")
	if len(s) < 3 || strings.IndexByte(s, '.') < 0 && strings.Count(s, ":") < 2 {
		return ""
	}
	bare := s
	if host, port, ok := strings.Cut(s, ":"); ok && strings.Count(s, ":") == 1 && ascii.Digits(port) {
		bare = host
	}
	if _, err := netip.ParseAddr(bare); err == nil || looksIPv4(bare) {
		return anIP
	}
	if !isHostName(bare) {
		return ""
	}
	switch {
	case underAny(bare, "dbl.spamhaus.org", "uribl.com", "surbl.org", "rhsbl.sorbs.net", "dbl.nordspam.com", "uribl.spameatingmonkey.net"):
		return aNameList
	case underAny(bare, "spamhaus.org", "spamhaus.net", "spamcop.net", "barracudacentral.org", "sorbs.net", "abuseat.org",
		"uceprotect.net", "psbl.surriel.com", "surriel.com", "mailspike.net", "mailspike.org", "dnsbl.info", "njabl.org", "ordb.org", "spamrats.com",
		"nordspam.com", "manitu.net", "inps.de", "junkemailfilter.com", "senderbase.org", "spamrl.com", "invaluement.com", "backscatterer.org",
		"blocklist.de", "dronebl.org", "lashback.com", "spameatingmonkey.net", "habeas.com", "trendmicro.com.rbl", "mail-abuse.com", "mail-abuse.org", "anonmails.de", "0spam.org", "blocklist.zap", "gbudb.net", "dsbl.org", "redhawk.org", "cobion.com", "woody.ch", "imp.ch", "efnetrbl.org", "hostkarma.junkemailfilter.com"),
		hasListLabel(bare):
		return aList
	}
	return aHost
}

// hasListLabel reports whether a name says of itself that it is a list of
// clients.
func hasListLabel(name string) bool {
	label, _, _ := strings.Cut(name, ".")
	for {
		switch label {
		case "dnsbl", "dnsrbl", "blocklist", "blacklist", "sbl-xbl", "drbl":
			return true
		}
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			return false
		}
		name = rest
		label, _, _ = strings.Cut(name, ".")
	}
}

func underAny(name string, domains ...string) bool {
	for _, d := range domains {
		if name == d || strings.HasSuffix(name, d) && name[len(name)-len(d)-1] == '.' {
			return true
		}
	}
	return false
}

// isHostName reports whether a word with dots is likely a host name: its last
// label is letters, and no label is empty.
func isHostName(s string) bool {
	last := s[strings.LastIndexByte(s, '.')+1:]
	if len(last) < 2 || len(last) > 24 {
		return false
	}
	for i := range len(last) {
		if !isLetter(last[i]) && last[i] != '-' {
			return false
		}
	}
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	if strings.Contains(s, "..") || s[0] == '.' {
		return false
	}
	return !isSentence(s)
}

// isSentence reports whether a word with a dot is rather the end of one
// sentence and the beginning of the next, or a name out of a program.
func isSentence(s string) bool {
	first, last := s[:strings.IndexByte(s, '.')], s[strings.LastIndexByte(s, '.')+1:]
	switch first {
	case "resolver", "storedrv", "queue", "smtpsend", "routing", "agent", "transport", "error", "hygiene", "smtp":
		return len(s) > len(first)+1 && !underAny(s, "com", "net", "org", "jp", "uk", "de", "fr", "ru", "cn", "example", "test", "io", "ne")
	}
	switch last {
	case "please", "see", "the", "this", "your", "you", "for", "if", "visit", "message", "try", "contact", "mail", "email", "not", "we", "ip", "check", "more", "use", "no", "sorry", "bye", "access", "closing", "connection", "user", "deliver", "ptr", "spam":
		return true
	}
	return false
}

func looksIPv4(s string) bool {
	if strings.Count(s, ".") != 3 {
		return false
	}
	for _, part := range strings.Split(s, ".") {
		if !ascii.Digits(part) && part != "x" && part != "xx" && part != "xxx" && part != "***" {
			return false
		}
	}
	return true
}
