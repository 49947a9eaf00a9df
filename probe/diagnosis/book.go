package diagnosis

import (
	"sync"

	"mxprobe/probe/causes"
)

// book is the table, made ready when it is first asked.
var book table

// table holds the rules by a word that each of them needs.
type table struct {
	once   sync.Once
	rules  []rule
	find   []pattern // each pattern of each rule
	of     []int32   // the rule of a pattern
	byWord map[string][]int32
	byStem map[string][]int32
	linked []int32
}

// stemLength is how many bytes of a word that only has to begin so are looked
// up.
const stemLength = 3

func (t *table) prepare() {
	t.rules = allRules()
	for i := range t.rules {
		for _, words := range t.rules[i].words {
			t.find, t.of = append(t.find, compile(spell(words))), append(t.of, int32(i))
		}
	}
	t.byWord, t.byStem = make(map[string][]int32, 2*len(t.find)), map[string][]int32{}
	uses := map[string]int{}
	for i := range t.find {
		for j := range t.find[i].need {
			for _, term := range t.find[i].need[j].terms {
				for _, w := range term.exact {
					uses[w]++
				}
			}
		}
	}
	for i := range t.find {
		t.enter(int32(i), uses)
	}
}

// enter puts a rule where its rarest word leads to it.
func (t *table) enter(i int32, uses map[string]int) {
	var best *term
	least := 0
	for j := range t.find[i].need {
		for k := range t.find[i].need[j].terms {
			term := &t.find[i].need[j].terms[k]
			if term.maybe {
				continue
			}
			n := 4 * len(term.prefix)
			for _, w := range term.exact {
				n += uses[w]
				if isCommon(w) {
					n += 200
				}
			}
			if best == nil || n < least {
				best, least = term, n
			}
		}
	}
	if best == nil {
		t.linked = append(t.linked, i)
		return
	}
	for _, w := range best.exact {
		t.byWord[w] = append(t.byWord[w], i)
	}
	for _, p := range best.prefix {
		p = p[:min(len(p), stemLength)]
		t.byStem[p] = append(t.byStem[p], i)
	}
}

// isCommon reports whether a word stands in so many replies that it leads
// nowhere.
func isCommon(word string) bool {
	switch word {
	case "message", "messages", "mail", "email", "address", "user", "recipient", "mailbox", "not", "from", "to", "this", "is", "your", "for",
		"server", "rejected", "host", "client", "in", "on", "by", "was", "has", "have", "no", "please", "sender", "domain", "ip", "the", "a",
		"service", "error", "access", "denied", "too", "many", "does", "are", "be", "with", "at", "blocked", "command",
		"unknown", "account", "mails", "emails", "content", anAddress, anIP, aHost, aURL, aNumber:
		return true
	}
	return false
}

// found is a pattern that fits a text, and where.
type found struct {
	pattern int32
	at      span
}

func (t *table) rule(h found) *rule { return &t.rules[t.of[h.pattern]] }

// look returns the cause of an answer, and what that rests on.
func (t *table) look(a *answer) (causes.Cause, string) {
	t.once.Do(t.prepare)
	hits := t.hits(a)
	best := vague
	for _, h := range hits {
		best = max(best, t.rule(h).rank)
	}
	byEnhanced, known := ofEnhanced(a)
	if known && best < byCode || len(hits) == 0 {
		if known {
			return a.unlessElse(byEnhanced), ""
		}
		if len(hits) == 0 {
			return a.unlessElse(ofCode(a)), ""
		}
	}
	cause, source := t.decide(hits, best)
	if best == vague && a.unlessElse(cause) != cause {
		return causes.Unknown, ""
	}
	return cause, source
}

// decide returns what the rules of the best rank agree on. One whose words
// are all within those of another says less and does not count.
func (t *table) decide(hits []found, best rank) (causes.Cause, string) {
	cause, source := causes.Unknown, ""
	for _, h := range hits {
		if r := t.rule(h); r.rank == best && !t.beaten(h, hits, best) {
			if cause != causes.Unknown && cause != r.cause {
				return causes.Unknown, ""
			}
			cause, source = r.cause, sourceName(r.source)
		}
	}
	return cause, source
}

