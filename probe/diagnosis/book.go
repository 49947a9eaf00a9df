package diagnosis

import "sync"

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
func (t *table) look(a *answer) (Cause, string) {
	t.once.Do(t.prepare)
	hits := t.hits(a)
	best := vague
	for _, h := range hits {
		best = max(best, t.rule(h).rank)
	}
	byEnhanced, known := ofEnhanced(a)
	if known && best < byCode || len(hits) == 0 {
		if known {
			return byEnhanced, ""
		}
		if len(hits) == 0 {
			return ofCode(a), ""
		}
	}
	return t.decide(hits, best)
}

// decide returns what the rules of the best rank agree on. One whose words
// are all within those of another says less and does not count.
func (t *table) decide(hits []found, best rank) (Cause, string) {
	cause, source := Unknown, ""
	for _, h := range hits {
		if r := t.rule(h); r.rank == best && !t.beaten(h, hits, best) {
			if cause != Unknown && cause != r.cause {
				return Unknown, ""
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
