package diagnosis

import (
	"os"
	"slices"
	"strings"
	"testing"

	"mxprobe/probe/causes"
)

// example is a reply that somebody has seen, with its cause as people see it.
type example struct {
	place  string
	cause  string
	at     Stage
	source string
	reply  string
}

// examples returns the rows of a file of replies.
func examples(t *testing.T, file string) []example {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var out []example
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		place := file + ":" + itoa(i+1)
		parts := strings.Split(line, "\t")
		if len(parts) != 4 || parts[2] == "" {
			t.Fatalf("%s: %d columns; want cause, what was answered, source, reply", place, len(parts))
		}
		at, ok := ParseStage(parts[1])
		if parts[1] == "other" {
			at, ok = Other, true
		}
		if !ok && parts[1] != "-" {
			t.Fatalf("%s: no such stage: %q", place, parts[1])
		}
		if _, ok := causes.Parse(parts[0]); !ok {
			t.Fatalf("%s: no such cause: %q", place, parts[0])
		}
		out = append(out, example{place, parts[0], at, parts[2], parts[3]})
	}
	return out
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func (e *example) seen() Seen { return Seen{At: e.at, Lines: []string{e.reply}} }

// allExamples are the replies that the table was made with.
func allExamples(t *testing.T) []example {
	t.Helper()
	return slices.Concat(examples(t, "servers.tsv"), examples(t, "providers.tsv"), examples(t, "field.tsv"))
}

// Each reply is explained as the people see it who have seen it.
func TestReplies(t *testing.T) {
	t.Parallel()
	all := allExamples(t)
	if len(all) < 600 {
		t.Errorf("there are %d replies; that is too few to judge by", len(all))
	}
	for _, e := range all {
		if got := Diagnose(e.seen()); got.Cause.String() != e.cause {
			t.Errorf("%s: %q = %s; want %s", e.place, e.reply, got.Cause, e.cause)
		}
	}
}

// Each row of the table has a reply that it decides.
func TestEveryRuleHasAReply(t *testing.T) {
	t.Parallel()
	var b table
	b.once.Do(b.prepare)
	used := make([]bool, len(b.rules))
	for _, e := range allExamples(t) {
		a := read(e.seen())
		hits := b.hits(&a)
		for _, h := range hits {
			if b.rule(h).cause.String() == e.cause {
				used[b.of[h.pattern]] = true
			}
		}
	}
	for i, r := range b.rules {
		if !used[i] && r.cause != causes.Unknown {
			t.Errorf("no reply for the rule of %s, %s, %q ...", r.cause, r.source, r.words[0])
		}
	}
}

// Words of one rule alone do not make it disagree with another: the least text
// that fits a pattern has its cause, or is unknown where it needs a code.
func TestNoTwoRulesDisagree(t *testing.T) {
	t.Parallel()
	var b table
	b.once.Do(b.prepare)
	for i := range b.find {
		r := &b.rules[b.of[i]]
		a := least(r, &b.find[i])
		hits := b.hits(&a)
		best := vague
		for _, h := range hits {
			best = max(best, b.rule(h).rank)
		}
		if best != r.rank || r.cause == causes.Unknown || len(hits) == 0 {
			continue
		}
		if got, _ := b.decide(hits, best); got == causes.Unknown {
			t.Errorf("%s: %q disagrees with another rule of its rank: %s", r.cause, strings.Join(a.words, " "), causesOf(&b, hits, best))
		}
	}
}

// least returns the shortest answer that a pattern fits: the first of each
// alternatives.
func least(r *rule, p *pattern) answer {
	a := answer{at: r.at & -r.at, code: 500 + 50*(r.class%2)}
	if r.class == 4 {
		a.code = 450
	}
	switch {
	case r.code == noCode:
		a.code = 0
	case len(r.code) == 3:
		a.code = int(r.code[0]-'0')*100 + int(r.code[1]-'0')*10 + int(r.code[2]-'0')
	case r.code != "":
		a.enhanced = strings.Replace(r.code, "x", "5", 1)
	}
	for _, ph := range p.need {
		if ph.link != "" {
			a.links = append(a.links, "https://"+ph.link)
		}
		for _, term := range ph.terms {
			switch {
			case term.maybe:
			case len(term.exact) > 0:
				a.words = append(a.words, term.exact[0])
			default:
				a.words = append(a.words, term.prefix[0])
			}
		}
	}
	return a
}

func causesOf(b *table, hits []found, best rank) string {
	var out []string
	for _, h := range hits {
		if r := b.rule(h); r.rank == best && !b.beaten(h, hits, best) {
			out = append(out, r.cause.String())
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}

// The replies of heldback.tsv say how well the table does with what nobody
// here has seen. A wrong cause is worse than none.
func TestHeldBack(t *testing.T) {
	t.Parallel()
	var right, unknown, wrong int
	for _, e := range examples(t, "heldback.tsv") {
		switch got := Diagnose(e.seen()).Cause; {
		case got.String() == e.cause:
			right++
		case got == causes.Unknown:
			unknown++
			t.Logf("%s: %q is not known; people say %s", e.place, e.reply, e.cause)
		default:
			wrong++
			t.Logf("%s: %q = %s; people say %s", e.place, e.reply, got, e.cause)
		}
	}
	all := right + unknown + wrong
	t.Logf("right %d, unknown %d, wrong %d of %d", right, unknown, wrong, all)
	if wrong*100 > 3*all || right*100 < 85*all {
		t.Errorf("right %d, unknown %d, wrong %d of %d; want at least 85 in 100 right and at most 3 wrong", right, unknown, wrong, all)
	}
}