// beaten reports whether another rule of the rank says more than h: its
// words have all those of h within, or its cause is the closer one.
func (t *table) beaten(h found, hits []found, best rank) bool {
	cause := t.rule(h).cause
	for _, o := range hits {
		other := t.rule(o)
		if other.rank != best || other.cause == cause {
			continue
		}
		if closer(other.cause, cause) {
			return true
		}
		if o.at.from <= h.at.from && h.at.to <= o.at.to && t.find[o.pattern].weight > t.find[h.pattern].weight && !closer(cause, other.cause) {
			return true
		}
	}
	return false
}

// hits returns the rules whose words stand in an answer.
func (t *table) hits(a *answer) []found {
	var out []found
	tried := make([]uint64, len(t.find)/64+1)
	try := func(patterns []int32) {
		for _, i := range patterns {
			if tried[i/64]&(1<<(i%64)) != 0 {
				continue
			}
			tried[i/64] |= 1 << (i % 64)
			r := &t.rules[t.of[i]]
			if !r.fits(a) || !plausible(r.cause, a.at) {
				continue
			}
			if at, ok := t.find[i].find(a.words, a.links); ok {
				out = append(out, found{i, at})
			}
		}
	}
	for _, w := range a.words {
		try(t.byWord[w])
		if len(w) >= stemLength {
			try(t.byStem[w[:stemLength]])
		}
	}
	if len(a.links) > 0 {
		try(t.linked)
	}
	return out
}

// closer reports whether a cause is the closer one where a reply has words of
// both: the general one is only how the server begins, as in "message
// rejected: listed at ...".
func closer(a, b causes.Cause) bool {
	for _, over := range general(a) {
		if over == b {
			return true
		}
	}
	return false
}

