package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// Disagreements returns the properties of a domain that are not the same from
// every vantage that saw them, at most 40. Each view is the same domain as one
// vantage saw it, and bears its name. The words are those of Differences.
//
// An address is held against itself, and a host against itself where no two
// vantages were given the same address of it, as happens where a name leads each
// to the nearest server. What differs by nature is left out: times, greylisting
// and other answers of the moment, the wording of replies, a certificate of the
// same authority in place of another one that is as good, what a vantage's own
// trust store, clock, resolver or missing network makes of a server, and what is
// not the same twice from one vantage. The views are not changed.
func Disagreements(views []*result.Domain) []result.Difference {
	var all []disagreement
	all = append(all, inRoutes(views)...)
	all = append(all, inHosts(views)...)
	for _, at := range spots(views) {
		all = append(all, at.disagreements(views)...)
	}
	all = append(all, inSeverities(views)...)
	var out []result.Difference
	for _, d := range merged(all) {
		if len(out) == maxDifferences {
			break
		}
		out = append(out, d.words())
	}
	return out
}

// disagreement is a property that has several values, and the places it is of.
type disagreement struct {
	property string
	places   []string
	values   []opinion // the most common first
	say      phrase
}

// opinion is a value and the vantages that saw it.
type opinion struct {
	value    string
	vantages []string
}

// disagree makes one of what was found of a place, whose sites are vantages.
func disagree(place string, v *variance) disagreement {
	d := disagreement{property: v.property, places: []string{place}, say: v.say}
	for i := range v.variants {
		o := opinion{value: v.variants[i].value}
		for _, s := range v.variants[i].sites {
			o.vantages = append(o.vantages, s.place)
		}
		d.values = append(d.values, o)
	}
	slices.SortStableFunc(d.values, func(a, b opinion) int { return cmp.Compare(len(b.vantages), len(a.vantages)) })
	return d
}

// merged makes one disagreement of those that are the same at several places.
func merged(all []disagreement) []disagreement {
	var out []disagreement
	for _, d := range all {
		at := slices.IndexFunc(out, func(o disagreement) bool { return o.same(&d) })
		if at < 0 {
			out = append(out, d)
			continue
		}
		for _, p := range d.places {
			if !slices.Contains(out[at].places, p) {
				out[at].places = append(out[at].places, p)
			}
		}
	}
	return out
}

func (d *disagreement) same(as *disagreement) bool {
	return d.property == as.property && slices.EqualFunc(d.values, as.values, func(a, b opinion) bool {
		return a.value == b.value && slices.Equal(a.vantages, b.vantages)
	})
}

// words puts a disagreement into one sentence, the odd vantages by name.
func (d *disagreement) words() result.Difference {
	out := result.Difference{Property: d.property}
	for _, o := range d.values {
		v := result.Variant{Value: o.value}
		for _, place := range d.places {
			for _, from := range o.vantages {
				v.Where = append(v.Where, place+" from "+from)
			}
		}
		out.Values = append(out.Values, v)
	}
	it := "it "
	if len(d.places) > 1 {
		it = "they "
	}
	odd := d.values
	if len(odd[0].vantages) > len(odd[1].vantages) {
		odd = odd[1:]
	}
	var clauses []string
	for i, o := range odd {
		if i == maxVariants {
			clauses = append(clauses, fmt.Sprintf("%d more values from others", len(odd)-i))
			break
		}
		clauses = append(clauses, "from "+some(o.vantages)+" "+it+d.say(o.value, len(d.places), false))
	}
	if len(odd) < len(d.values) {
		clauses = append(clauses, fmt.Sprintf("from the other %d %s%s", len(d.values[0].vantages), it, d.say(d.values[0].value, len(d.places), false)))
	}
	out.Message = some(d.places) + ": " + strings.Join(clauses, ", ")
	return out
}

// some lists the first few of names.
func some(names []string) string {
	if n := len(names); n > maxPlaces {
		names = append(slices.Clone(names[:maxPlaces-1]), fmt.Sprintf("%d more", n-maxPlaces+1))
	}
	return listed(names)
}
