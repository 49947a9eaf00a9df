package diagnosis

import (
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		words, text string
		want        bool
	}{
		{"user|mailbox unknown", "User unknown", true},
		{"user|mailbox unknown", "mailbox: UNKNOWN!", true},
		{"user|mailbox unknown", "user is unknown", false},
		{"user .. unknown", "user is quite unknown", true},
		{"user .. unknown", "user one two three four unknown", false},
		{"user ... unknown", "user 1 2 3 4 5 6 7 8 unknown", true},
		{"user very? unknown", "user unknown", true},
		{"user very? unknown", "user very unknown", true},
		{"user very? unknown", "user hardly unknown", false},
		{"block* list", "blocking list", true},
		{"spf & dkim", "DKIM failed, SPF passed", true},
		{"spf & dkim", "SPF passed", false},
		{"user unknown ! sender", "Sender address rejected: User unknown", false},
		{"a b ! c|d e", "a b and d", true},
		{"a b ! c|d e", "a b and d e", false},
		{"link:spamhaus.org", "see https://www.spamhaus.org/query/ip/192.0.2.1", true},
		{"link:spamhaus.org", "see https://notspamhaus.org/x", false},
		{"spamhaus", "<spamhaus@example.org>: user unknown", false},
		{"spamhaus", "https://mail.example.org/spamhaus/", false},
		{"用户不存在", "错误 用户不存在！", true},
		{"boite pleine", "Boîte pleine", true},
		{"doesnt exist", "doesn't exist", true},
		{"@addr @ip @host @url", "<a@example.org> [192.0.2.1] mx.example.org http://example.org/", true},
		{"@addr", "(a@example.org)", true},
		{"too many", "550-Too 550 many", true},
		{"too many", "550-5.7.1 too 550-5.7.1 many", true},
	} {
		p := compile(test.words)
		words, links := wordsOf(test.text)
		if _, got := p.find(words, links); got != test.want {
			t.Errorf("%q in %q = %v; want %v (words %q, links %q)", test.words, test.text, got, test.want, words, links)
		}
	}
}

// Every pattern is one that compile can read, and has what leads to it.
func TestPatternsAreSound(t *testing.T) {
	t.Parallel()
	for _, r := range allRules() {
		if r.source == "" || r.source != "words" && sourceName(r.source) == "" {
			t.Errorf("a rule of %s has no cause or no source: %q", r.cause, r.source)
		}
		for _, words := range r.words {
			if strings.Contains(spell(words), "{") {
				t.Errorf("%s: %q has a short word that nobody spells out", r.cause, words)
			}
			p := compile(spell(words))
			for _, ph := range append(p.need, p.never...) {
				if ph.link == "" && len(ph.terms) == 0 {
					t.Errorf("%s: %q has an empty part", r.cause, words)
				}
				for _, term := range ph.terms {
					for _, stem := range term.prefix {
						if len(stem) < stemLength {
							t.Errorf("%s: %q has a stem of less than %d letters", r.cause, words, stemLength)
						}
					}
				}
			}
		}
	}
}