// general returns the causes that a cause is more than.
func general(c causes.Cause) []causes.Cause {
	switch c {
	case causes.ClientListed:
		return []causes.Cause{causes.ClientRefused, causes.ContentSpam, causes.ClientReputation, causes.ClientDynamic, causes.RecipientRestricted, causes.MailboxDisabled, causes.ContentRefused, causes.SenderRefused}
	case causes.ClientNoReverseName:
		return []causes.Cause{causes.RateLimited, causes.ClientRefused, causes.RelayDenied, causes.SenderDomainUnknown, causes.ServerLookup, causes.ClientDynamic, causes.NameUnknown, causes.HeloRefused, causes.RecipientDomainUnknown}
	case causes.ClientReputation, causes.ClientDynamic:
		return []causes.Cause{causes.ClientRefused, causes.ContentSpam, causes.SenderRefused, causes.ContentRefused, causes.AuthRequired}
	case causes.SenderListed:
		return []causes.Cause{causes.ClientListed, causes.SenderRefused, causes.ClientReputation, causes.ContentSpam, causes.ContentLink}
	case causes.ContentLink:
		return []causes.Cause{causes.ClientListed, causes.ContentSpam, causes.ContentRefused}
	case causes.HeloRefused:
		return []causes.Cause{causes.CommandSyntax, causes.ClientRefused, causes.RecipientDomainUnknown}
	case causes.ServerNoMail:
		return []causes.Cause{causes.ClientRefused, causes.NullMX}
	case causes.RecipientRate:
		return []causes.Cause{causes.RateLimited}
	case causes.SMTPUTF8Required:
		return []causes.Cause{causes.ParameterUnsupported, causes.CommandUnknown}
	case causes.MailboxDisabled:
		return []causes.Cause{causes.RecipientRestricted}
	case causes.ClientRefused:
		return []causes.Cause{causes.ServerNoService}
	case causes.TooManyRecipients:
		return []causes.Cause{causes.RateLimited}
	case causes.ParameterUnsupported:
		return []causes.Cause{causes.CommandUnknown, causes.CommandSyntax}
	case causes.MessageExpired:
		return []causes.Cause{causes.ServerRoute, causes.SessionTimeout, causes.ServerLookup, causes.ConnectTimeout, causes.ConnectRefused, causes.NameUnknown, causes.ReplyTimeout}
	case causes.TooManyMessages:
		return []causes.Cause{causes.RateLimited, causes.TooManyConnections}
	case causes.ContentVirus, causes.ContentAttachment:
		return []causes.Cause{causes.ContentRefused, causes.ContentSpam, causes.ServerFilter, causes.ContentFormat}
	case causes.AuthRequired:
		return []causes.Cause{causes.CommandOrder, causes.ClientRefused, causes.CommandSyntax}
	case causes.ClientTooEarly:
		return []causes.Cause{causes.ClientRefused, causes.CommandSyntax, causes.CommandOrder}
	case causes.ContentSpam:
		return []causes.Cause{causes.ContentRefused, causes.SenderRefused, causes.ClientRefused, causes.ServerFault, causes.MailboxDisabled}
	case causes.DMARCRefused:
		return []causes.Cause{causes.RateLimited, causes.SPFRefused, causes.DKIMRefused, causes.SenderUnauthenticated, causes.SenderRefused, causes.ContentSpam, causes.AuthWrong, causes.ServerLookup}
	case causes.TLSRequired:
		return []causes.Cause{causes.RateLimited, causes.CommandOrder, causes.CommandSyntax}
	case causes.SPFRefused, causes.DKIMRefused:
		return []causes.Cause{causes.RateLimited, causes.SenderRefused, causes.SenderUnauthenticated, causes.ClientRefused, causes.ServerLookup, causes.ServerFault, causes.ContentSpam, causes.RecipientRestricted, causes.AuthWrong, causes.SenderForged, causes.CommandSyntax}
	case causes.Greylisted:
		return []causes.Cause{causes.ClientListed, causes.ClientRefused, causes.RateLimited, causes.RecipientRestricted, causes.ServerBusy, causes.SenderRefused}
	case causes.RelayDenied:
		return []causes.Cause{causes.AuthRequired, causes.AuthWrong, causes.ServerConfig, causes.ServerRoute, causes.RecipientUnknown, causes.RecipientDomainUnknown, causes.ClientRefused, causes.RecipientRestricted}
	case causes.ContentFormat:
		return []causes.Cause{causes.ContentSpam, causes.ServerFault, causes.ContentRefused, causes.CommandSyntax}
	case causes.MailboxFull:
		return []causes.Cause{causes.MailboxDisabled, causes.ServerFault, causes.RecipientRestricted, causes.ServerStorage}
	case causes.RecipientUnknown:
		return []causes.Cause{causes.ServerFault, causes.ServerLookup, causes.ServerRoute, causes.RecipientRestricted}
	case causes.RecipientSyntax:
		return []causes.Cause{causes.RecipientUnknown, causes.CommandSyntax, causes.HeloRefused, causes.ContentFormat}
	case causes.SenderSyntax:
		return []causes.Cause{causes.CommandSyntax, causes.SenderRefused, causes.HeloRefused, causes.SenderDomainUnknown, causes.SenderUnknown, causes.ContentFormat, causes.RecipientSyntax}
	case causes.SenderUnchecked:
		return []causes.Cause{causes.SenderRefused, causes.SenderUnknown, causes.SenderDomainUnknown, causes.RecipientDomainUnknown, causes.ServerLookup}
	case causes.SenderUnknown, causes.SenderDomainUnknown, causes.SenderNotAllowed, causes.SenderForged, causes.SenderUnauthenticated:
		return []causes.Cause{causes.SenderRefused, causes.RecipientUnknown, causes.RecipientDomainUnknown, causes.ClientRefused, causes.RecipientRestricted, causes.AuthWrong, causes.SPFRefused, causes.DKIMRefused, causes.RateLimited}
	case causes.AuthExchange:
		return []causes.Cause{causes.LineTooLong, causes.CommandSyntax, causes.AuthWrong}
	case causes.ConnectUnreachable, causes.ConnectRefused, causes.ConnectTimeout, causes.ConnectionReset, causes.ConnectionClosed:
		return []causes.Cause{causes.ServerRoute, causes.ClientRefused}
	case causes.RecipientDomainUnknown:
		return []causes.Cause{causes.RecipientUnknown, causes.ServerLookup, causes.NameUnknown}
	case causes.TooManyConnections:
		return []causes.Cause{causes.RateLimited, causes.ClientRefused, causes.ServerBusy}
	case causes.RateLimited:
		return []causes.Cause{causes.ClientReputation, causes.ServerBusy, causes.ClientRefused}
	case causes.CommandOrder:
		return []causes.Cause{causes.NoRecipients, causes.CommandUnknown, causes.CommandSyntax, causes.HeloRefused}
	case causes.AuthEncryption, causes.AuthMechanism, causes.AuthWeak, causes.AuthUnavailable:
		return []causes.Cause{causes.AuthWrong, causes.AuthRequired, causes.ServerFault, causes.TLSRequired, causes.CommandUnknown}
	case causes.RecipientRestricted:
		return []causes.Cause{causes.ClientRefused, causes.SenderRefused, causes.ContentRefused}
	}
	return nil
}
