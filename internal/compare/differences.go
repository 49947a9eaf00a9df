package compare

import (
	"slices"
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// maxDifferences bounds what is said of one domain.
const maxDifferences = 40

// Differences returns the properties in which the hosts and addresses of a
// domain do not agree, at most 40: EHLO keywords and their parameters before
// TLS and under it, the version of TLS, certificates, DANE and MTA-STS,
// replies, greylisting, and verdicts. What has to differ is left out: names of hosts, run and queue
// ids, times, the wording of replies. Only the same scenario on the same port
// is compared, and only where the server was seen to say something. d is not
// changed.
func Differences(d *result.Domain) []result.Difference {
	var all []result.Difference
	if !several(d) {
		return nil
	}
	for _, sites := range groups(d) {
		if len(sites) < 2 {
			continue
		}
		found := inKeywords(sites)
		found = append(found, inTLS(sites)...)
		found = append(found, inReplies(sites)...)
		if len(found) == 0 {
			found = inVerdicts(sites)
		}
		all = add(all, found)
	}
	return all
}

// several reports whether a domain has more than one address to compare.
func several(d *result.Domain) bool {
	n := 0
	for i := range d.Hosts {
		n += len(d.Hosts[i].Addresses)
	}
	return n > 1
}

// variance is a property that has several values, and how to say so.
type variance struct {
	property string
	variants []variant
	say      phrase
}

// add words what was found, and leaves out what another scenario has shown already.
func add(all []result.Difference, news []variance) []result.Difference {
	for i := range news {
		f := difference(news[i].property, news[i].variants, news[i].say)
		same := func(d result.Difference) bool { return d.Property == f.Property && d.Message == f.Message }
		if len(all) < maxDifferences && !slices.ContainsFunc(all, same) {
			all = append(all, f)
		}
	}
	return all
}

// inReplies returns the first step whose replies differ; what follows it
// follows from it.
func inReplies(sites []site) []variance {
	var all []variance
	grey := plainly(sites, func(s *site) (string, bool) {
		if greylists(s.check) {
			return "greylists", true
		}
		return "does not greylist", s.tookMail()
	})
	if grey != nil {
		all = append(all, variance{"greylisting", grey, greylisting})
	}
	most := 0
	for i := range sites {
		most = max(most, len(sites[i].replies))
	}
	for number := range most {
		step := ""
		v := split(sites, func(s *site) (key, value string, known bool) {
			if s.check.Status == result.Skip || grey != nil && greylists(s.check) {
				return "", "", false
			}
			r := s.at(number)
			if r == nil {
				return "", "", false
			}
			if step == "" {
				step = replyTo(r)
			}
			key, value = kind(r)
			return key, value, true
		})
		if v != nil {
			say := verbs("answers "+step+" with", "answer "+step+" with")
			if number == 0 {
				say = verbs("greets with", "greet with")
			}
			return append(all, variance{"reply to " + step, v, say})
		}
	}
	return all
}

func greylisting(value string, n int, rest bool) string {
	greylists := value == "greylists"
	switch {
	case rest && greylists:
		return "do"
	case rest:
		return "do not"
	case greylists && n == 1:
		return "greylists this sender"
	case greylists:
		return "greylist this sender"
	case n == 1:
		return "does not greylist"
	}
	return "do not greylist"
}

// replyTo names a step by what was sent, which is the same in every language.
func replyTo(s *result.Step) string {
	switch {
	case s.Number == 0:
		return "the connection"
	case s.Sent != "":
		return cut(s.Sent, 80)
	}
	return "step " + strconv.Itoa(s.Number)
}

// kind is what replies are compared by. Of an acceptance only the class: 250
// and 251, 2.1.0 and 2.1.5 and none are a matter of taste. Of a refusal the
// code and the enhanced status code: they say who is refused, and why.
func kind(s *result.Step) (key, value string) {
	code := strconv.Itoa(s.Code)
	if class := s.Code / 100; class == 2 || class == 3 {
		return strconv.Itoa(class), code
	}
	value = strings.TrimSpace(code + " " + cut(s.Enhanced, 16))
	return value, value
}

// inVerdicts compares verdicts where replies do not show why they differ. An
// address that could not be spoken to is not an odd one: its row says it.
func inVerdicts(sites []site) []variance {
	v := plainly(sites, func(s *site) (string, bool) {
		switch s.check.Status {
		case result.Pass, result.Warn:
			return "passes", s.greeted()
		case result.Fail:
			return "fails", s.greeted()
		}
		return "", false
	})
	if v == nil {
		return nil
	}
	scenario := sites[0].check.Scenario
	say := func(value string, n int, rest bool) string {
		switch {
		case n > 1 && value == "passes":
			value = "pass"
		case n > 1:
			value = "fail"
		}
		if rest {
			return value
		}
		return value + " " + strconv.Quote(scenario)
	}
	return []variance{{"verdict of " + scenario, v, say}}
}
