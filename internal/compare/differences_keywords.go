package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxSets bounds how many sets of keywords are told apart, maxNames how many
// keywords a message names.
const (
	maxSets  = 10
	maxNames = 8
)

// inKeywords compares what is offered before TLS and under it.
func inKeywords(sites []site) []variance {
	clear, encrypted := make([]Keywords, len(sites)), make([]Keywords, len(sites))
	for i := range sites {
		clear[i], encrypted[i] = offered(sites[i].check)
	}
	return append(compareKeywords(sites, clear, ""), compareKeywords(sites, encrypted, " under TLS")...)
}

func compareKeywords(sites []site, by []Keywords, phase string) []variance {
	of := make(map[*site]Keywords, len(sites))
	names := make(map[string]bool)
	for i := range sites {
		if by[i] == nil {
			continue
		}
		of[&sites[i]] = by[i]
		for name := range by[i] {
			names[name] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(names))
	all := missingKeywords(sites, of, sorted, phase)
	for _, name := range sorted {
		v := plainly(sites, func(s *site) (string, bool) {
			params, has := of[s][name]
			return shown(name, params), has
		})
		if v != nil {
			all = append(all, variance{"keyword " + name + phase, v, parameters(phase)})
		}
	}
	return all
}

func parameters(phase string) phrase {
	return func(value string, n int, rest bool) string {
		if !strings.Contains(value, " ") {
			value += " without a value"
		}
		return verbs("offers", "offer")(value, n, rest) + phase
	}
}

// missingKeywords finds keywords that some offer and others do not. Those
// that the same places lack are one difference.
func missingKeywords(sites []site, of map[*site]Keywords, sorted []string, phase string) []variance {
	var order []string
	sets := make(map[string][]string)
	for _, name := range sorted {
		set, has, lacks := memberSet(sites, of, name)
		if !has || !lacks {
			continue
		}
		if sets[set] == nil {
			if len(order) == maxSets {
				continue
			}
			order = append(order, set)
		}
		sets[set] = append(sets[set], name)
	}
	var all []variance
	for _, set := range order {
		names := sets[set]
		v := plainly(sites, func(s *site) (string, bool) {
			k, known := of[s]
			if _, has := k[names[0]]; has {
				return "offered", known
			}
			return "not offered", known
		})
		property := "keyword "
		if len(names) > 1 {
			property = "keywords "
		}
		all = append(all, variance{property + strings.Join(names, ", ") + phase, v, offering(names, phase)})
	}
	return all
}

// memberSet writes down who offers a keyword.
func memberSet(sites []site, of map[*site]Keywords, name string) (set string, has, lacks bool) {
	b := make([]byte, len(sites))
	for i := range sites {
		k, known := of[&sites[i]]
		_, offers := k[name]
		switch {
		case !known:
			b[i] = '?'
		case offers:
			b[i], has = '+', true
		default:
			b[i], lacks = '-', true
		}
	}
	return string(b), has, lacks
}

// offering says "offers STARTTLS", "does not offer STARTTLS", "do", "do not".
func offering(names []string, phase string) phrase {
	if len(names) > maxNames {
		names = append(names[:maxNames-1:maxNames-1], fmt.Sprintf("%d more", len(names)-maxNames+1))
	}
	what := listed(names) + phase
	return func(value string, n int, rest bool) string {
		offers := value == "offered"
		switch {
		case rest && offers:
			return "do"
		case rest:
			return "do not"
		case offers && n == 1:
			return "offers " + what
		case offers:
			return "offer " + what
		case n == 1:
			return "does not offer " + what
		}
		return "do not offer " + what
	}
}
