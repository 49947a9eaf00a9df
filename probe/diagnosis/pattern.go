package diagnosis

import "strings"

// A pattern is what a rule wants to read, as words of wordsOf:
//
//	user|mailbox unknown      one of the words, then the other
//	no such? user             a word that may be missing
//	quota .. exceeded         at most three words in between
//	blocked ... list          at most eight
//	block*                    any word that begins so
//	a b & c d                 both, in any order
//	a b ! c|d e               the first, and nowhere c, nor d and then e
//	link:example.org/x        a link that has this in it
type pattern struct {
	need, never []phrase
	weight      int // how many words it has to see
}

// phrase is a run of words, or part of a link.
type phrase struct {
	terms []term
	link  string
}

type term struct {
	exact  []string
	prefix []string
	skip   int  // words that may stand before it
	maybe  bool // it may be missing
}

// span is where in the words something was found: from, and the word after
// its end.
type span struct{ from, to int }

func compile(s string) pattern {
	var p pattern
	yes, no, _ := strings.Cut(s, " ! ")
	for part := range strings.SplitSeq(yes, " & ") {
		ph := compilePhrase(part)
		p.need = append(p.need, ph)
		p.weight += ph.weight()
	}
	if no != "" {
		for part := range strings.SplitSeq(strings.ReplaceAll(no, " ! ", "|"), "|") {
			p.never = append(p.never, compilePhrase(part))
		}
	}
	return p
}

func compilePhrase(s string) phrase {
	if link, ok := strings.CutPrefix(s, "link:"); ok {
		return phrase{link: link}
	}
	var ph phrase
	skip := 0
	for word := range strings.FieldsSeq(s) {
		switch word {
		case "..":
			skip = 3
			continue
		case "...":
			skip = 8
			continue
		}
		t := term{skip: skip}
		skip = 0
		word, t.maybe = strings.CutSuffix(word, "?")
		for alternative := range strings.SplitSeq(word, "|") {
			if stem, ok := strings.CutSuffix(alternative, "*"); ok {
				t.prefix = append(t.prefix, stem)
			} else {
				t.exact = append(t.exact, alternative)
			}
		}
		ph.terms = append(ph.terms, t.signs()...)
	}
	return ph
}

// signs splits a term of a script without spaces into one term for each sign.
func (t term) signs() []term {
	if len(t.exact) != 1 || len(t.prefix) > 0 {
		return []term{t}
	}
	words := addWord(nil, t.exact[0])
	if len(words) < 2 {
		return []term{t}
	}
	var out []term
	for i, w := range words {
		one := term{exact: []string{w}, maybe: t.maybe}
		if i == 0 {
			one.skip = t.skip
		}
		out = append(out, one)
	}
	return out
}

func (ph *phrase) weight() int {
	if ph.link != "" {
		return 3
	}
	n := 0
	for i := range ph.terms {
		if !ph.terms[i].maybe {
			n++
		}
	}
	return n
}

// find returns where the words of all that is needed stand, and whether the
// pattern holds.
func (p *pattern) find(words, links []string) (span, bool) {
	var all span
	for i := range p.need {
		at, ok := p.need[i].find(words, links)
		if !ok {
			return span{}, false
		}
		if i == 0 {
			all = at
		} else {
			all = span{min(all.from, at.from), max(all.to, at.to)}
		}
	}
	for i := range p.never {
		if _, ok := p.never[i].find(words, links); ok {
			return span{}, false
		}
	}
	return all, true
}

func (ph *phrase) find(words, links []string) (span, bool) {
	if ph.link != "" {
		for _, l := range links {
			if inLink(l, ph.link) {
				return span{}, true
			}
		}
		return span{}, false
	}
	for from := range words {
		if !ph.terms[0].is(words[from]) && !ph.terms[0].maybe {
			continue
		}
		if to, ok := ph.match(words, from, 0); ok {
			return span{from, to}, true
		}
	}
	return span{}, false
}

// inLink reports whether a link has a part in it that begins where a name
// begins.
func inLink(link, part string) bool {
	for at := 0; ; {
		i := strings.Index(link[at:], part)
		if i < 0 {
			return false
		}
		at += i
		if at == 0 || !isLetter(link[at-1]) && (link[at-1] < '0' || link[at-1] > '9') && link[at-1] != '-' {
			return true
		}
		at++
	}
}

// match matches the terms from i on with the words from at on.
func (ph *phrase) match(words []string, at, i int) (to int, ok bool) {
	if i == len(ph.terms) {
		return at, true
	}
	t := &ph.terms[i]
	for skipped := 0; skipped <= t.skip && at+skipped < len(words); skipped++ {
		if t.is(words[at+skipped]) {
			if to, ok := ph.match(words, at+skipped+1, i+1); ok {
				return to, true
			}
		}
	}
	if t.maybe {
		return ph.match(words, at, i+1)
	}
	return 0, false
}

func (t *term) is(word string) bool {
	for _, e := range t.exact {
		if e == word {
			return true
		}
	}
	for _, p := range t.prefix {
		if strings.HasPrefix(word, p) {
			return true
		}
	}
	return false
}
