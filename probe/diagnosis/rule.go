package diagnosis

import (
	"strings"

	"mxprobe/probe/causes"
)

// rule is a row of the table: what servers say, and what they mean by it.
type rule struct {
	cause causes.Cause
	// words are the patterns that the text has to fit, one of them.
	words []string
	// at are the stages that it holds for; any if zero, and where the stage is
	// not known.
	at Stage
	// class is 4 or 5 where it holds for such replies alone.
	class int
	// code is a reply code, or an enhanced status code in which an x stands for
	// either class, that it holds for alone.
	code string
	// rank is how sure the words make it.
	rank rank
	// source names who says so: a key of sourceName.
	source string
}

// rank is how much the words of a row say. Of what two rows of the same rank
// say, the longer counts where it has the shorter within; else they have to
// agree.
type rank int8

const (
	// vague words, such as "access denied": a code that says more wins.
	vague rank = -3
	// loosely is the rank of words that name who is refused, and not why: what
	// else stands there says more.
	loosely rank = -2
	// byCode is the rank of an enhanced status code.
	byCode rank = -1
	// Rank 0, that of a rule without one, is for words that say what is the
	// matter.

	// exactly is the rank of the words of one software or provider, whose
	// meaning is documented: they decide over others in the same reply.
	exactly rank = 1
)

// noCode is the code of rules for texts that have no reply code: what logs
// say of connections.
const noCode = "000"

func allRules() []rule {
	var out []rule
	for _, rules := range [][]rule{
		recipientRules(), mailboxRules(), relayRules(), senderRules(), proofRules(), clientRules(), listRules(), paceRules(),
		contentRules(), loginRules(), dialogueRules(), serverRules(), networkRules(),
		microsoftRules(), googleRules(), providerRules(), softwareRules(), languageRules(), eastRules(),
	} {
		out = append(out, rules...)
	}
	return out
}

// fits reports whether a rule is for such an answer, its words apart.
func (r *rule) fits(a *answer) bool {
	if r.at != anyStage && r.at&a.at == 0 && (a.at != anyStage || r.rank == vague) {
		return false // what vague words mean, only the stage tells
	}
	if r.class != 0 && a.class() != 0 && a.class() != r.class {
		return false
	}
	return r.code == "" || fitsCode(r.code, a)
}

func fitsCode(code string, a *answer) bool {
	if code == noCode {
		return a.code == 0
	}
	if len(code) == 3 {
		return a.code == int(code[0]-'0')*100+int(code[1]-'0')*10+int(code[2]-'0')
	}
	if a.enhanced == "" {
		return false
	}
	return code == a.enhanced || code[0] == 'x' && code[1:] == a.enhanced[1:]
}

// spell writes out the short words of patterns for what has many names.
func spell(words string) string {
	if !strings.Contains(words, "{") {
		return words
	}
	return speller().Replace(words)
}

func speller() *strings.Replacer {
	return strings.NewReplacer(
		"{box}", "user|users|recipient|recipients|mailbox|mailboxes|account|accounts|address|addresses|addressee|alias|username|inbox|maildrop|rcpt|destination|destinations|person|customer|userid|mailaddress|mailfolder|userbox",
		"{not}", "not|isnt|doesnt|dont|cannot|cant|arent|wasnt|couldnt",
		"{blocked}", "blocked|listed|blacklisted|blocklisted|banned|rejected|denied|refused|found|present",
		"{ip}", "@ip|ip|ips|client|host|server|ipaddress|machine|mta",
		"{list}", "blacklist*|blocklist*|blackhole*|rbl|rbls|dnsbl|dnsbls|dnsrbl|denylist|spamhaus|spamcop|barracuda|sorbs|uceprotect|cbl|xbl|sbl|pbl|zen|psbl|njabl|senderbase|mailspike|@list|hostkarma|invaluement|cloudmark|abuseat",
		"{mail}", "message|messages|mail|mails|email|emails|letter|content|e",
	)
}
