package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// variant is one value of a property and the dialogues that saw it.
type variant struct {
	key   string
	value string
	sites []*site
}

// split sorts dialogues by the value that of sees in them, the most common
// first; those where it sees none are left out. It returns nil where there are
// not two values.
func split(sites []site, of func(*site) (key, value string, known bool)) []variant {
	var all []variant
	for i := range sites {
		key, value, known := of(&sites[i])
		if !known {
			continue
		}
		at := slices.IndexFunc(all, func(v variant) bool { return v.key == key })
		if at < 0 {
			at = len(all)
			all = append(all, variant{key: key, value: value})
		}
		all[at].sites = append(all[at].sites, &sites[i])
	}
	if len(all) < 2 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b variant) int { return cmp.Compare(len(b.sites), len(a.sites)) })
	return all
}

// plainly is split for values that are their own keys.
func plainly(sites []site, of func(*site) (value string, known bool)) []variant {
	return split(sites, func(s *site) (string, string, bool) {
		value, known := of(s)
		return value, value, known
	})
}

// phrase says in one clause what n places do; the subject stands before it.
// rest is true for the clause on all others, which may be shorter.
type phrase func(value string, n int, rest bool) string

// verbs returns the phrase "VERB VALUE".
func verbs(one, many string) phrase {
	return func(value string, n int, _ bool) string {
		if n == 1 {
			return one + " " + value
		}
		return many + " " + value
	}
}

// maxVariants and maxPlaces bound a message; the values are complete.
const (
	maxVariants = 4
	maxPlaces   = 3
)

// difference puts variants into words, the odd ones by name. Where no value
// is more common than all others, each is named.
func difference(property string, variants []variant, say phrase) result.Difference {
	d := result.Difference{Property: property}
	total := 0
	for i := range variants {
		v := result.Variant{Value: variants[i].value}
		for _, s := range variants[i].sites {
			v.Where = append(v.Where, s.place)
		}
		d.Values = append(d.Values, v)
		total += len(v.Where)
	}
	odd := variants
	var common *variant
	if len(variants[0].sites) > len(variants[1].sites) {
		common, odd = &variants[0], variants[1:]
	}
	var clauses []string
	for i := range odd {
		if i == maxVariants {
			clauses = append(clauses, fmt.Sprintf("%d more values are at others", len(odd)-i))
			break
		}
		names, n := name(&odd[i], variants)
		clauses = append(clauses, names+" "+say(odd[i].value, n, false))
	}
	if common != nil {
		n := len(common.sites)
		clauses = append(clauses, fmt.Sprintf("the other %d %s", n, say(common.value, n, true)))
	}
	d.Message = strings.Join(clauses, ", ")
	return d
}

// name lists the places of a variant. A host of which every address is in it
// is named once. n is how many subjects the verb has.
func name(v *variant, all []variant) (names string, n int) {
	var subjects []string
	for _, s := range v.sites {
		subject := s.place
		if mine, others := ofHost(s.host, v, all); mine > 1 && others == 0 {
			subject = fmt.Sprintf("%s (%d addresses)", s.host.Name, mine)
		}
		if !slices.Contains(subjects, subject) {
			subjects = append(subjects, subject)
		}
	}
	n = len(subjects)
	if n > maxPlaces {
		subjects = append(subjects[:maxPlaces-1], fmt.Sprintf("%d more", n-maxPlaces+1))
	}
	return listed(subjects), n
}

// ofHost counts the dialogues with a host inside a variant and in the others.
func ofHost(h *result.Host, v *variant, all []variant) (mine, others int) {
	for i := range all {
		n := 0
		for _, s := range all[i].sites {
			if s.host == h {
				n++
			}
		}
		if all[i].key == v.key {
			mine += n
		} else {
			others += n
		}
	}
	return mine, others
}

// listed joins words as in "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
