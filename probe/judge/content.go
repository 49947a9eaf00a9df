package judge

import (
	"slices"
	"strings"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// judgeContent judges a reply whose code is right.
func judgeContent(want *scenarios.Expect, seen *Observation) Judgement {
	j := judgeEnhanced(want, seen)
	if j.Status == result.Pass {
		j = judgeText(want, seen)
	}
	if j.Status == result.Pass {
		j = judgeLines(want, seen)
	}
	if j.Status == result.Pass {
		j = judgeKeywords(want, seen)
	}
	return j
}

func judgeEnhanced(want *scenarios.Expect, seen *Observation) Judgement {
	if len(want.Enhanced) == 0 {
		return Met()
	}
	codes := slices.Collect(seen.Reply.EnhancedCodes())
	var patterns []string
	for i := range want.Enhanced {
		for _, code := range codes {
			if want.Enhanced[i].Match(code) {
				return Met()
			}
		}
		patterns = append(patterns, want.Enhanced[i].String())
	}
	pos, pattern := want.Enhanced[0].Pos, strings.Join(patterns, " or ")
	if len(codes) == 0 {
		return Failed(pos, "expected enhanced status code %s, got none in %s", pattern, seen.Shown())
	}
	return Failed(pos, "expected enhanced status code %s, got %s", pattern, strings.Join(codes, " "))
}

func judgeText(want *scenarios.Expect, seen *Observation) Judgement {
	if len(want.Text) == 0 {
		return Met()
	}
	text := seen.Reply.Text()
	for i := range want.Text {
		if !want.Text[i].Match(text) {
			return Failed(want.Text[i].Pos, "expected text %s, got %s", want.Text[i].String(), seen.Shown())
		}
	}
	return Met()
}

func judgeLines(want *scenarios.Expect, seen *Observation) Judgement {
	if want.Lines == nil {
		return Met()
	}
	got := slices.Collect(seen.Reply.Lines())
	ok, at := scenarios.MatchLines(want.Lines, got)
	if ok {
		return Met()
	}
	if at >= len(want.Lines) {
		last := want.Lines[len(want.Lines)-1]
		return Failed(last.Pos, "expected no further line, got %d lines", len(got))
	}
	return Failed(want.Lines[at].Pos, "no line where %q should stand, in %d lines", want.Lines[at].Prefix, len(got))
}

func judgeKeywords(want *scenarios.Expect, seen *Observation) Judgement {
	if len(want.Offers) == 0 && len(want.Lacks) == 0 {
		return Met()
	}
	keywords := smtpwire.ParseEHLO(seen.Reply)
	for i := range want.Offers {
		k := &want.Offers[i]
		if params, ok := keywords.Lookup(k.Name); !k.Offered(params, ok) {
			return Failed(k.Pos, "the server does not offer %s%s", k, insteadOf(k, params, ok))
		}
	}
	for i := range want.Lacks {
		k := &want.Lacks[i]
		if params, ok := keywords.Lookup(k.Name); k.Offered(params, ok) {
			return Failed(k.Pos, "the server offers %s", result.PrintableString(strings.TrimSpace(k.Name+" "+params)))
		}
	}
	return Met()
}

// insteadOf says what a keyword that was not good enough looks like.
func insteadOf(k *scenarios.Keyword, params string, ok bool) string {
	if !ok {
		return ""
	}
	return ", only " + result.PrintableString(strings.TrimSpace(k.Name+" "+params))
}
